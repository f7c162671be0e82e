"""What a crawl covers follows from its arguments and from how far the catalog is complete."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

import orjson
import pytest
from pydantic import ValidationError

from fair4ml.platforms import kinds
from mlentory_crawl.base_spiders.modes import CensusArguments, ModeSpider
from mlentory_crawl.base_spiders.platform import Arguments, PlatformSpider
from mlentory_crawl.catalog.commits import Commit
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.spiders import platforms

DAY = "2024-01-02T00:00:00Z"
NOW = "2024-05-06T07:08:09Z"


class ZooArguments(CensusArguments):
    mode: Literal["latest", "census", "delta", "ids"] | None = None


class ZooSpider(ModeSpider):
    name = "zoo"
    Arguments: ClassVar[type[Arguments]] = ZooArguments
    first_mode = "latest"
    newest = NOW
    since: str | None = None

    def begin_at(self, watermark: str) -> None:
        self.since = watermark


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[CatalogWriter]:
    catalog = CatalogWriter(tmp_path)
    yield catalog
    catalog.close()


def completed(catalog: CatalogWriter, watermark: str = DAY) -> None:
    run = catalog.runs.open("a", "zoo", "census", b"{}", DAY)
    catalog.runs.complete(run, DAY, watermark=watermark, census=None)


@pytest.mark.parametrize(
    ("given", "mode", "coverage", "watermark", "is_resumable"),
    [
        ({}, "latest", "limit", NOW, False),
        ({"mode": "latest"}, "latest", "limit", NOW, False),
        ({"mode": "census"}, "census", "census", NOW, True),
        ({"mode": "census", "limit": "5"}, "census", "limit", None, True),
        ({"ids": "a,b"}, "ids", "ids", None, False),
    ],
)
def test_before_there_is_a_watermark(
    catalog: CatalogWriter, given: dict[str, str], mode: str, coverage: str, watermark: str | None, is_resumable: bool
) -> None:
    spider = ZooSpider(**given)
    spider.plan(catalog)
    assert (spider.mode, spider.coverage, spider.watermark) == (mode, coverage, watermark)
    assert spider.resumable == is_resumable


@pytest.mark.parametrize(
    ("given", "mode", "since"),
    [
        ({}, "delta", DAY),
        ({"mode": "delta", "limit": "5"}, "delta", DAY),
        ({"limit": "5"}, "latest", None),
        ({"mode": "latest"}, "latest", None),
        ({"mode": "census"}, "census", None),
        ({"ids": "a"}, "ids", None),
    ],
)
def test_only_what_nothing_narrows_becomes_a_delta(
    catalog: CatalogWriter, given: dict[str, str], mode: str, since: str | None
) -> None:
    completed(catalog)
    spider = ZooSpider(**given)
    spider.plan(catalog)
    assert (spider.mode, spider.since) == (mode, since)


class FernSpider(ModeSpider):
    name = "zoo"
    newest = NOW


@pytest.mark.parametrize("watermark", [DAY, "tomorrow"])
def test_what_has_no_delta_is_crawled_as_the_first_time(catalog: CatalogWriter, watermark: str) -> None:
    completed(catalog, watermark)
    spider = FernSpider()
    spider.plan(catalog)
    assert (spider.mode, spider.coverage, spider.watermark) == ("census", "census", NOW)
    assert not spider._first_notes


@pytest.mark.parametrize(("given", "limit"), [({}, None), ({"limit": "5"}, 5)])
def test_the_limit_of_the_arguments_is_that_of_the_lists(given: dict[str, str], limit: int | None) -> None:
    assert FernSpider(**given).limit == limit


WITH_CENSUS = [each for each in platforms() if issubclass(each, ModeSpider)]


@pytest.mark.parametrize("spider_class", WITH_CENSUS, ids=lambda each: each.name)
def test_a_census_tells_what_kinds_it_lists(spider_class: type[ModeSpider]) -> None:
    spider_class.Arguments.model_validate({"mode": "census"})
    assert spider_class.census_kinds
    assert set(spider_class.census_kinds) <= set(kinds(spider_class.name))


def test_a_delta_needs_a_watermark(catalog: CatalogWriter) -> None:
    with pytest.raises(MlentoryError, match="mode=delta needs the watermark of an earlier crawl"):
        ZooSpider(mode="delta").plan(catalog)


@pytest.mark.parametrize("watermark", ["tomorrow", "9998-01-01T00:00:00Z", "0001-01-01T00:00:00+10:00"])
def test_where_a_watermark_cannot_be_used_a_delta_begins_when_its_run_began(
    catalog: CatalogWriter, watermark: str
) -> None:
    completed(catalog, watermark)
    spider = ZooSpider(mode="delta")
    spider.plan(catalog)
    assert spider.since == DAY
    spider.newest = watermark
    assert spider.watermark is None


@pytest.mark.parametrize(
    "given",
    [
        {"mode": "ids"},
        {"ids": ""},
        {"mode": "census", "ids": "a"},
        {"accept_deletions": "true"},
        {"mode": "delta", "accept_deletions": "true"},
        {"mode": "all"},
        {"limit": "0"},
    ],
)
def test_arguments_that_do_not_go_together(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ZooSpider(**given)


@pytest.mark.parametrize("spider_class", [each for each in platforms() if "ids" in each.Arguments.model_fields])
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "expected at least one id, got none"),
        (" , ,", "expected at least one id, got none"),
        ("absent.txt", "file not found: absent.txt"),
        ("lists/absent.CSV", "file not found"),
        ("./absent", "file not found"),
        ("empty.txt", "empty.txt has no ids"),
        ("packed.txt.gz", "packed.txt.gz is a damaged gzip file"),
        ("picture.txt", "picture.txt is not a text file"),
    ],
)
def test_ids_that_name_nothing_are_refused_by_every_platform(
    spider_class: type[PlatformSpider], given: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.txt").write_text("# none yet\n\n")
    Path("packed.txt.gz").write_bytes(gzip.compress(b"acme/tools\n")[:-9])
    Path("picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    with pytest.raises(ValidationError, match=told) as refused:
        spider_class.Arguments.model_validate({"ids": given})
    assert refused.value.error_count() == 1


@pytest.mark.parametrize("text", ["a\nb\n", "\ufeffa\r\nb\r\n", "a\rb", "# a comment\n\u200ba\n\n b \n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_ids_are_read_as_programs_write_them(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "ids"
    path.write_bytes(text.encode(encoding))
    assert ZooSpider(ids=str(path)).arguments.named == ["a", "b"]
    path.write_bytes(gzip.compress(text.encode(encoding)))
    assert ZooSpider(ids=str(path)).arguments.named == ["a", "b"]


def test_names_that_end_as_files_do_can_be_asked_for() -> None:
    assert ZooSpider(ids="acme/data.json,").arguments.named == ["acme/data.json"]
    assert ZooSpider(ids="https://zoo.example/data.json").arguments.named == ["https://zoo.example/data.json"]
    assert ZooSpider(ids="acme/three.js").arguments.named == ["acme/three.js"]


def test_what_is_erased_is_owed_no_more(catalog: CatalogWriter) -> None:
    card = {"kind": "card", "key": "1", "known": {"model": {"_id": "1", "id": "ann/net", "sha": "0"}}}
    other = {"kind": "card", "key": "2", "known": {"model": {"_id": "2", "id": "ann/net-2", "sha": "0"}}}
    run = catalog.runs.open("a", "zoo", "census", b"{}", DAY)
    first, twelfth = ([{"list": "flow", "described": name}] for name in ("f/1", "f/12"))
    cursor = {"next": None, "page": 2, "owed": [card, other, first, twelfth]}
    catalog.commit(run, Commit(report=b"{}", cursor=orjson.dumps(cursor)))
    assert catalog.runs.owed("zoo") == []  # the run itself goes on
    catalog.runs.complete(run, DAY, watermark=None, census=None)
    assert catalog.runs.owed("zoo") == cursor["owed"]
    with catalog.erasing({"https://huggingface.co/ann/net", "https://www.openml.org/f/1"}, DAY):
        pass
    assert catalog.runs.owed("zoo") == [other, twelfth]


def test_ids_are_cut_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("a\n# b\n\nc\nd\n")
    assert ZooSpider(ids=str(path), limit="2").arguments.named == ["a", "c"]
