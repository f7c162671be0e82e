"""Derivations as the catalog's records state them, each told once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from support.catalogs import DAY, HUB, Book, model

from fair4ml.describe.source_record import parse
from fair4ml.document import Document
from fair4ml.identifiers import hashed
from fair4ml.platforms import describe, source_model
from mlentory_crawl.catalog.commits import Commit
from mlentory_crawl.catalog.database import ReadDatabase
from mlentory_crawl.catalog.queries.derivations import Step, derivations
from mlentory_crawl.catalog.queries.description import Derived, describe as described
from mlentory_crawl.catalog.queries.lineage import Lineage, lineage
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.commands.lineage import PICTURES, _picture, _tree
from mlentory_crawl.commands.show import _print as show

MIT = "https://spdx.org/licenses/MIT"


@pytest.fixture
def book(data_dir: Path) -> Iterator[Book]:
    made = Book(data_dir)
    made.begin()
    yield made
    made.close()


def child(name: str, **parents: str | None) -> Document:
    """A model with its parents (``owner__name``), each with the kind of derivation."""
    document = model(name)
    root = document["root"]
    iris = {HUB + parent.replace("__", "/"): kind for parent, kind in parents.items()}
    root["wasDerivedFrom"] = list(iris)
    root["qualifiedDerivation"] = [f"{root['iri']}#derivation-{hashed(parent)}" for parent in iris]
    for part, (parent, kind) in zip(root["qualifiedDerivation"], iris.items(), strict=True):
        stated = {"iri": part, "class": "Derivation", "entity": parent}
        document["parts"].append(stated if kind is None else {**stated, "type": kind})
        document["stubs"].append({"iri": parent, "class": "MLModel", "name": parent.removeprefix(HUB)})
    return document


def store(book: Book, document: Document, kind: str = "model", **exceptions: str) -> None:
    entry = book.entry(document["root"]["name"], document)
    provenance = {"source": "https://example.org", "fetched_at": DAY.format(1), "exceptions": exceptions}
    book.writer.commit(book.run, Commit(entries=[replace(entry, kind=kind, known=None, provenance=provenance)]))


def named_in(parent: str) -> str:
    return f"derivation-{hashed(HUB + parent)}.entity"


def told(book: Book, name: str, *, up: bool = True) -> dict[tuple[str, str], tuple[str | None, str, str]]:
    reader = CatalogReader(book.data_dir)
    steps = derivations(reader, [HUB + name], up=up)
    reader.close()
    assert len(steps) == len({(step.child, step.parent) for step in steps})
    return {
        (step.child.removeprefix(HUB), step.parent.removeprefix(HUB)): (step.kind, step.how, step.field)
        for step in steps
    }


def walk(book: Book, name: str, **asked: Any) -> Lineage:
    reader = CatalogReader(book.data_dir)
    found = lineage(reader, HUB + name, **{"up": False, "depth": 9, **asked})
    reader.close()
    return found


def test_what_card_and_model_state_is_told_once_with_the_kind(book: Book) -> None:
    store(book, child("a/x", b__base=None), "card", wasDerivedFrom="README: front matter, base_model")
    store(book, child("a/x", b__base="adapter"))
    expected = {("a/x", "b/base"): ("adapter", "resolved", "baseModels.models")}
    assert told(book, "a/x") == told(book, "b/base", up=False) == expected
    reader = CatalogReader(book.data_dir)
    assert described(reader, "b/base").derived == [Derived(f"{HUB}a/x", "adapter")]
    reader.close()


def test_a_kind_that_only_the_card_knows_is_told_of_the_models_parent(book: Book) -> None:
    store(book, child("a/x", b__base="quantized"), "card", wasDerivedFrom="README: front matter, base_model")
    store(book, child("a/x", b__base=None), wasDerivedFrom="tags")
    assert told(book, "a/x") == {("a/x", "b/base"): ("quantized", "declared", "tags")}


def test_parents_at_second_hand_hold_where_no_other_record_has_any(book: Book) -> None:
    store(book, child("a/x", b__former="finetune"), "card")
    assert told(book, "b/former", up=False).keys() == told(book, "a/x").keys() == {("a/x", "b/former")}
    store(book, child("a/x", b__base="finetune"))
    assert told(book, "a/x").keys() == {("a/x", "b/base")}
    assert told(book, "b/former", up=False) == {}


def test_only_what_the_platform_has_resolved_is_called_so(book: Book) -> None:
    places = {"wasDerivedFrom": "baseModels.models, tags, cardData.base_model"}
    places |= {named_in("b/tagged"): "tags", named_in("b/carded"): "cardData.base_model"}
    places |= {named_in("b/found"): "baseModels.models"}
    store(book, child("a/x", b__found="merge", b__tagged="merge", b__carded=None), **places)
    assert {parent: rest for (_, parent), rest in told(book, "a/x").items()} == {
        "b/found": ("merge", "resolved", "baseModels.models"),
        "b/tagged": ("merge", "declared", "tags"),
        "b/carded": (None, "declared", "cardData.base_model"),
    }
    store(book, child("a/y", b__found="merge"), wasDerivedFrom="baseModels.models, tags")
    assert told(book, "a/y") == {("a/y", "b/found"): ("merge", "declared", "baseModels.models, tags")}


def test_a_record_says_of_each_parent_where_it_is_named() -> None:
    record = {
        "_id": "65f0a1b2c3d4e5f601230001", "id": "ada/tiny", "tags": ["base_model:quantized:b/one"],
        "baseModels": {"relation": "quantized", "models": [{"_id": "65f0a1b2c3d4e5f601230002", "id": "b/one"}]},
        "cardData": {"base_model": ["b/one", "c/two"]},
    }  # fmt: skip
    places = describe(parse(source_model("huggingface", "model"), record)[0]).exceptions
    assert places["wasDerivedFrom"] == "baseModels.models, cardData.base_model"
    assert (places[named_in("b/one")], places[named_in("c/two")]) == ("baseModels.models", "cardData.base_model")
    record["cardData"] = {"base_model": ["b/one"]}
    assert describe(parse(source_model("huggingface", "model"), record)[0]).exceptions.keys() == {"sharedBy"}


def test_of_several_records_the_one_that_says_most_is_told(book: Book) -> None:
    reader = CatalogReader(book.data_dir)
    store(book, child("a/x", b__base=None), "dataset", wasDerivedFrom="tags")
    store(book, child("a/x", b__base="finetune"), "owner", wasDerivedFrom="tags")
    assert derivations(reader, [f"{HUB}a/x"], up=True)[0].record == "huggingface/owner/a/x"
    store(book, child("a/x", b__base="finetune"))
    assert derivations(reader, [f"{HUB}a/x"], up=True) == [
        Step(f"{HUB}a/x", f"{HUB}b/base", "finetune", "huggingface/model/a/x", "baseModels.models", "resolved")
    ]
    reader.close()


def test_what_the_platform_has_found_is_told_with_the_kind_that_others_state(book: Book) -> None:
    store(book, child("a/x", b__base="finetune"), "dataset", wasDerivedFrom="tags")  # the first by its key
    for kind in ("owner", "model"):
        store(book, child("a/x", b__base=None), kind, wasDerivedFrom="baseModels.models")
    reader = CatalogReader(book.data_dir)
    assert derivations(reader, [f"{HUB}a/x"], up=True) == [
        Step(f"{HUB}a/x", f"{HUB}b/base", "finetune", "huggingface/model/a/x", "baseModels.models", "resolved")
    ]
    reader.close()


def test_a_lineage_as_json(book: Book) -> None:
    base = model("b/base", license=[MIT], conditionsOfAccess="ask")
    base["stubs"].append({"iri": MIT, "class": "License", "name": "MIT"})
    book.crawl({"1": base, "2": model("a/x", base="b/base"), "3": model("a/y", base="b/base")})
    said = walk(book, "b/base", limit=1).to_dict()
    iris = {"child": f"{HUB}a/x", "parent": f"{HUB}b/base"}
    assert said["steps"] == [
        {**iris, "kind": None, "record": "huggingface/model/2", "field": "baseModels.models", "how": "resolved"}
    ]
    nothing: dict[str, Any] = {"licenses": {}, "access": None, "deleted_at": None, "context": False}
    assert said["members"] == [
        {
            "iri": f"{HUB}b/base", "name": "b/base", "generation": 0, "described": True,
            **nothing, "licenses": {MIT: "MIT"}, "access": "ask",
        },
        {"iri": f"{HUB}a/x", "name": "a/x", "generation": 1, "described": True, **nothing},
    ]  # fmt: skip
    assert (said["root"], said["offset"], said["left_out"]) == (f"{HUB}b/base", 0, 1)
    assert said["datasets"] == said["uses"] == said["conflicts"] == []
    assert said["summary"] == {
        "models": 2, "licenses": [], "not_named": 0, "none_stated": 2, "named_only": 0, "conflicts": 0,
            "inheriting": 0, "unjudged": 0,
    }  # fmt: skip


# Names that change, and what is gone


def test_what_names_a_model_as_it_was_called_derives_from_it(book: Book) -> None:
    store(book, child("a/x", b__first="finetune"))
    book.crawl({"1": model("b/first")})
    book.crawl({"1": model("b/second")})
    book.crawl({"1": model("b/third")})
    expected = {("a/x", "b/third"): ("finetune", "resolved", "baseModels.models")}
    assert told(book, "b/third", up=False) == told(book, "a/x") == expected
    assert [member.name for member in walk(book, "b/third").members.values()] == ["b/third", "a/x"]


def test_a_parent_that_is_stated_under_two_names_is_one_with_its_kind(book: Book) -> None:
    store(book, child("a/x", b__new="merge", b__old=None))
    book.crawl({"1": model("b/old")})
    book.crawl({"1": model("b/new")})
    assert told(book, "a/x") == {("a/x", "b/new"): ("merge", "resolved", "baseModels.models")}
    reader = CatalogReader(book.data_dir)
    out = Console(width=200)
    with out.capture() as captured:
        show(out, described(reader, "a/x"), why=False)
    reader.close()
    assert [line for line in captured.get().splitlines() if "derives" in line] == ["derives from  b/new (merge)"]


def test_a_model_that_is_gone_says_since_when(book: Book) -> None:
    book.crawl({"1": model("b/base", license=[MIT]), "2": model("a/x", base="b/base")})
    ((row,),) = book.rows("SELECT id FROM record WHERE key = '1'")
    book.writer.census.settle(book.run, DAY.format(9), [], [row], b"{}")
    found = walk(book, "a/x", up=True)
    gone = found.members[f"{HUB}b/base"]
    assert (gone.described, gone.deleted_at, list(gone.licenses)) == (True, DAY.format(9), [MIT])
    assert "gone since 2024-01-09" in printed(found)


def printed(found: Lineage) -> str:
    return "\n".join(line.plain for line in _tree(found, 200, down=False, shared=None))


# How much


@pytest.fixture
def family(book: Book) -> Book:
    for n in range(6):
        store(book, child(f"a/m-{n}", b__base="finetune" if n % 2 else "merge"))
        store(book, child(f"a/q-{n}", **{f"a__m-{n}": "quantized"}))
    return book


def test_what_is_left_out_is_counted_and_the_nearest_stay(family: Book) -> None:
    found = walk(family, "b/base", limit=7)
    assert [member.generation for member in found.members.values()] == [0] + 6 * [1] + [2]
    assert (len(found.steps), found.left_out) == (7, 5)
    assert walk(family, "b/base", limit=12).left_out == walk(family, "b/base").left_out == 0


def test_a_page_has_what_its_models_derive_through(family: Book) -> None:
    found = walk(family, "b/base", limit=2, offset=7)
    assert [(member.name, member.context) for member in found.members.values()] == [
        ("b/base", False), ("a/m-1", True), ("a/m-2", True), ("a/q-1", False), ("a/q-2", False),
    ]  # fmt: skip
    assert (len(found.steps), found.offset, found.left_out) == (4, 7, 3)
    beyond = walk(family, "b/base", limit=2, offset=50)
    assert (list(beyond.members), beyond.left_out, beyond.summary.models) == ([f"{HUB}b/base"], 0, 12)


def test_one_kind_alone(family: Book) -> None:
    found = walk(family, "b/base", kind="merge")
    assert {step.child.removeprefix(HUB) for step in found.steps} == {"a/m-0", "a/m-2", "a/m-4"}


def test_no_table_is_read_as_a_whole(family: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Any]] = []
    execute = ReadDatabase.execute

    def noted(self: ReadDatabase, sql: str, parameters: Any = ()) -> Any:
        asked.append((sql, parameters))
        return execute(self, sql, parameters)

    monkeypatch.setattr(ReadDatabase, "execute", noted)
    walk(family, "b/base")
    database = ReadDatabase(family.data_dir)
    plans = [row[3] for sql, given in asked for row in execute(database, f"EXPLAIN QUERY PLAN {sql}", given)]
    database.close()
    assert any("alias_target" in plan for plan in plans)
    scanned = {plan.split()[1] for plan in plans if plan.startswith("SCAN") and "VIRTUAL TABLE" not in plan}
    assert scanned <= {"name", "stated"}  # the names asked for, and what was found of them


def test_one_word_for_a_kind_that_nobody_states(book: Book) -> None:
    store(book, child("a/x", b__base=None))
    found = walk(book, "a/x", up=True)
    assert found.steps[0].kind is None
    assert "kind not stated" in printed(found)
    assert all("kind not stated" in _picture(found, name, down=False) for name in PICTURES)
