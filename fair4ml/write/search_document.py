"""Entities as flat documents for a search engine; the schemas of all engines are derived from `FIELDS`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from fair4ml.entities import CLASSES, Kind, Property, properties
from fair4ml.write.value_types import value_types

TEXT_LIMIT = 20_000
"""The number of characters of a text that can be searched."""

TEXT = "text"
"""The field of the whole text of an article or post: indices search it, and none of them keeps or shows it."""

COUNTERS = ("downloads", "likes")
"""The counters that documents can be sorted by; others stay in the catalog."""

PARAMETER_COUNT = "parameterCount"
"""The ``propertyID`` of the number of a model's parameters."""

CONTEXT_LENGTH = "contextLength"
"""The ``propertyID`` of the number of tokens that a model reads at once."""

STEPS = {
    "parameters": (10**8, 10**9, 3 * 10**9, 8 * 10**9, 15 * 10**9, 40 * 10**9, 100 * 10**9),
    "context_length": (2_049, 4_097, 8_193, 32_769, 131_073, 1_000_001),
}
"""The numbers whose values are counted by their size, and where one class ends and the next begins."""

MARKS = ("card", "license", "data", "evaluation")
"""Values of the field ``has``: those of these that are known of a model."""


@dataclass(frozen=True, slots=True)
class FieldType:
    """The type of a field of search documents.

    Attributes:
        type: text is searched by its words, a keyword as a whole; numbers are whole; dates and times are in ISO 8601.
        multi: whether the value is a list.
        facet: whether documents are filtered by it and counted by its values.
    """

    type: Literal["text", "keyword", "number", "date"]
    multi: bool = False
    facet: bool = False


_TEXTS = frozenset({"name", "description"})


def _field_type(declared: Property, *, is_date: bool, many: bool) -> FieldType:
    if is_date:
        return FieldType("date")
    if declared.search in _TEXTS:
        return FieldType("text")
    return FieldType("keyword", multi=many, facet=declared.kind is not Kind.URL)


def _declared_fields() -> dict[str, FieldType]:
    found: dict[str, FieldType] = {}
    for class_name in CLASSES:
        types = value_types(class_name)
        for name, declared in properties(class_name).items():
            if declared.search is not None:
                field = _field_type(declared, is_date=types[name].is_date, many=types[name].many)
                if found.setdefault(declared.search, field) != field:
                    raise TypeError(f"{class_name}.{name} does not have the type of the search field {declared.search}")
    return found


FIELDS: dict[str, FieldType] = {
    "iri": FieldType("keyword"),
    "type": FieldType("keyword", facet=True),
    "platform": FieldType("keyword", multi=True, facet=True),
    **_declared_fields(),
    "derivation": FieldType("keyword", multi=True, facet=True),
    "has": FieldType("keyword", multi=True, facet=True),
    "parameters": FieldType("number"),
    "context_length": FieldType("number"),
    **{name: FieldType("number") for name in COUNTERS},
}
"""The fields of a search document, apart from ``evaluations``; only ``iri`` and ``type`` are always present."""

EVALUATION_FIELDS = {
    "task": FieldType("keyword"),
    "dataset": FieldType("keyword"),
    "metric": FieldType("keyword"),
    "value": FieldType("number"),
}
"""The fields of each of a document's ``evaluations``; here a number may have a fraction."""


