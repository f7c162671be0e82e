"""Evaluations in the documents of records, each with its results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlentory_crawl.catalog.queries.evaluations import HARNESS, SETTINGS

_PARTS = frozenset({"config", "split"})
"""Settings that identify a part of a dataset, and need no name beside their value."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One result of an evaluation; without a value if the evaluation has none.

    Attributes:
        models: the IRIs of the evaluated models.
        on: the names of the datasets.
        settings: the part of the dataset and the settings of the measurement, in words.
        metric: the name of the metric; None if it has none.
        value: the value as a number if it is one, else as text.
        stated: the text of the value, if it says more than the number.
        sources: the places where it was published.
        harness: the program that evaluated, if stated.
    """

    models: list[str]
    on: list[str]
    settings: str
    metric: str | None
    value: float | str | None
    stated: str | None
    sources: list[str]
    harness: str | None = None


def evaluated(document: Mapping[str, Any]) -> Iterator[Evaluated]:
    """Yield the results of the evaluations in a record, or in the merged state of an entity.

    Args:
        document: ``root``, ``parts``, ``stubs``.
    """
    names = names_in(document)
    parts = {part["iri"]: part for part in document["parts"]}
    for evaluation in (document["root"], *document["parts"]):
        if evaluation["class"] != "MLModelEvaluation":
            continue
        metric = next(iter(evaluation.get("evaluationMetrics", ())), None)
        known = [parts[iri] for iri in evaluation.get("evaluationResults", ()) if iri in parts]
        for result in [each for each in known if each.get("value") is not None] or [{}]:
            yield Evaluated(
                models=evaluation.get("evaluatedMLModel", []),
                on=[names.get(iri, iri) for iri in evaluation.get("evaluationDataset", ())],
                settings=_settings(parts, evaluation),
                metric=result.get("propertyID") or metric or result.get("name"),
                value=result.get("value"),
                stated=result.get("description"),
                sources=[*evaluation.get("isBasedOn", ()), *evaluation.get("citation", ())],
                harness=_harness(parts, evaluation),
            )


def _settings(parts: Mapping[str, Mapping[str, Any]], evaluation: Mapping[str, Any]) -> str:
    known = [parts[iri] for iri in evaluation.get("additionalProperty", ()) if iri in parts]
    return ", ".join(
        str(part["value"]) if part["propertyID"] in _PARTS else f"{part['propertyID']} {part['value']}"
        for part in known
        if part.get("propertyID") in SETTINGS and "value" in part
    )


def _harness(parts: Mapping[str, Mapping[str, Any]], evaluation: Mapping[str, Any]) -> str | None:
    known = [parts[iri] for iri in evaluation.get("additionalProperty", ()) if iri in parts]
    return next((str(part["value"]) for part in known if part.get("propertyID") == HARNESS and "value" in part), None)


def names_in(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the entities in a document, by IRI."""
    return {each["iri"]: each["name"] for each in (*document["stubs"], *document["parts"]) if each.get("name")}
