"""The page about FAIR4ML terms: its tables are current, and leave out nothing that real records have."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from support.captured import hugging_face_models, model_cards
from support.captured_openml import captured_records

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.entities import CLASSES, properties
from fair4ml.meanings import MEANINGS
from fair4ml.platforms import describe, source_model
from fair4ml.vocabulary import FAIR4ML

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import make_fair4ml_tables  # noqa: E402
from mapped_properties import origins  # noqa: E402

PAGE = (ROOT / "docs" / "fair4ml.md").read_text("utf-8")
MOST = 2_000


def test_the_page_is_what_the_tool_writes() -> None:
    assert make_fair4ml_tables.page(PAGE) == PAGE, "run tools/make_fair4ml_tables.py"


def test_a_page_without_its_tables_gets_them() -> None:
    made = make_fair4ml_tables.page("before\n<!-- terms: Derivation -->\nold\n<!-- end -->\nafter\n")
    assert "old" not in made
    assert made.startswith("before\n<!-- terms: Derivation -->\n\n| property |")
    assert "| `entity` | [`prov:entity`](http://www.w3.org/ns/prov#entity) | added | entity |" in made
    assert made.endswith("\n\n<!-- end -->\nafter\n")


def test_every_property_is_in_a_table() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \| \[`([\w:]+)`\]", PAGE, re.MULTILINE))
    names = {name for cls in CLASSES for name in properties(cls)}
    assert {name for name, _ in rows} == names
    assert {f"fair4ml:{term}" for term in FAIR4ML.terms if term[0].islower()} <= {term for _, term in rows}


def test_every_meaning_is_that_of_a_property() -> None:
    names = {name for cls in CLASSES for name in properties(cls)}
    assert {key.rpartition(".")[2] for key in MEANINGS} == names
    assert {key.partition(".")[0] for key in MEANINGS if "." in key} <= CLASSES.keys()


@pytest.mark.parametrize(
    ("cls", "name", "platform", "field", "method"),
    [
        ("MLModel", "license", "huggingface", "cardData.license", "looked up"),
        ("MLModel", "sharedBy", "openml", "uploader", "linked"),
        ("MLModel", "wasRevisionOf", "huggingface", "cardData.new_version", "linked"),
        ("MLModel", "hasEvaluation", "openml", "flow_id", "linked"),
        ("Dataset", "creator", "ai4life", "manifest.authors", "linked"),
        ("Person", "name", "huggingface", "fullname", "stated"),
    ],
)
def test_sources_are_those_that_the_mappings_declare(
    cls: str, name: str, platform: str, field: str, method: str
) -> None:
    found = [(each.platform, each.fields, each.method) for each in origins()[cls, name]]
    assert (platform, (field,), method) in found


def test_what_only_models_have_is_not_said_of_datasets() -> None:
    assert "ai4life" not in {each.platform for each in origins().get(("Dataset", "author"), ())}
    assert ("SoftwareApplication", "license") not in origins()


def captured(corpus: Path) -> Iterator[tuple[str, str, Any]]:
    yield from (("huggingface", "model", each) for each in islice(hugging_face_models(corpus), MOST))
    yield from (("huggingface", "card", {"id": id, "text": text}) for id, text in islice(model_cards(corpus), 200))
    yield from (("openml", kind, each) for kind, each in islice(captured_records(corpus), MOST))


def test_captured_records_have_no_property_that_the_page_leaves_out(corpus: Path) -> None:
    seen = set()
    for platform, kind, payload in captured(corpus):
        try:
            root = describe(parse(source_model(platform, kind), payload)[0]).root.document()
        except InvalidRecord:
            continue
        seen |= {(platform, kind, root["class"], name) for name in root.keys() - {"iri", "class"}}
    told = {
        (each.platform, kind, cls, name)
        for (cls, name), found in origins().items()
        for each in found
        for kind in each.kinds or {kind for _, kind, _, _ in seen}
    }
    assert len(seen) > 50
    assert seen - told == set()
