"""Licenses of a whole lineage, the data of its models, and the records that state values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from support.catalogs import DAY, HUB, Book
from support.families import DATASETS, LICENSES, family, relative, store, using

from fair4ml.describe.licensing import NOT_NAMED
from fair4ml.document import Document
from mlentory_crawl.catalog.commits import Commit
from mlentory_crawl.catalog.queries.description import describe
from mlentory_crawl.catalog.queries.license_summary import conflicts
from mlentory_crawl.catalog.queries.lineage import Lineage, Use, lineage
from mlentory_crawl.catalog.queries.origins import Origin, statements_of_values
from mlentory_crawl.catalog.reader import CatalogReader

OTHER = f"{HUB}odd/model#license-d650ce50380593af"


@pytest.fixture
def book(data_dir: Path) -> Iterator[Book]:
    made = family(data_dir)
    yield made
    made.close()


def walk(book: Book, name: str, **asked: Any) -> Lineage:
    reader = CatalogReader(book.data_dir)
    found = lineage(reader, HUB + name, **{"up": False, "depth": 9, **asked})
    reader.close()
    return found


def not_named(name: str, **parents: str | None) -> Document:
    document = relative(name, None, **parents)
    document["root"]["license"] = [OTHER]
    document["parts"].append({"iri": OTHER, "class": "License", "name": NOT_NAMED})
    return document


def test_models_are_counted_by_license_whatever_the_page(book: Book) -> None:
    store(book, not_named("odd/model", **{"tide__base-8B": "adapter"}))
    summary = asdict(walk(book, "tide/base-8B", limit=1).summary)
    assert summary == {
        "models": 4, "not_named": 1, "none_stated": 1, "named_only": 0, "conflicts": 1,
        "inheriting": 1, "unjudged": 0,
        "licenses": [{"license": LICENSES["Apache-2.0"], "name": "Apache-2.0", "models": 2, "conflicts": 1}],
    }  # fmt: skip
    assert summary == asdict(walk(book, "tide/base-8B").summary)
    assert walk(book, "mix/merged", up=True).summary.named_only == 1


def test_licenses_at_second_hand_count_where_no_other_record_states_any(book: Book) -> None:
    def licenses() -> list[tuple[str, int]]:
        return [(each.name, each.models) for each in walk(book, "orchard/tune-8B", limit=1).summary.licenses]

    store(book, relative("mix/merged", "MIT", **{"orchard__tune-8B": "merge"}), "card")
    assert licenses() == [("Apache-2.0", 1), ("MIT", 1)]
    book.crawl({"mix/merged": relative("mix/merged", "llama3.1", **{"orchard__tune-8B": "merge"})})
    assert licenses() == [("Apache-2.0", 1), ("llama3.1", 1)]


def test_a_model_that_was_renamed_keeps_its_licenses_in_the_count(book: Book) -> None:
    book.crawl({"small/tune-8B-GGUF": relative("small/renamed", "MIT", **{"orchard__tune-8B": "quantized"})})
    found = walk(book, "orchard/tune-8B")
    assert f"{HUB}small/renamed" in found.members
    assert [(each.name, each.models) for each in found.summary.licenses] == [("MIT", 1)]


def bury(book: Book, key: str) -> None:
    ((row,),) = book.rows("SELECT id FROM record WHERE key = ?", key)
    book.writer.census.settle(book.run, DAY.format(9), [], [row], b"{}")


def test_a_model_that_is_gone_keeps_its_license_in_the_count_and_in_conflicts(book: Book) -> None:
    book.crawl({"b/base": relative("b/base", "CC-BY-NC-4.0"), "a/x": relative("a/x", "Apache-2.0", b__base="finetune")})
    before = walk(book, "a/x", up=True)
    bury(book, "b/base")
    found = walk(book, "a/x", up=True)
    assert found.members[f"{HUB}b/base"].deleted_at == DAY.format(9)
    assert found.summary == before.summary
    assert (found.summary.conflicts, len(found.conflicts), found.summary.none_stated) == (1, 1, 0)
    assert [(each.name, each.models) for each in found.summary.licenses] == [("CC-BY-NC-4.0", 1)]
    assert list(walk(book, "a/x", up=True, under=["cc-by-nc-4.0"]).members) == [f"{HUB}a/x", f"{HUB}b/base"]


def test_a_model_that_is_gone_keeps_that_its_license_has_no_name(book: Book) -> None:
    book.crawl({"odd/model": not_named("odd/model"), "a/x": relative("a/x", "Apache-2.0", odd__model="finetune")})
    bury(book, "odd/model")
    summary = walk(book, "a/x", up=True).summary
    assert (summary.not_named, summary.licenses, summary.none_stated) == (1, [], 0)


def test_a_record_that_is_gone_states_nothing_beside_one_that_is_not(book: Book) -> None:
    book.crawl({"b/base": relative("b/base", "CC-BY-NC-4.0"), "a/x": relative("a/x", "Apache-2.0", b__base="finetune")})
    bury(book, "b/base")
    elsewhere = book.entry("1", relative("b/base"), platform="openml")
    book.writer.commit(book.run, Commit(entries=[elsewhere]))
    found = walk(book, "a/x", up=True)
    assert (found.members[f"{HUB}b/base"].licenses, found.summary.none_stated, found.conflicts) == ({}, 1, [])


def test_each_page_has_the_conflicts_along_its_steps(book: Book) -> None:
    for n in range(4):
        store(book, relative(f"more/tune-{n}", "MIT" if n % 2 else "llama3.1", **{"tide__base-8B": "finetune"}))
    pages = [walk(book, "tide/base-8B", limit=1, offset=n) for n in range(walk(book, "tide/base-8B").summary.models)]
    for each in pages:
        licenses = {iri: member.licenses for iri, member in each.members.items()}
        assert each.conflicts == conflicts([(step.child, step.parent) for step in each.steps], licenses)
    violating = {conflict.child for each in pages for conflict in each.conflicts}
    assert violating == {HUB + each for each in ("orchard/tune-8B", "more/tune-1", "more/tune-3")}
    assert len(violating) == pages[0].summary.conflicts


def test_each_derivation_is_on_a_page(book: Book) -> None:
    both = {"orchard__tune-8B": "merge", "small__tune-8B-GGUF": "merge", "tide__base-8B": "merge"}
    store(book, relative("deep/merged", "MIT", **both))
    whole = walk(book, "tide/base-8B")
    models = len(whole.members) - 1
    pages = [walk(book, "tide/base-8B", limit=size, offset=n) for size in (1, 2) for n in range(0, models, size)]
    assert {step for each in pages[:models] for step in each.steps} == set(whole.steps)
    assert {step for each in pages[models:] for step in each.steps} == set(whole.steps)
    for each in pages:
        assert {iri for step in each.steps for iri in (step.child, step.parent)} <= each.members.keys()
        assert sum(not member.context for member in each.members.values()) - 1 <= 2


def test_conflicts_of_the_page_and_of_all(book: Book) -> None:
    found = walk(book, "tide/base-8B", limit=1, offset=1)  # the tune only leads to the models of the page
    assert [each.rule for each in found.conflicts] == ["community license"]
    assert found.summary.conflicts == 1


def test_data_say_which_record_and_field_names_them(book: Book) -> None:
    store(book, using(relative("orchard/tune-8B"), trainedOn=["orchard/from-card"]), "card")
    found = walk(book, "orchard/tune-8B", up=True, data="training")
    assert found.uses == [
        Use(HUB + model, DATASETS + dataset, "trainedOn", f"huggingface/model/{model}", "cardData.datasets")
        for model, dataset in (("orchard/tune-8B", "orchard/talks"), ("tide/base-8B", "tide/corpus"))
    ]
    assert [(each.name, each.described) for each in found.datasets.values()] == [
        ("orchard/talks", False), ("tide/corpus", False)
    ]  # fmt: skip
    assert {use.property for use in walk(book, "orchard/tune-8B", data="evaluation").uses} == {"evaluatedOn"}
    assert len(walk(book, "orchard/tune-8B", up=True, data="all").uses) == 9
    assert not walk(book, "orchard/tune-8B", up=True).uses


def test_a_value_comes_from_the_record_that_leads_not_from_the_first_that_was_stored(book: Book) -> None:
    card = relative("ada/late", "MIT")
    card["root"] |= {"description": "of the card", "intendedUse": "to test", "version": "card"}
    store(book, card, "card", intendedUse="README: Use")
    model = relative("ada/late", "Apache-2.0")
    model["root"] |= {"description": "of the model", "version": "model"}
    store(book, model)
    reader = CatalogReader(book.data_dir)
    found = describe(reader, "ada/late")
    origins = found.origins()
    statements = found.statements()
    reader.close()
    assert [(each.record.split("/")[1], each.agrees) for each in statements["license"]] == [
        ("model", "all"), ("card", "none"),
    ]  # fmt: skip
    assert [(each.record.split("/")[1], each.agrees) for each in statements["description"]] == [
        ("card", "all"), ("model", "none"),
    ]  # fmt: skip
    assert {name: stated[0].record for name, stated in statements.items()} == {
        name: origin.record for name, origin in origins.items() if name not in ("iri", "class")
    }
    assert origins["license"] == Origin("huggingface/model/ada/late", "cardData.license", "looked up")
    assert origins["version"].record == "huggingface/model/ada/late"
    # The declared precedence of a single property.
    assert origins["description"].record == "huggingface/card/ada/late"
    assert origins["intendedUse"] == Origin("huggingface/card/ada/late", "README: Use", "stated")
    assert found.root["description"] == "of the card"


def test_each_value_beside_the_properties_says_which_records_state_it(book: Book) -> None:
    def counting(*values: tuple[str, int]) -> Document:
        document = relative("orchard/tune-8B")
        for number, (name, value) in enumerate(values):
            iri = f"{HUB}orchard/tune-8B#property-{number}-{value}"
            document["root"].setdefault("additionalProperty", []).append(iri)
            document["parts"].append({"iri": iri, "class": "PropertyValue", "propertyID": name, "value": value})
        return document

    book.crawl({"orchard/tune-8B": counting(("parameterCount", 8), ("contextLength", 4))})
    store(book, counting(("parameterCount", 9)), "card")
    reader = CatalogReader(book.data_dir)
    found = describe(reader, f"{HUB}orchard/tune-8B")
    parts = [part for part in found.state["parts"] if part.get("propertyID")]
    told = statements_of_values(found.records, parts)
    reader.close()
    by_name = {name: [(each.record.split("/")[1], each.agrees) for each in stated] for name, stated in told.items()}
    assert by_name["contextLength"] == [("model", "all")]
    assert {each for each, _ in by_name["parameterCount"]} == {"model", "card"}
    assert dict(by_name["parameterCount"])["model"] in ("all", "some")
    assert all(each.field for stated in told.values() for each in stated)