def search_document(state: Mapping[str, Any]) -> dict[str, Any]:
    """The search document of an entity: references show the names of their targets, and unknown values are absent.

    Args:
        state: the entity's merged state (`fair4ml.merge.merge`).

    Returns:
        The ``key`` of the leading record, `FIELDS`, and ``evaluations``: a list of objects with `EVALUATION_FIELDS`.

    Raises:
        KeyError: a class that `fair4ml.entities` does not declare.
    """
    root, parts = state["root"], state["parts"]
    found: dict[str, Any] = {"key": state["key"]} if "key" in state else {}
    found["iri"] = root["iri"]
    found["type"] = root["class"]
    if state["platforms"]:
        found["platform"] = list(state["platforms"])
    names = {
        entity["iri"]: entity["name"] for entities in (state["stubs"], parts) for entity in entities if "name" in entity
    }
    searched = _searched(root["class"])
    for name, stated in root.items():
        if name in searched:
            field, is_reference, is_text = searched[name]
            if is_reference:
                shown = list(dict.fromkeys([names.get(iri, iri) for iri in stated]))
                found[field] = [*found[field], *shown] if field in found else shown
            else:
                found[field] = stated[:TEXT_LIMIT] if is_text else stated
    counters = state["counters"]
    for name in COUNTERS:
        if name in counters:
            found[name] = counters[name]
    _add_from_parts(found, root, parts, names)
    return found


def searched_text(state: Mapping[str, Any]) -> str | None:
    """The text of an article or post as far as it can be searched, for the field `TEXT`; it is in no search document.

    Args:
        state: the entity's merged state.
    """
    text: str | None = state.get("text")
    return text[:TEXT_LIMIT] if text else None


@cache
def _searched(class_name: str) -> dict[str, tuple[str, bool, bool]]:
    """The properties that search documents show: their field, whether they are references, whether they are prose."""
    return {
        name: (declared.search, declared.kind is Kind.REFERENCE, declared.search in _TEXTS)
        for name, declared in properties(class_name).items()
        if declared.search is not None
    }


def _add_from_parts(
    found: dict[str, Any], root: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> None:
    values = {part["iri"]: part for part in parts if part["class"] == "PropertyValue"}
    for iri in root.get("additionalProperty", ()):
        part = values.get(iri, {})
        # Counts with a name are those of one kind of parameters only.
        field = _NUMBERS.get(part.get("propertyID", ""))
        if field is not None and "name" not in part and type(part.get("value")) is int:
            found[field] = part["value"]
    kinds = {part["iri"]: part["type"] for part in parts if part["class"] == "Derivation" and "type" in part}
    if derivations := [kinds[iri] for iri in root.get("qualifiedDerivation", ()) if iri in kinds]:
        found["derivation"] = list(dict.fromkeys(derivations))
    evaluations = [
        result
        for entity in (root, *parts)
        if entity["class"] == "MLModelEvaluation" and _is_of(entity, root)
        for result in _results(entity, values, names)
    ]
    if evaluations:
        found["evaluations"] = evaluations
    if root["class"] == "MLModel" and (marks := _marks(root, is_evaluated=bool(evaluations))):
        found["has"] = marks


_NUMBERS = {PARAMETER_COUNT: "parameters", CONTEXT_LENGTH: "context_length"}


def _marks(root: Mapping[str, Any], *, is_evaluated: bool) -> list[str]:
    """Return those of `MARKS` that are known of a model."""
    known = ("readme" in root or "description" in root, "license" in root, "trainedOn" in root, is_evaluated)
    return [mark for mark, is_known in zip(MARKS, known, strict=True) if is_known]


def _is_of(evaluation: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    """Check whether an evaluation is about the root: a copied card has evaluations of another model."""
    return root["class"] != "MLModel" or root["iri"] in evaluation.get("evaluatedMLModel", (root["iri"],))


def _results(
    evaluation: Mapping[str, Any], values: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """One object for each result of an evaluation; if it has none, for each of its metrics."""
    common = {
        field: names.get(evaluation[name][0], evaluation[name][0])
        for field, name in (("task", "about"), ("dataset", "evaluationDataset"))
        if evaluation.get(name)
    }
    metrics = evaluation.get("evaluationMetrics", ())
    results = [values[iri] for iri in evaluation.get("evaluationResults", ()) if iri in values]
    for result in results:
        metric = result.get("propertyID") or (metrics[0] if len(metrics) == 1 else None)
        shown = {**common, "metric": metric} if metric else dict(common)
        value = result.get("value")
        if isinstance(value, int | float) and not isinstance(value, bool):
            shown["value"] = value
        yield shown
    if not results:
        for metric in metrics:
            yield {**common, "metric": metric}
