"""What a model card states in the graph, alone and beside the Hub's own record of the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from support.captured import model_cards
from support.card_pieces import PIECES
from support.catalogs import Book
from support.descriptions import assert_closed
from support.documents import stored

from fair4ml.describe.source_record import InvalidRecord, parse
from fair4ml.entities import Description
from fair4ml.identifiers import part_iri
from fair4ml.merge import RecordState, State, merge
from fair4ml.platforms import declared_sources, describe, precedence, source_model
from fair4ml.platforms.huggingface.card_source import ModelCardFile
from fair4ml.platforms.huggingface.provenance import PROVENANCE
from fair4ml.platforms.huggingface.source import ModelInfo
from fair4ml.read.model_card import MAX_CARD
from fair4ml.write import rdf
from mlentory_crawl.catalog.commits import Commit
from mlentory_crawl.face import Catalog

KEY = "650000000000000000000001"
ID = "ada-labs/tern"
IRI = f"https://huggingface.co/{ID}"
SHA = "0123456789abcdef0123456789abcdef01234567"

CARD = """---
license: mit
language: no
datasets:
- ada-labs/gulls
base_model: ada-labs/egg
base_model_relation: finetune
tags: [birds, text-classification]
pipeline_tag: text-classification
---

# Tern

Sorts bird sounds.

### Model Sources [optional]

- **Repository:** https://github.com/ada-labs/tern-code
- **Paper [optional]:** https://example.org/paper

## Direct Use

Counting terns.

## Limitations and bias

Rain.

## Ethical considerations

No terns were harmed.

## How to use

Install it.

```python
import tern
```

## Training data

Two thousand hours.

## Testing Data

Ten hours.

## Environmental Impact

Carbon emitted: 1.5 kg CO2eq

## Citation

