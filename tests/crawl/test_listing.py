"""Walks over lists that do not end by themselves, that hold too much, and that parts are missing of."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy.http import Response
from support.crawling import Project, model
from support.http_servers import Answer, served
from support.walking import made, walked

from fair4ml.read.json_text import SPOILED
from mlentory_crawl.base_spiders.listing import ListSpider
from mlentory_crawl.crawl.report import Report
from mlentory_crawl.crawl.verdict import judge
from mlentory_crawl.spiders.huggingface.spider import HuggingFaceSpider

QUICK = ("-s", "RETRY_TIMES=1", "-s", "RETRY_BACKOFF=0.01")


def page(records: list[Any], following: str | None = None) -> Answer:
    return (
        200,
        {} if following is None else {"Link": f'<https://h/api/models?cursor={following}>; rel="next"'},
        (json.dumps(records).encode()),
    )


def cursor_in(path: str) -> str:
    return parse_qs(urlsplit(path).query).get("cursor", ["0"])[0]


def test_links_in_a_circle_are_left(tmp_path: Path) -> None:
    def answer(method: str, path: str, body: bytes) -> Answer:
        return page([model(n) for n in range(3)], str((int(cursor_in(path)) + 1) % 3 or 1))

    spider = made(HuggingFaceSpider, tmp_path, "https://hub.test", mode="census")
    asked, records = walked(spider, answer)
    assert spider.failures == ["https://hub.test/api/models links to a page that was already fetched"]
    assert (len(asked), len(records)) == (3, 9)


def test_a_walk_in_a_circle_ends(tmp_path: Path) -> None:
    paths: list[str] = []

    def answer(method: str, path: str, body: bytes) -> Answer:
        paths.append(path)
        return page([model(n) for n in range(3)], str(int(cursor_in(path)) + 1))

    with served(answer) as url:
        report = Project(tmp_path / "data", url).crawl("-a", "mode=census", code=1)
    assert (report["verdict"], report["records"]["new"]) == ("failed", 3)
    assert "pages in a row had no new records" in report["problems"][0]
    assert len(paths) <= 12


class Cards:
    """A hub of three models, of which one has a card that it cannot answer with while it is broken."""

    def __init__(self) -> None:
        self.is_broken = True
        self.paths: list[str] = []

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        self.paths.append(path)
        if "README" not in path:
            return page([model(n) for n in range(3)])
        return (500, {}, b"") if self.is_broken and "model-1/" in path else (200, {}, b"# A card")


def test_a_card_that_could_not_be_had_is_asked_for_until_it_is_there(tmp_path: Path) -> None:
    hub = Cards()
    with served(hub.answer) as url:
        project = Project(tmp_path / "data", url)
        words = ("-a", "mode=census", "-a", "cards=changed", *QUICK)
        first = project.crawl(*words, code=1)
        hub.paths.clear()
        second = project.crawl(*words, code=1)
        assert [path for path in hub.paths if "model-1/" not in path] == []
        # What stays broken does not keep what is new out, and is asked for by whatever comes next.
        third = project.crawl("-a", "mode=delta", "-a", "cards=none", *QUICK, code=1)
        hub.is_broken = False
        fourth = project.crawl("-a", "mode=delta", "-a", "cards=none", *QUICK)
        fifth = project.crawl("-a", "mode=delta", "-a", "cards=none", *QUICK)
    assert first["run_id"] == second["run_id"]
    assert len({each["run_id"] for each in (second, third, fourth, fifth)}) == 4
    assert [each["records"]["fetched"] for each in (first, second)] == [6, 6]
    assert [each["records"]["failed"] for each in (first, second, third, fourth, fifth)] == [1, 1, 1, 0, 0]
    assert [each["lookups"]["cards"]["failed"] for each in (first, second, third)] == [1, 1, 1]
    assert (fourth["verdict"], fourth["records"]["new"], fourth["problems"]) == ("complete", 1, [])
    assert (fifth["verdict"], fifth["records"]["new"]) == ("complete", 0)


def test_a_card_that_was_counted_as_failed_is_counted_anew(tmp_path: Path) -> None:
    hub = Cards()
    with served(hub.answer) as url:
        project = Project(tmp_path / "data", url)
        words = ("-a", "mode=census", "-a", "cards=changed", *QUICK)
        first = project.crawl(*words, code=1)
        hub.is_broken = False
        second = project.crawl(*words)
    assert first["run_id"] == second["run_id"]
    assert (second["verdict"], second["problems"], second["lookups"]["cards"]["failed"]) == ("complete", [], 0)
    assert (second["records"]["fetched"], second["records"]["new"], second["records"]["failed"]) == (6, 6, 0)


class Few(ListSpider):
    name = "few"
    page_size = 2
    report: Report

    @property
    def run(self) -> Any:
        return SimpleNamespace(report=self.report)


@pytest.mark.parametrize(("sent", "kept", "is_told"), [(10, 10, False), (11, 10, True), (50_000, 10, True)])
def test_of_a_page_with_more_than_can_be_meant_the_beginning_is_taken(sent: int, kept: int, is_told: bool) -> None:
    spider = Few()
    spider.report = Report("run", "few", "census", {}, "2024-01-01T00:00:00Z", "census")
    payload = spider.bounded(Response("https://example.org/api"), [{"id": n} for n in range(sent)], {})
    assert [each["id"] for each in payload if "id" in each] == list(range(kept))
    assert [SPOILED in each for each in payload[kept:]] == [True] * is_told
    judge(spider.report, interrupted=False, complete=True)
    assert spider.report.verdict == ("suspect" if is_told else "complete")
