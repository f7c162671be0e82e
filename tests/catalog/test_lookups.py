"""Queues of look-ups: what is in them, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from support.catalogs import DAY, HUB, Book, model

from fair4ml.document import Document
from fair4ml.platforms import look_ups, platforms, queues
from fair4ml.platforms.huggingface import LOOK_UPS, QUEUES
from mlentory_crawl.catalog.commits import Commit, Lookup
from mlentory_crawl.catalog.queries.waiting import Waiting, waiting
from mlentory_crawl.catalog.reader import CatalogReader

OWNERS, ANCESTORS = QUEUES["owners"], QUEUES["ancestors"]


@pytest.fixture
def book(data_dir: Path) -> Iterator[Book]:
    made = Book(data_dir)
    yield made
    made.close()


def named(book: Book, name: str = "owners", limit: int = -1) -> list[str]:
    """What waits, without the prefix that all of it has."""
    queue = QUEUES[name]
    return [iri.removeprefix(HUB) for iri in book.writer.lookups.named(book.run, queue, limit)]  # type: ignore[arg-type]


def counted(book: Book) -> dict[str, dict[str, Waiting]]:
    reader = CatalogReader(book.data_dir)
    try:
        return waiting(reader)
    finally:
        reader.close()


def test_only_what_a_look_up_brings_has_a_queue() -> None:
    for platform in platforms():
        assert queues(platform).keys() <= look_ups(platform).keys()
    assert LOOK_UPS.keys() - QUEUES.keys() == {"articles"}  # those of arXiv


def test_the_most_named_comes_first_then_the_most_downloaded_then_the_newest(book: Book) -> None:
    owners = {"1": "few", "2": "often", "3": "often", "4": "loaded", "5": "early", "6": "late", "7": "b-late"}
    book.crawl(
        {key: model(f"m/{key}", owner=owner) for key, owner in owners.items()},
        {"1": {"downloads": 9}, "2": {"downloads": 1}, "4": {"downloads": 70}, "5": {"likes": 5_000}},
    )
    in_order = ["often", "loaded", "few", "b-late", "late", "early"]
    assert named(book) == in_order
    assert named(book, limit=2) == in_order[:2]


def test_an_entity_that_one_record_names_many_times_is_named_once(book: Book) -> None:
    often: Document = model("m/1", owner="once")
    often["root"]["author"] = [f"{HUB}once"]
    book.crawl({"1": often, "2": model("m/2", owner="twice"), "3": model("m/3", owner="twice")})
    assert named(book) == ["twice", "once"]


def test_neither_described_nor_erased_nor_recent_ones_wait(book: Book) -> None:
    book.crawl({str(n): model(f"m/{n}", owner=f"owner-{n}") for n in range(6)})
    book.begin()
    old, new = "2023-11-01T00:00:00Z", DAY.format(1)
    owner = model("owner-0")
    owner["root"]["class"] = "Organization"
    asked = [
        Lookup(f"{HUB}owner-1", None, new),
        Lookup(f"{HUB}owner-2", None, old),
        Lookup(f"{HUB}owner-3", f"{HUB}other", new),
    ]
    entry = replace(book.entry("o", owner), kind="owner")
    book.writer.commit(book.run, Commit(entries=[entry], lookups=asked[:1]))
    book.writer.commit(1, Commit(lookups=asked[1:]))
    with book.writer.erasing({f"{HUB}owner-4"}, DAY.format(2)):
        pass
    assert named(book) == ["owner-5", "owner-2"]
    iris = [f"{HUB}owner-{n}" for n in range(6)]
    assert book.writer.lookups.still_unknown(book.run, iris) == {iris[2], iris[5]}


def test_nothing_waits_that_only_tombstones_name(book: Book) -> None:
    book.crawl({"1": model("m/1", base="lost/a"), "2": model("m/2", base="lost/b")})
    assert named(book, "ancestors") == ["lost/b", "lost/a"]
    book.begin()
    (gone,) = (i for (i,) in book.rows("SELECT id FROM record WHERE key = '2'"))
    book.writer.census.settle(book.run, DAY.format(2), [gone], [gone], b"{}")
    assert book.rows("SELECT 1 FROM entity WHERE iri = ?", f"{HUB}lost/b")  # its lineage is kept
    assert named(book, "ancestors") == ["lost/a"]
    assert counted(book)["huggingface"]["ancestors"].count == 1


def test_models_that_are_named_otherwise_are_no_ancestors(book: Book) -> None:
    document = model("m/1")
    document["root"]["evaluatedOn"] = [f"{HUB}other/model"]
    document["stubs"].append({"iri": f"{HUB}other/model", "class": "MLModel", "name": "other/model"})
    book.crawl({"1": document})
    assert named(book, "ancestors") == []


@pytest.mark.parametrize(
    ("levels", "of_all", "found"),
    [(1, False, ["up/1"]), (1, True, ["up/1", "far/1"]), (2, True, ["up/1", "far/1"]), (2, False, ["up/1"])],
)
def test_ancestors_are_those_of_the_run_or_of_all(book: Book, levels: int, of_all: bool, found: list[str]) -> None:
    book.crawl({"1": model("m/1", base="far/1")})
    book.crawl({"2": model("m/2", base="up/1")})
    assert ancestors(book, levels, of_all=of_all) == found


def ancestors(book: Book, levels: int, *, of_all: bool = True) -> list[str]:
    found = book.writer.lookups.ancestors(book.run, levels, HUB, 100, of_all=of_all)
    return [iri.removeprefix(HUB) for iri in found]


def test_levels_are_counted_from_what_was_there_before_the_run(book: Book) -> None:
    book.crawl({"1": model("m/1", base="up/1")})
    book.begin()
    for parent in (1, 2):
        iri = f"{HUB}up/{parent}"
        entries = [book.entry(f"up{parent}", model(f"up/{parent}", base=f"up/{parent + 1}"))]
        book.writer.commit(book.run, Commit(entries=entries, lookups=[Lookup(iri, iri, DAY.format(2))]))
        levels = [ancestors(book, n) for n in (1, 2, 3)]
        assert levels == [[f"up/{parent + 1}"] if n > parent else [] for n in (1, 2, 3)]
    # For the next run, it is one level up.
    book.begin()
    assert ancestors(book, 1) == ["up/3"]


def test_records_are_paired_with_those_of_another_kind(book: Book) -> None:
    documents = {str(n): model(f"m/{n}", base="m/0" if n > 2 else None) for n in range(5)}
    book.crawl(documents, {"1": {"downloads": 5}})
    book.begin()
    cards = [replace(book.entry(key, model(f"m/{key}", description="x")), kind="card", known=None) for key in "13"]
    book.writer.commit(book.run, Commit(entries=cards))
    (pairs,) = book.writer.lookups.pairs("huggingface", "model", "card")
    assert [(pair.key, pair.iri, pair.source) for pair in pairs] == [
        (key, f"{HUB}m/{key}", f"https://example.org/{key}" if key in "13" else None) for key in "01432"
    ]
    assert pairs[0].root["name"] == "m/0"
    (other_way, *_) = book.writer.lookups.pairs("huggingface", "card", "model")
    assert all(pair.source for pair in other_way)
    assert list(book.writer.lookups.pairs("openml", "flow", "card")) == []


def test_look_ups_of_parts_are_erased_with_their_entity(book: Book) -> None:
    book.crawl({"1": model("m/1"), "2": model("m/10")})
    mine, other = f"{HUB}m/1#card-00", f"{HUB}m/10#card-00"
    book.writer.commit(book.run, Commit(lookups=[Lookup(iri, None, DAY.format(1)) for iri in (mine, other)]))
    assert book.writer.lookups.requested_lately(book.run, [mine, other, "x"]) == {mine, other}
    with book.writer.erasing({f"{HUB}m/1"}, DAY.format(2)) as erasing:
        assert erasing.erased.counts["look-ups"] == 1
    assert book.rows("SELECT iri FROM lookup") == [(other,)]


# How long it takes


def report(allowed: dict[str, Any]) -> bytes:
    return orjson.dumps({"requests": {"allowed": allowed}})


def test_what_waits_is_counted_by_platform(book: Book) -> None:
    document = model("m/1", owner="ada", base="up/1")
    article = "https://arxiv.org/abs/2401.00001"
    document["root"]["referencePublication"] = [article]
    document["stubs"].append({"iri": article, "class": "ScholarlyArticle", "name": article})
    book.crawl({"1": document, "2": model("m/2", owner="ada")})
    book.begin()
    denied = Lookup(f"{HUB}m/2#card-00", None, "2999-01-01T00:00:00Z")
    book.writer.commit(book.run, Commit(lookups=[denied]))
    counts = {platform: {name: each.count for name, each in found.items()} for platform, found in counted(book).items()}
    assert counts == {"arxiv": {"articles": 1}, "huggingface": {"ancestors": 1, "cards": 1, "datasets": 0, "owners": 1}}
    card = replace(book.entry("1", model("m/1", description="x")), kind="card", known=None)
    book.writer.commit(book.run, Commit(entries=[card]))
    assert counted(book)["huggingface"]["cards"].count == 0


def test_the_last_run_that_was_told_a_rate_says_how_long_it_takes(book: Book) -> None:
    book.crawl({str(n): model(f"m/{n}", owner=f"owner-{n}") for n in range(9)})
    unknown = counted(book)["huggingface"]
    assert {each.days for each in unknown.values()} == {None}
    api = "huggingface.api"
    reports = [{api: {"requests": 450, "seconds": 300}, "x": {}}, {api: {"requests": 9, "seconds": 86_400}}, {}]
    for found in reports:
        book.begin()
        book.writer.commit(book.run, Commit(report=report(found)))
    told = counted(book)["huggingface"]
    # Two requests for each, and nine a day.
    assert (told["owners"], told["cards"], told["datasets"]) == (Waiting(9, 2.0), Waiting(9, None), Waiting(0, 0.0))
