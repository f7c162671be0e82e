"""The document of a record, as it is stored and exported: a root, its parts, and stubs of what they only name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NotRequired, TypedDict

from fair4ml.entities import CLASSES, NOAI, Entity, Kind, Stub, properties

EntityDict = dict[str, Any]
"""An entity as stored: ``iri``, ``class``, and its properties by the names that `fair4ml.entities` declares."""


class Document(TypedDict):
    """The statements of one record.

    Attributes:
        root: the entity that it describes.
        parts: entities that exist only with the root, and others of which it states single properties.
        stubs: entities that are only named: ``iri``, ``class`` and, if there is one, ``name``.
        text: what somebody wrote, whole, where the root is a text; it belongs to its author, and is in no export of the
            graph.
        files: the texts of a repository's files by their paths, None for those whose texts are not known; they are in
            no export of the graph, either.
    """

    root: EntityDict
    parts: list[EntityDict]
    stubs: list[EntityDict]
    text: NotRequired[str]
    files: NotRequired[dict[str, str | None]]


TEXTS = frozenset({"text", "files"})
"""The names of what somebody wrote, beside the statements."""


def document_of(
    root: Entity,
    parts: Iterable[Entity],
    stubs: Iterable[Stub],
    text: str | None = None,
    files: Mapping[str, str | None] | None = None,
) -> Document:
    """The document of entities, as it is stored."""
    document: Document = {
        "root": root.document(),
        "parts": [part.document() for part in parts],
        "stubs": [stub.document() for stub in stubs],
    }
    if text is not None:
        document["text"] = text
    if files:
        document["files"] = dict(files)
    return document


def has_texts(document: Mapping[str, Any]) -> bool:
    """Check whether a document, or a state, has more than exports of the graph may show."""
    return not TEXTS.isdisjoint(document)


def public(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document, or the state, without the texts that somebody wrote: what exports of the graph may show."""
    return {name: value for name, value in document.items() if name not in TEXTS}


def value_of(document: Mapping[str, Any], property_id: str) -> Any:
    """The value that an entity states under a name of its own (``additionalProperty``), or None.

    Args:
        document: the record, or the merged state, of the entity.
        property_id: the name.
    """
    stated = set(document["root"].get("additionalProperty", ()))
    found = (part for part in document["parts"] if part["iri"] in stated and part.get("propertyID") == property_id)
    return next((part["value"] for part in found if "value" in part), None)


def forbids_ai(document: Mapping[str, Any]) -> bool:
    """Check whether the page of a text says that AI must not use it (`NOAI`).

    Args:
        document: the record, or the merged state, of the text.
    """
    return value_of(document, NOAI) is True


def entities(document: Document) -> list[EntityDict]:
    """All entities that a record states something of, the root first."""
    return [document["root"], *document["parts"]]


def nodes(document: Document) -> list[EntityDict]:
    """The entities of a record that become nodes rather than properties of what refers to them, the root first."""
    return [document["root"], *(part for part in document["parts"] if not is_folded(part))]


def is_folded(entity: EntityDict) -> bool:
    """Check whether an entity is shown as a part of what refers to it."""
    return CLASSES[entity["class"]].folded


def by_iri(entities: Iterable[EntityDict]) -> dict[str, EntityDict]:
    """Entities by IRI."""
    return {entity["iri"]: entity for entity in entities}


def references(entity: EntityDict) -> Iterator[str]:
    """The IRIs that an entity refers to, web addresses included."""
    names = resources(entity["class"])
    for name, value in entity.items():
        if name in names:
            yield from listed(value)


def reachable(iris: Iterable[str], parts: Mapping[str, EntityDict]) -> dict[str, EntityDict]:
    """The parts that some IRIs lead to, directly or by way of other parts, in the order of a walk depth first."""
    found: dict[str, EntityDict] = {}
    pending = [*iris][::-1]
    while pending:
        iri = pending.pop()
        if iri in parts and iri not in found:
            found[iri] = parts[iri]
            pending += [*references(parts[iri])][::-1]
    return found


def is_of(iri: str, iris: Collection[str]) -> bool:
    """Check whether an IRI is one of the given IRIs, or belongs to a part of one of those entities.

    Args:
        iri: any IRI.
        iris: IRIs of entities.
    """
    return iri in iris or ("#" in iri and iri.partition("#")[0] in iris)


def listed(value: Any) -> list[Any]:
    """The values of a property that may have one or many."""
    return value if isinstance(value, list) else [value]


@cache
def resources(class_name: str) -> frozenset[str]:
    """The properties whose values are IRIs."""
    return frozenset(name for name, each in properties(class_name).items() if each.kind is not Kind.LITERAL)
