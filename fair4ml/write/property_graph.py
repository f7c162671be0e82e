"""Records as nodes and edges of a property graph, such as Neo4j's.

Every property that refers to another entity is an edge, every other one a property of the node. Parts of a folded class
become properties of what refers to them:

- a `PropertyValue` becomes a property named by its ``propertyID``; if it has a name, by both (``parameterCount_F32``);
  their unit is the property with ``_unit`` after the ``propertyID``;
- the one `PropertyValue` that is the result of an evaluation becomes the evaluation's ``value`` (and ``value_unit``),
  whose metric is in ``evaluationMetrics``; several results are named as above;
- a `Derivation` becomes the ``type`` of the edge ``WAS_DERIVED_FROM``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from fair4ml.document import Document, EntityDict, by_iri, is_folded, nodes
from fair4ml.entities import Kind, properties
from fair4ml.identifiers import inside
from fair4ml.write.value_types import date_or_time, value_types

ENTITY = "Entity"
"""The label that every node has."""


class Node(NamedTuple):
    """A node.

    Attributes:
        iri: the IRI by which it is found.
        labels: `ENTITY` and the name of its class.
        properties: by name; dates are of type date or datetime, lists are of one type.
        described: whether these are all the properties that it has; if not, the record only names the entity.
    """

    iri: str
    labels: tuple[str, str]
    properties: Mapping[str, Any]
    described: bool


class Edge(NamedTuple):
    """An edge.

    Attributes:
        source, target: the IRIs of the nodes.
        type: the name of the property in upper case, such as ``FINE_TUNED_FROM``.
        properties: by name.
    """

    source: str
    type: str
    target: str
    properties: Mapping[str, Any]


class Graph(NamedTuple):
    """Nodes sorted by IRI, and edges sorted by source, type and target, each once."""

    nodes: list[Node]
    edges: list[Edge]


def graph(document: Document) -> Graph:
    """The nodes and edges of a record, or of the merged state of several.

    A part outside the root's IRI is another entity, of which the record states an edge: its node is only named.

    Raises:
        KeyError: a class or property that `fair4ml.entities` does not declare.
    """
    folded, entities = _sorted_out(document)
    within = inside(document["root"]["iri"])
    nodes = {stub["iri"]: _named(stub["iri"], stub["class"], stub.get("name")) for stub in document["stubs"]}
    found: list[Edge] = []
    for entity in entities:
        iri = entity["iri"]
        found += _edges(entity, folded)
        if entity is document["root"] or iri.startswith(within):
            nodes[iri] = Node(iri, (ENTITY, entity["class"]), _properties(entity, folded), described=True)
        elif "name" in entity or iri not in nodes:
            nodes[iri] = _named(iri, entity["class"], entity.get("name"))
    return Graph([nodes[iri] for iri in sorted(nodes)], found)


def edges(document: Document) -> list[Edge]:
    """The edges that `graph` returns, without the nodes."""
    folded, entities = _sorted_out(document)
    return [edge for entity in entities for edge in _edges(entity, folded)]


_NO_PROPERTIES: Mapping[str, Any] = {}


def _sorted_out(document: Document) -> tuple[dict[str, EntityDict], list[EntityDict]]:
    """The parts of folded classes by IRI, and all other described entities sorted by IRI."""
    return by_iri(filter(is_folded, document["parts"])), sorted(nodes(document), key=itemgetter("iri"))


def _edges(entity: EntityDict, folded: dict[str, EntityDict]) -> list[Edge]:
    targets: set[tuple[str, str]] = set()
    derivations: dict[str, set[str]] = {}
    for name, kind in _edge_types(entity["class"]):
        stated = entity.get(name, ())
        for target in stated if type(stated) is list else (stated,) if stated else ():
            part = folded.get(target)
            if part is None:
                targets.add((kind, target))
            elif part["class"] == "Derivation" and "entity" in part:
                targets.add((_DERIVED, part["entity"]))
                derivations.setdefault(part["entity"], set()).update({part["type"]} if "type" in part else ())
    source = entity["iri"]
    if not derivations:
        return [Edge(source, kind, target, _NO_PROPERTIES) for kind, target in sorted(targets)]
    hows = {parent: {"type": ", ".join(sorted(how))} for parent, how in derivations.items() if how}
    return [
        Edge(source, kind, target, hows.get(target, _NO_PROPERTIES) if kind == _DERIVED else _NO_PROPERTIES)
        for kind, target in sorted(targets)
    ]


def _properties(entity: EntityDict, folded: dict[str, EntityDict]) -> dict[str, Any]:
    kinds = _kinds(entity["class"])
    values: dict[str, Any] = {}
    inside: list[tuple[str, EntityDict]] = []
    for name, stated in entity.items():
        kind = kinds[name]
        if kind is _VALUE:
            values[name] = stated
        elif kind is _DATE:
            values[name] = date_or_time(stated)
        elif kind is not _SKIPPED and folded:
            inside += [(name, folded[t]) for t in (stated if type(stated) is list else (stated,)) if t in folded]
    if inside:
        _fold(entity["class"], inside, values)
    return values


@lru_cache(maxsize=16_384)
def _named(iri: str, class_name: str, name: str | None) -> Node:
    # The same licenses, tasks and languages are named by nearly every record.
    return Node(iri, (ENTITY, class_name), _NO_PROPERTIES if name is None else {"name": name}, described=False)


def _fold(class_name: str, inside: list[tuple[str, EntityDict]], values: dict[str, Any]) -> None:
    """Add the values of an entity's `PropertyValue` parts to its properties."""
    results = sum(name == _RESULTS for name, _ in inside)
    for name, part in inside:
        if part["class"] == "PropertyValue" and part.get("value") is not None:
            own_names = [part[each] for each in ("propertyID", "name") if each in part]
            names = ["value"] if name == _RESULTS and results == 1 else own_names
            key = _key(class_name, *names)
            values[key] = _both(values[key], part["value"]) if key in values else part["value"]
            if "unitText" in part:
                values[f"{_key(class_name, *names[:1])}_unit"] = part["unitText"]


def _both(before: Any, value: Any) -> list[Any]:
    values = [*(before if isinstance(before, list) else [before]), value]
    return values if len(set(map(type, values))) == 1 else [str(each) for each in values]


@lru_cache(maxsize=4096)
def _key(class_name: str, *names: str) -> str:
    words = re.sub(r"\W+", "_", "_".join(names)).strip("_") or "value"
    words = f"_{words}" if words[0].isdigit() else words
    return f"{words}_" if words in _kinds(class_name) else words


_VALUE, _DATE, _SKIPPED = "value", "date", "skipped"
_RESULTS = "evaluationResults"


@cache
def _kinds(class_name: str) -> dict[str, str]:
    """The use of each key of a document: a value, a date, or the type of an edge."""
    types = value_types(class_name)
    kinds = {"iri": _SKIPPED, "class": _SKIPPED}
    for name, declared in properties(class_name).items():
        if declared.kind is Kind.REFERENCE:
            kinds[name] = edge_type(name)
        else:
            kinds[name] = _DATE if types[name].is_date else _VALUE
    return kinds


@cache
def _edge_types(class_name: str) -> tuple[tuple[str, str], ...]:
    """The properties that are edges, each with the type of the edge."""
    declared = properties(class_name)
    return tuple((name, edge_type(name)) for name, each in declared.items() if each.kind is Kind.REFERENCE)


def edge_type(name: str) -> str:
    """The type of the edges of a property: its name in upper case, with underscores between the words."""
    # "evaluatedMLModel" is three words.
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).upper()


_DERIVED = _kinds("MLModel")["wasDerivedFrom"]
