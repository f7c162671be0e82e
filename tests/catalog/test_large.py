"""Entities to which more statements lead than an answer reads: it is right as far as it goes, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.catalogs import HUB, Book, model
from support.families import relative

from mlentory_crawl.catalog.queries import usage
from mlentory_crawl.catalog.queries.derivations import derived_by_kind
from mlentory_crawl.catalog.queries.description import DERIVED, describe
from mlentory_crawl.catalog.queries.lineage import lineage
from mlentory_crawl.catalog.queries.mentions import mentions
from mlentory_crawl.catalog.queries.usage import users
from mlentory_crawl.catalog.reader import CatalogReader

CHILDREN = DERIVED + 3
BASE = f"{HUB}a/base"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogReader]:
    """A catalog with a base from which many models derive, and from the first of these one more."""
    data_dir: Path = tmp_path_factory.mktemp("large")
    book = Book(data_dir)
    children = {f"child{n:03}": "finetune" if n % 3 else "adapter" for n in range(CHILDREN)}
    documents = {name: relative(f"b/{name}", "MIT", a__base=kind) for name, kind in children.items()}
    documents["base"] = model("a/base")
    documents["grandchild"] = relative("c/grandchild", "MIT", b__child000="merge")
    book.crawl(documents)
    book.close()
    with closing(CatalogReader(data_dir)) as opened:
        yield opened


def test_the_first_derivations_are_described_and_all_are_counted(reader: CatalogReader) -> None:
    shown = describe(reader, "a/base")
    assert len(shown.derived) == DERIVED
    assert shown.kinds == {"finetune": CHILDREN * 2 // 3, "adapter": CHILDREN - CHILDREN * 2 // 3}
    assert shown.to_dict()["derivedKinds"] == shown.kinds
    assert describe(reader, "b/child000").kinds == {"merge": 1}


def test_derivations_from_both_names_of_a_base_are_counted_once_each(tmp_path: Path) -> None:
    with closing(Book(tmp_path)) as book:
        child = relative("b/child", "MIT", a__base="finetune")
        book.crawl({"base": model("a/base"), "child": child})
        both = relative("b/both", "MIT", a__base="finetune", new__base="finetune")
        book.crawl({"base": model("new/base"), "child": child, "both": both})
    with closing(CatalogReader(tmp_path)) as opened:
        assert derived_by_kind(opened, f"{HUB}new/base") == {"finetune": 2}


@pytest.mark.parametrize("most", [1, 10, CHILDREN - 1])
def test_a_lineage_of_which_a_part_is_read(reader: CatalogReader, most: int) -> None:
    found = lineage(reader, BASE, up=False, depth=10, most=most)
    assert not found.complete
    assert found.summary.models == len(found.members) - 1 == most
    assert {each.generation for each in found.members.values()} == {0, 1}
    assert found.to_dict()["complete"] is False


@pytest.mark.parametrize("most", [CHILDREN + 1, 10 * CHILDREN, None])
def test_a_lineage_that_is_read_as_a_whole(reader: CatalogReader, most: int | None) -> None:
    found = lineage(reader, BASE, up=False, depth=10, most=most)
    assert found.complete
    assert found.summary.models == CHILDREN + 1


def test_a_generation_that_is_not_read(reader: CatalogReader) -> None:
    found = lineage(reader, BASE, up=False, depth=10, most=CHILDREN)
    assert not found.complete
    assert found.summary.models == CHILDREN
    assert lineage(reader, BASE, up=False, depth=1, most=CHILDREN).complete


def test_mentions_of_which_a_part_is_read(reader: CatalogReader) -> None:
    found = mentions(reader, BASE, read=10)
    assert not found.complete
    assert 0 < found.entities["huggingface"] <= 10
    whole = mentions(reader, BASE, read=10 * CHILDREN)
    assert (whole.complete, whole.entities) == (True, mentions(reader, BASE).entities)
    assert whole.entities == {"huggingface": CHILDREN}


def test_users_of_which_a_part_is_found(reader: CatalogReader, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = users(reader, "licenses", "MIT", 5)
    assert (whole.total, whole.complete, len(whole.models)) == (CHILDREN + 1, True, 5)
    monkeypatch.setattr(usage, "MOST_USERS", 10)
    found = users(reader, "licenses", "MIT", 5, 8)
    assert (found.total, found.complete, len(found.models)) == (10, False, 2)
    monkeypatch.setattr(usage, "MOST_USERS", CHILDREN + 1)
    assert users(reader, "licenses", "MIT", 5).complete
