"""The page of changes and its feed, drift, and the plots over runs, with none, one and several of these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import orjson
import pytest
from hypothesis import given, strategies as st
from starlette.testclient import TestClient
from support.catalogs import DAY, HUB, Book, model
from support.guarded import ELSEWHERE, client_of, served
from support.linked_pages import BROWSER
from support.served import HOSTILE, indexed, small
from support.site import REPORT

from mlentory_crawl.catalog.queries.changed import ChangedRecord
from mlentory_crawl.printable import one_line
from mlentory_crawl.service.pages.atom import Feed, atom
from mlentory_crawl.service.pages.plots import HEIGHT, MARGIN, WIDTH, bars, trend

pytestmark = pytest.mark.extra(name="serve")

MIT, APACHE = "https://spdx.org/licenses/MIT", "https://spdx.org/licenses/Apache-2.0"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with closing(small(tmp_path / "data")) as made:
        for run in (1, 2):
            made.writer.runs.complete(run, DAY.format(run).replace("T00", "T23"), watermark=None, census=None)
        yield made


@pytest.fixture
def here(book: Book) -> Iterator[TestClient]:
    with served(book.data_dir) as client:
        yield client


def page(client: TestClient, address: str, status: int = 200) -> str:
    answer = client.get(address, headers=BROWSER)
    assert answer.status_code == status, answer.text
    return str(answer.text)


def shown(text: str) -> list[str]:
    return re.findall(r'<span class="event (\w+)">', text)


def feed(client: TestClient, address: str = "/changes.atom") -> feedparser.FeedParserDict:
    answer = client.get(address)
    assert answer.headers["content-type"] == "application/atom+xml"
    found = feedparser.parse(answer.content)
    assert (found.bozo, found.version) == (False, "atom10")
    return found


# Changes


def test_changes_are_shown_newest_first(here: TestClient) -> None:
    text = page(here, "/changes")
    assert shown(text) == ["gone", "renamed", "changed", "new", "new", "new"]
    assert '<link rel="alternate" type="application/atom+xml" title="Changes" href="/changes.atom">' in text
    assert 'href="/models/new/name/history"' in text
    assert "formerly old/name" in text
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("since=2024-01-02", ["gone", "renamed", "changed"]),
        ("since=6", ["gone", "renamed", "changed"]),
        ("since=0", ["gone", "new", "new", "new", "new", "new"]),
        ("since=2031-01-01", []),
        ("event=renamed&platform=&kind=&since=", ["renamed"]),
        ("platform=huggingface&kind=model&event=new", ["new", "new", "new"]),
        ("platform=arxiv", []),
        ("before=8", ["changed", "new", "new", "new"]),
    ],
)
def test_changes_are_narrowed_down_alike_on_the_page_and_in_the_feed(
    here: TestClient, query: str, expected: list[str]
) -> None:
    text = page(here, f"/changes?{query}")
    assert shown(text) == expected
    assert ("There are no such changes" in text) == (not expected)
    assert [each.tags[0].term for each in feed(here, f"/changes.atom?{query}").entries] == expected


def test_changes_come_in_parts(here: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlentory_crawl.service.pages.changes.SHOWN", 4)
    first = page(here, "/changes?platform=huggingface")
    (older,) = re.findall(r'rel="next" href="([^"]*)"', first)
    rest = page(here, older.replace("&amp;", "&"))
    assert shown(first) + shown(rest) == ["gone", "renamed", "changed", "new", "new", "new"]
    assert 'href="/changes?platform=huggingface">Newest' in rest
    begin = feed(here, "/changes.atom?platform=huggingface")
    (following,) = [link.href for link in begin.feed.links if link.rel == "next"]
    assert len(begin.entries) + len(feed(here, following).entries) == 6


@pytest.mark.parametrize("query", ["since=yesterday", "since=2024-02-40", "event=none", "before=-1", "sinc=1"])
def test_what_cannot_be_asked_is_said(here: TestClient, query: str) -> None:
    assert query.partition("=")[0] in page(here, f"/changes?{query}", 400).partition("<main")[2].lower()
    assert here.get(f"/changes.atom?{query}").status_code == 400


def test_the_feed_is_one_for_readers(here: TestClient, book: Book) -> None:
    found = feed(here)
    links = {link.rel: link.href for link in found.feed.links}
    assert links == {"self": "http://127.0.0.1:8010/changes.atom", "alternate": "http://127.0.0.1:8010/changes"}
    assert found.feed.updated == found.entries[0].updated == "2024-01-02T12:00:00Z"
    ids = [each.id for each in found.entries]
    assert len({*ids, found.feed.id}) == len(ids) + 1
    assert all(each.startswith("urn:uuid:") for each in ids)
    for each in found.entries:
        assert each.updated_parsed is not None
        assert here.get(each.link).status_code == 200
    # What has been told keeps its id; what changes again is told again.
    book.crawl({"1": model("tide/base-8B", description="Another.")})
    later = feed(here)
    assert later.feed.id == found.feed.id
    assert [each.id for each in later.entries[1:]] == ids[:-1]
    assert later.entries[0].title == "changed: tide/base-8B"
    assert feed(here, "/changes.atom?event=new").feed.id != found.feed.id


def test_the_feed_is_known_again_and_has_the_name_that_it_is_asked_by(book: Book) -> None:
    with served(book.data_dir, SERVE_HOSTS="models.example.org") as here:
        answer = here.get("/changes.atom")
        assert here.get("/changes.atom", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
        found = feed(client_of(here, ELSEWHERE))
        assert {link.href.split("/")[2] for link in found.feed.links} == {"models.example.org"}


def test_names_of_strangers_are_text_in_the_feed(here: TestClient) -> None:
    (entry,) = [each for each in feed(here).entries if "script" in each.title]
    assert entry.title_detail.type == "text/plain"
    assert entry.title == one_line(f"new: {HOSTILE}")


@given(st.text(), st.text(), st.lists(st.text()))
def test_a_feed_is_well_formed_whatever_it_names(name: str, key: str, fields: list[str]) -> None:
    change = ChangedRecord(1, f"p/k/{key}", f"https://e.example/{name}", "MLModel", name, "changed", fields, key, None)
    told = Feed("0" * 32, name, key, "http://a/", "http://a/?a=<b>&c", None, "2024-01-01T00:00:00Z")
    root = ElementTree.fromstring(atom(told, [(change, "http://a/b?c=d&e")]))
    assert {each.tag.partition("}")[0] for each in root.iter()} == {"{http://www.w3.org/2005/Atom"}
    assert len(list(root.iter())) == 16


def test_what_is_erased_is_gone_from_changes_and_feed(here: TestClient, book: Book) -> None:
    assert "orchard/tune-8B" in page(here, "/changes")
    tag = here.get("/changes.atom").headers["etag"]
    with book.writer.erasing({f"{HUB}orchard/tune-8B"}, DAY.format(3)):
        pass
    for address in ("/changes", "/changes?since=0", "/changes?event=gone", "/changes.atom", "/changes.atom?since=6"):
        answer = here.get(address, headers={"If-None-Match": tag})
        assert answer.status_code == 200
        assert "orchard/tune-8B" not in answer.text
        assert "huggingface/model/2<" not in answer.text


def test_an_empty_catalog_has_an_empty_feed(tmp_path: Path) -> None:
    Book(tmp_path / "data").close()
    indexed(tmp_path / "data")
    with served(tmp_path / "data") as here:
        assert feed(here).entries == []
        assert feed(here).feed.updated == "1970-01-01T00:00:00Z"
        assert "There are no such changes." in page(here, "/changes")
        assert "No run has kept the values of records yet" in page(here, "/drift")
        assert "There are no records" in page(here, "/coverage")
        assert "No crawl has reported yet." in page(here, "/runs")


# Drift, and plots over runs


def crawl(book: Book, license: str, most: int = 60) -> None:
    """Store models as the run of the next day, which ends with a report."""
    book.crawl({str(n): model(f"a/{n}", license=[license], description="x") for n in range(most)})
    at = DAY.format(book.days)
    report: dict[str, Any] = {**REPORT, "run_id": f"202401{book.days:02}T000000Z_00000000", "seconds": 1_234.56}
    report["records"] = {**report["records"], "fetched": most}
    fields = book.writer.fields.shares()
    book.writer.runs.save_report(book.run, orjson.dumps({**report, "finished_at": at, "fields": fields}))
    book.writer.runs.complete(book.run, at, watermark=None, census=None)
    book.writer.values.keep(book.run, at)


def test_drift_with_one_run_and_with_two(tmp_path: Path) -> None:
    with closing(Book(tmp_path / "data")) as book:
        crawl(book, MIT)
        indexed(book.data_dir)
        with served(book.data_dir) as here:
            text = page(here, "/drift")
            assert "there is something to compare after the next one" in text
            assert "<svg class" not in text
            crawl(book, APACHE, 30)
            text = page(here, "/drift")
            assert '<span class="verdict failed">strong</span>' in text
            crawl(book, MIT)
            text = page(here, "/drift")
            (label,) = re.findall(r'class="spark"[^>]*aria-label="([^"]*)"', text)
            assert label.startswith("Over 2 runs: first ")
            (told,) = here.get("/api/v1/drift").json()["distributions"]
            assert f"<b>{told['psi']:.3f}</b>" in text
            assert (told["distribution"], told["level"], len(told["runs"])) == ("license", "strong", 2)
            # The same as a table beside the plot.
            for run in told["runs"]:
                assert f'<td class="number">{run["psi"]:.3f}</td>' in text
            assert here.get("/api/v1/drift?since=2024-01-01T12:00:00Z").json()["distributions"][0]["psi"] == 0
            assert here.get("/api/v1/drift?kind=none").json()["total"] == 0
            assert page(here, "/drift?since=2023-01-01").count("No run had ended by then.") == 1
            page(here, "/drift?since=2024-02-31", 400)


def test_coverage_and_runs_are_plotted_from_the_second_run_on(tmp_path: Path) -> None:
    with closing(Book(tmp_path / "data")) as book:
        crawl(book, MIT)
        indexed(book.data_dir)
        with served(book.data_dir) as here:
            assert "One run has been counted" in page(here, "/coverage")
            assert "<figure" not in page(here, "/runs")
            crawl(book, MIT, 120)
            book.crawl({str(n): model(f"a/{n}", license=[]) for n in range(30)})
            crawl(book, MIT, 90)
            text = page(here, "/coverage")
            assert 'aria-label="Over 3 runs: first 100.0 %, last 100.0 %, between 100.0 % and 100.0 %"' in text
            assert text.count('<svg class="spark"') == text.count("<tr>") - 1 > 3
            text = page(here, "/runs")
            assert "Records of each of the last 3 runs, oldest first, up to 120;" in text
            assert "Seconds of each of the last 3 runs, oldest first, up to 1,235;" in text
            assert '<td class="number">1,234.6</td><td class="number">1</td>' in text


def test_a_trend_has_gaps_where_nothing_is_known() -> None:
    assert trend([]) is trend([1.0]) is trend([None, 1.0]) is None
    found = trend([1.0, None, 0.5, 0.0], 2.0, (0.5, 3.0))
    assert found is not None
    assert (found.first, found.last, found.least, found.most, found.count) == (1.0, 0.0, 0.0, 1.0, 3)
    assert found.line.count("M") == 2
    assert found.line.endswith(f"L{WIDTH - MARGIN:.1f} {HEIGHT - MARGIN:.1f}")
    assert found.limits == [HEIGHT - MARGIN - 0.25 * (HEIGHT - 2 * MARGIN)]


def test_bars_begin_at_nothing() -> None:
    assert bars([]) is bars([3]) is None
    found = bars([0, 5, 10])
    assert found is not None
    assert (found.most, found.path.count("M")) == (10, 2)
    assert f"v-{HEIGHT - MARGIN:.1f}" in found.path
    empty = bars([0, 0])
    assert empty is not None
    assert empty.path == ""


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e12)), max_size=40))
def test_trends_stay_inside_their_pictures(values: list[float | None]) -> None:
    found = trend(values)
    for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", found.line if found else ""):
        assert 0 <= float(x) <= WIDTH
        assert 0 <= float(y) <= HEIGHT
