"""Made-up changes for search stores, and what finds them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fair4ml.merge import State
from mlentory_crawl.changes import Change
from mlentory_crawl.stores.search.query import SearchQuery, SearchStore

HUB = "https://huggingface.co/"
SYNTAX = [*'"()[]{}:*?~^-+\\/&|!<>=', "AND", "OR", "NOT", "name:bert", "[a TO b]", "bert", "5"]
"""What query languages are made of."""

NewStore = Callable[[], SearchStore]


def change(key: str, name: str | None, kind: str = "MLModel", **facts: Any) -> Change:
    """A change as the catalog gives it: a thing with these facts, or none.

    Args:
        key: its native id.
        name: its name, from which its IRI follows; None when it is gone.
        kind: its class.
        facts: ``downloads``, ``likes``, ``parameters``, ``description``, ``keywords``, ``languageTag``, ``dateCreated``
            ``dateModified``, ``contextLength``; as lists of names, what it refers to: ``license``, ``mlTask``,
            ``sharedBy``, ``softwareRequirements``, ``trainedOn``, ``wasDerivedFrom``; as a list, the ``kinds`` of its
            derivations; as
            pairs of metric and value, ``evaluations``.
    """
    catalog_key = f"huggingface/model/{key}"
    if name is None:
        return Change(catalog_key, f"{HUB}{key}", None)
    root: dict[str, Any] = {"iri": HUB + name, "class": kind, "name": name, "url": HUB + name}
    parts, stubs = [], []
    for property_name, (base, cls) in {
        "license": ("https://spdx.org/licenses/", "License"),
        "mlTask": ("https://w3id.org/mlentory/tasks#", "DefinedTerm"),
        "sharedBy": (HUB, "Agent"),
        "softwareRequirements": (f"{HUB}models?library=", "SoftwareApplication"),
        "trainedOn": (f"{HUB}datasets/", "Dataset"),
        "wasDerivedFrom": (HUB, "MLModel"),
    }.items():
        named = [{"iri": base + other, "class": cls, "name": other} for other in facts.get(property_name, [])]
        if named:
            root[property_name] = [stub["iri"] for stub in named]
            stubs += named
    for property_name in ("description", "keywords", "languageTag", "dateCreated", "dateModified"):
        if property_name in facts:
            root[property_name] = facts[property_name]
    if "parameters" in facts:
        part = f"{HUB}{name}#property-0123456789abcdef"
        root["additionalProperty"] = [part]
        parts.append(
            {"iri": part, "class": "PropertyValue", "propertyID": "parameterCount", "value": facts["parameters"]}
        )
    if "contextLength" in facts:
        part = f"{HUB}{name}#property-0123456789abcdee"
        root.setdefault("additionalProperty", []).append(part)
        parts.append(
            {"iri": part, "class": "PropertyValue", "propertyID": "contextLength", "value": facts["contextLength"]}
        )
    for number, derivation in enumerate(facts.get("kinds", [])):
        part = f"{HUB}{name}#derivation-{number:016x}"
        root.setdefault("qualifiedDerivation", []).append(part)
        parts.append({"iri": part, "class": "Derivation", "entity": f"{HUB}a/base", "type": derivation})
    for number, (metric, value) in enumerate(facts.get("evaluations", [])):
        result, evaluation = f"{HUB}{name}#property-{number:016x}", f"{HUB}{name}#evaluation-{number:016x}"
        parts.append({"iri": result, "class": "PropertyValue", "propertyID": metric, "value": value})
        parts.append({"iri": evaluation, "class": "MLModelEvaluation", "evaluationResults": [result]})
    counters: dict[str, int] = {counter: facts[counter] for counter in ("downloads", "likes") if counter in facts}
    state: State = {"root": root, "parts": parts, "stubs": stubs, "counters": counters, "platforms": ["huggingface"]}
    return Change(catalog_key, HUB + name, {**state, "key": catalog_key})


MODELS = [
    change(
        "1",
        "google-bert/bert-base-uncased",
        description="Pretrained on English text with masked language modeling.",
        license=["Apache-2.0"],
        mlTask=["fill-mask"],
        sharedBy=["google-bert"],
        softwareRequirements=["transformers"],
        trainedOn=["bookcorpus", "wikipedia"],
        keywords=["exbert"],
        languageTag=["en"],
        downloads=60_000_000,
        likes=2_000,
        parameters=110_106_428,
        dateCreated="2022-03-02T23:29:04Z",
        dateModified="2024-02-19T11:06:12Z",
    ),
    change(
        "2",
        "FacebookAI/RoBERTa-large",
        license=["MIT"],
        mlTask=["fill-mask"],
        sharedBy=["FacebookAI"],
        softwareRequirements=["transformers"],
        languageTag=["en"],
        downloads=9_000_000,
        likes=200,
        parameters=355_412_057,
        dateCreated="2022-03-02T23:29:04Z",
        dateModified="2024-02-19T12:47:04Z",
    ),
    change(
        "3",
        "openai/whisper-tiny",
        license=["Apache-2.0"],
        mlTask=["automatic-speech-recognition"],
        sharedBy=["openai"],
        softwareRequirements=["transformers"],
        languageTag=["en", "zh", "de"],
        downloads=500_000,
        likes=300,
        parameters=37_760_640,
        dateCreated="2022-09-26T06:50:30Z",
        dateModified="2024-02-29T10:57:33Z",
    ),
    change(
        "4",
        "somebody/bert-german-sentiment",
        mlTask=["text-classification"],
        sharedBy=["somebody"],
        wasDerivedFrom=["google-bert/bert-base-uncased"],
        languageTag=["de"],
        likes=0,
        dateModified="2023-01-01T00:00:00Z",
    ),
    change("5", "中文/情感分析模型", description="一个适合短文本的模型", keywords=["情感分析"], languageTag=["zh"]),
]
"""A few synthetic models in the shape of the Hub's."""


def found(store: SearchStore, text: str = "", **options: Any) -> list[str]:
    """The names of the hits, best first."""
    return [hit["name"] for hit in store.search(SearchQuery(text, **options)).hits]