```bibtex
@article{a, title={A}, eprint={2301.00001}}
@article{b, title={B}, doi={10.1000/X1}}
@article{c, title={C}, url={https://example.org/c}}
@misc{d, title={The model itself}, doi={10.57967/hf/1}}
```
"""


def described(text: str | None, **fields: Any) -> Description:
    card, found = parse(ModelCardFile, {"_id": KEY, "id": ID, "sha": SHA, "text": text, **fields})
    assert found == []
    return describe(card)


def state(description: Description, kind: str, modified: str | None = None) -> RecordState:
    document = stored(description.root, description.parts, description.stubs)
    return RecordState(f"huggingface/{kind}/{KEY}", document, description.counters, modified)


def root(description: Description) -> dict[str, Any]:
    return dict(stored(description.root)["root"])


def test_cards_are_records_of_a_kind_of_their_own() -> None:
    assert source_model("huggingface", "card") is ModelCardFile
    card, _ = parse(ModelCardFile, {"_id": KEY, "id": ID, "text": "x"})
    assert (card.key, card.id, card.text) == (KEY, ID, "x")


def test_what_a_card_says() -> None:
    description = described(CARD)
    doi, article = "https://doi.org/10.1000/x1", part_iri(IRI, "article", "C")
    training, evaluation = (part_iri(IRI, "property", name, None) for name in ("trainingData", "evaluationData"))
    derivation = part_iri(IRI, "derivation", "https://huggingface.co/ada-labs/egg")
    assert root(description) == {
        "iri": IRI,
        "class": "MLModel",
        "name": ID,
        "description": "Sorts bird sounds.",
        "license": ["https://spdx.org/licenses/MIT"],
        "inLanguage": ["http://lexvo.org/id/iso639-3/nor"],
        "languageTag": ["no"],
        "trainedOn": ["https://huggingface.co/datasets/ada-labs/gulls"],
        "wasDerivedFrom": ["https://huggingface.co/ada-labs/egg"],
        "fineTunedFrom": ["https://huggingface.co/ada-labs/egg"],
        "qualifiedDerivation": [derivation],
        "keywords": ["birds"],
        "intendedUse": ["Counting terns."],
        "modelRisksBiasLimitations": ["Rain."],
        "ethicalSocial": ["No terns were harmed."],
        "usageInstructions": ["Install it."],
        "codeSampleSnippet": ["import tern"],
        "codeRepository": ["https://github.com/ada-labs/tern-code"],
        "hasCO2eEmissions": "1.5 kg CO2e",
        "citation": [
            "@article{a, title={A}, eprint={2301.00001}}",
            "@article{b, title={B}, doi={10.1000/X1}}",
            "@article{c, title={C}, url={https://example.org/c}}",
            "@misc{d, title={The model itself}, doi={10.57967/hf/1}}",
        ],
        "referencePublication": ["https://arxiv.org/abs/2301.00001", doi, article],
        "additionalProperty": [training, evaluation],
    }
    named = {(stub.iri, stub.cls, stub.name) for stub in description.stubs}
    assert ("https://arxiv.org/abs/2301.00001", "ScholarlyArticle", "arXiv:2301.00001") in named
    assert (doi, "ScholarlyArticle", "doi:10.1000/x1") in named
    assert ("https://github.com/ada-labs/tern-code", "SoftwareSourceCode", "ada-labs/tern-code") in named
    parts = {part.iri: stored(part)["root"] for part in description.parts}
    assert (parts[article]["name"], parts[article]["url"]) == ("C", "https://example.org/c")
    assert (parts[training]["propertyID"], parts[training]["value"]) == ("trainingData", "Two thousand hours.")
    assert (parts[evaluation]["propertyID"], parts[evaluation]["value"]) == ("evaluationData", "Ten hours.")
    assert description.issues == []
    assert_closed(description, PROVENANCE["card"])


def test_every_property_says_where_in_the_file_it_comes_from() -> None:
    description = described(CARD)
    assert description.exceptions == {
        "description": "README: beginning",
        "license": "README: front matter, license",
        "inLanguage": "README: front matter, language",
        "languageTag": "README: front matter, language",
        "trainedOn": "README: front matter, datasets",
        "wasDerivedFrom": "README: front matter, base_model",
        "fineTunedFrom": "README: front matter, base_model",
        "qualifiedDerivation": "README: front matter, base_model",
        "keywords": "README: front matter, tags",
        "intendedUse": "README: Direct Use",
        "modelRisksBiasLimitations": "README: Limitations and bias",
        "ethicalSocial": "README: Ethical considerations",
        "usageInstructions": "README: How to use",
        "codeSampleSnippet": "README: How to use",
        "codeRepository": "README: Model Sources [optional]",
        "hasCO2eEmissions": "README: Environmental Impact",
        "citation": "README: Citation",
        "referencePublication": "README: Citation",
        "additionalProperty": "README: Training data, Testing Data",
    }
    assert declared_sources("huggingface", "card")["intendedUse"] == ("README", "stated")
    assert declared_sources("huggingface", "card")["codeRepository"] == ("README", "linked")


def test_places_stay_short_however_many_headings_there_are() -> None:
    description = described("".join(f"# Usage {'x' * 300} {n}\n\nrun {n}\n\n" for n in range(100)))
    assert len(description.exceptions["usageInstructions"]) < 500


def test_languages_of_tags_are_those_of_the_tags() -> None:
    description = described("---\ntags: [fi, birds]\n---\n")
    assert (root(description)["languageTag"], root(description)["keywords"]) == (["fi"], ["birds"])
    assert description.exceptions["languageTag"] == "README: front matter, tags"


@pytest.mark.parametrize("text", [None, "", "# Tern\n", "---\n{}\n---\n"])
def test_a_card_that_says_nothing_is_a_record_all_the_same(text: str | None) -> None:
    description = described(text)
    assert root(description) == {"iri": IRI, "class": "MLModel", "name": ID}
    assert (description.parts, description.stubs, description.issues, description.exceptions) == ([], [], [], {})


def test_what_is_wrong_is_told_by_its_place_in_the_file() -> None:
    text = (
        "---\nlicense: ['?', mit, {a: 1}]\nlanguage: [Klingonic, en]\ndatasets: unknown\nbase_model: a path\n"
        "tags: [a]\ntags: [b]\n---\n# Citation\n\n@article{a,"
    )
    description = described(text)
    assert sorted({(issue.field, issue.reason) for issue in description.issues}) == [
        ("README.citation", "has BibTeX that cannot be read"),
        ("README.front matter.base_model.0", "is not the id of a model"),
        ("README.front matter.datasets.0", "does not name a dataset"),
        ("README.front matter.language.0", "does not name a single language"),
        ("README.front matter.license.0", "does not name a license"),
        ("README.front matter.license.2", "expected a valid string, got dict"),
        ("README.front matter.tags", "is repeated; the first value is kept"),
    ]
    assert root(description)["license"] == ["https://spdx.org/licenses/MIT"]
    assert root(description)["keywords"] == ["a"]


def test_a_text_that_is_too_long_or_no_text_is_left_out() -> None:
    for text in ("a" * (MAX_CARD + 1), 5, ["a"]):
        card, issues = parse(ModelCardFile, {"_id": KEY, "id": ID, "text": text})
        assert (card.text, [issue.field for issue in issues]) == (None, ["text"])
    card, issues = parse(ModelCardFile, {"_id": KEY, "id": ID, "text": "a\ud800b"})
    assert (card.text, len(issues)) == ("ab", 1)
    with pytest.raises(InvalidRecord):
        parse(ModelCardFile, {"id": "a b", "text": "x"})


def hub_record(**fields: Any) -> Description:
    return describe(parse(ModelInfo, {"_id": KEY, "id": ID, **fields})[0])


def merged(*states: RecordState) -> State:
    found = merge(states, precedence())
    assert found == merge(states[::-1], precedence())
    assert rdf.turtle(found)
    return found


def test_card_and_hub_agree_as_a_rule() -> None:
    hub = hub_record(
        tags=["transformers", "birds", "text-classification", "license:mit", "dataset:ada-labs/gulls", "no"],
        pipeline_tag="text-classification",
        library_name="transformers",
        cardData={"license": "mit", "language": False, "datasets": ["ada-labs/gulls"], "tags": ["birds"]},
        baseModels={"relation": "finetune", "models": [{"id": "ada-labs/egg"}]},
        lastModified="2024-01-02T03:04:05.000Z",
        likes=3,
    )
    found = merged(state(hub, "model", "2024-01-02T03:04:05Z"), state(described(CARD), "card"))
    assert found["conflicts"] == {}
    assert found["key"] == f"huggingface/model/{KEY}"
    assert found["counters"] == {"likes": 3}
    for name, value in root(hub).items():
        if isinstance(value, list):
            assert found["root"][name][: len(value)] == value
    assert found["root"]["intendedUse"] == ["Counting terns."]
    assert found["root"]["description"] == "Sorts bird sounds."


@pytest.mark.parametrize("modified", [None, "2020-01-01T00:00:00Z"])
def test_where_they_disagree_the_hub_holds_and_the_card_is_kept_as_a_conflict(modified: str | None) -> None:
    hub = hub_record(
        cardData={
            "license": "apache-2.0",
            "language": "sv",
            "datasets": ["ada-labs/crows"],
            "co2_eq_emissions": 4,
            "tags": ["crows"],
        },
        tags=["crows"],
        baseModels={"relation": "quantized", "models": [{"id": "ada-labs/nest"}]},
    )
    found = merged(state(hub, "model", modified), state(described(CARD), "card", "2025-01-01T00:00:00Z"))
    told = found["root"]
    assert told["license"] == ["https://spdx.org/licenses/Apache-2.0"]
    assert told["languageTag"] == ["sv"]
    assert told["trainedOn"] == ["https://huggingface.co/datasets/ada-labs/crows"]
    assert told["wasDerivedFrom"] == ["https://huggingface.co/ada-labs/nest"]
    assert told["hasCO2eEmissions"] == "4 g CO2e"
    assert told["keywords"] == ["crows"]
    key = f"huggingface/card/{KEY}"
    derivation = part_iri(IRI, "derivation", "https://huggingface.co/ada-labs/egg")
    assert found["conflicts"] == {
        "license": [(["https://spdx.org/licenses/MIT"], key)],
        "inLanguage": [(["http://lexvo.org/id/iso639-3/nor"], key)],
        "languageTag": [(["no"], key)],
        "trainedOn": [(["https://huggingface.co/datasets/ada-labs/gulls"], key)],
        "wasDerivedFrom": [(["https://huggingface.co/ada-labs/egg"], key)],
        "fineTunedFrom": [(["https://huggingface.co/ada-labs/egg"], key)],
        "qualifiedDerivation": [([derivation], key)],
        "hasCO2eEmissions": [("1.5 kg CO2e", key)],
    }
    assert "fineTunedFrom" not in told
    assert told["qualifiedDerivation"] == [part_iri(IRI, "derivation", "https://huggingface.co/ada-labs/nest")]
    assert derivation not in {part["iri"] for part in found["parts"]}
    assert "https://spdx.org/licenses/MIT" not in {stub["iri"] for stub in found["stubs"]}


def test_what_the_hub_does_not_say_the_card_says() -> None:
    found = merged(state(hub_record(likes=1), "model"), state(described(CARD), "card"))
    assert found["root"]["license"] == ["https://spdx.org/licenses/MIT"]
    assert found["root"]["wasDerivedFrom"] == ["https://huggingface.co/ada-labs/egg"]
    assert found["conflicts"] == {}


def test_publications_of_both_are_joined() -> None:
    found = merged(state(hub_record(tags=["arxiv:2302.00001"]), "model"), state(described(CARD), "card"))
    assert found["root"]["referencePublication"][:2] == [
        "https://arxiv.org/abs/2302.00001",
        "https://arxiv.org/abs/2301.00001",
    ]


def test_models_and_the_repository_that_their_cards_name_are_shown_with_each_other(tmp_path: Path) -> None:
    book, code = Book(tmp_path / "data"), "https://github.com/ada-labs/tern-code"
    book.begin()
    cards = [book.entry(KEY, state(described(CARD), "card").document, kind="card")]
    text = f"Code: {code}/tree/main/gull"
    gull = describe(parse(ModelCardFile, {"_id": KEY[:-1] + "2", "id": "ada-labs/gull", "text": text})[0])
    cards.append(book.entry("2", state(gull, "card").document, kind="card"))
    book.writer.commit(book.run, Commit(entries=cards))
    book.close()
    with Catalog({"MLENTORY_DATA_DIR": str(book.data_dir)}) as catalog:
        of_model, of_code = (catalog.model(name).to_dict() for name in (ID, code))
    assert of_model["root"]["codeRepository"] == [code]
    assert of_code["codeOf"] == {
        "count": 2,
        "models": [("https://huggingface.co/ada-labs/gull", "ada-labs/gull"), (IRI, ID)],
    }


@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join))
def test_whatever_a_card_holds_its_description_is_closed_and_always_the_same(text: str) -> None:
    text = text.replace("\ud800", "")
    description = described(text)
    assert_closed(description, PROVENANCE["card"])
    assert description == described(text)


def test_every_card_of_the_corpus_is_described(corpus: Path) -> None:
    count = 0
    for number, (_, text) in enumerate(model_cards(corpus)):
        card, _ = parse(ModelCardFile, {"_id": KEY, "id": ID, "text": text})
        description = describe(card)
        if number % 10 == 0:
            assert_closed(description, PROVENANCE["card"])
        count += len(root(description)) > 3
    assert count > 4_000
