"""Documents of records in which names have changed, or something was erased, is gone, or was refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from fair4ml.document import (
    Document,
    EntityDict,
    by_iri,
    entities,
    is_folded,
    is_of,
    listed,
    reachable,
    references,
    resources,
)
from fair4ml.entities import Kind, properties
from fair4ml.identifiers import inside

# Names that an entity has now


def rename(document: Document, targets: Mapping[str, str], names: Mapping[str, str | None]) -> Document:
    """The record with other entities named by their present IRIs; the same object if it uses no former IRI.

    Args:
        document: a record that names each entity that it refers to as a stub.
        targets: former IRIs, each with the IRI that it leads to.
        names: the names of the entities that have these IRIs now.
    """
    if targets.keys().isdisjoint(stub["iri"] for stub in document["stubs"]):
        return document
    stubs = []
    for stub in document["stubs"]:
        target = targets.get(stub["iri"])
        stubs.append(stub if target is None else {**stub, "iri": target, "name": names.get(target) or stub.get("name")})
    root, *parts = (_renamed(entity, targets) for entity in entities(document))
    return {**document, "root": root, "parts": parts, "stubs": [*by_iri(stubs).values()]}


def _renamed(entity: EntityDict, targets: Mapping[str, str]) -> EntityDict:
    renamed: EntityDict = {}
    for name in _edges(entity["class"]) & entity.keys():
        value = entity[name]
        if not targets.keys().isdisjoint(listed(value)):
            now = list(dict.fromkeys(targets.get(iri, iri) for iri in listed(value)))
            renamed[name] = now if isinstance(value, list) else now[0]
    return {**entity, **renamed} if renamed else entity


# Erasure


def without(document: Document, iris: Collection[str]) -> Document:
    """The record without any reference to these entities; the same object if it has none.

    References, web addresses and stubs are removed, and with them the parts that nothing else refers to. Texts that
    merely mention an entity stay.

    Args:
        document: a record whose root is not one of the entities.
        iris: the IRIs that the record must not refer to.
    """
    if not iris or not any(is_of(iri, iris) for iri in _mentioned(document)):
        return document
    root = _taken_out(document["root"], iris)
    parts = {}
    for part in document["parts"]:
        if is_of(part["iri"], iris):
            continue
        kept = _taken_out(part, iris)
        # A part that only describes a reference to another entity means nothing without that entity.
        if not (is_folded(part) and (part.keys() - kept.keys()) & resources(part["class"])):
            parts[part["iri"]] = kept
    stubs = {stub["iri"]: stub for stub in document["stubs"] if not is_of(stub["iri"], iris)}
    # Parts that were reachable before and no longer are belonged to what was removed.
    before = reachable(references(document["root"]), by_iri(document["parts"]))
    lost = before.keys() - reachable(references(root), parts)
    parts = {iri: part for iri, part in parts.items() if iri not in lost}
    gone = {part["iri"] for part in document["parts"]} - parts.keys()
    named = _referred_to((root, *parts.values()))
    named_before = _referred_to(entities(document))
    return {
        **document,
        "root": _taken_out(root, gone),
        "parts": [_taken_out(part, gone) for part in parts.values()],
        "stubs": [stub for iri, stub in stubs.items() if iri in named or iri not in named_before],
    }


def _mentioned(document: Document) -> Iterator[str]:
    for each in (*document["parts"], *document["stubs"]):
        yield each["iri"]
    for entity in entities(document):
        yield from references(entity)


def _taken_out(entity: EntityDict, iris: Collection[str]) -> EntityDict:
    """The entity without its references to these entities; a property that has no value left is omitted."""
    kept = dict(entity)
    for name in resources(entity["class"]) & entity.keys():
        several = listed(entity[name])
        left = [each for each in several if not is_of(each, iris)]
        if not left:
            del kept[name]
        elif len(left) < len(several):
            kept[name] = left
    return kept


# Deletion at the source

KEPT = frozenset(
    """
    iri class name url identifier sameAs dateCreated dateModified datePublished license version
    wasDerivedFrom fineTunedFrom qualifiedDerivation wasRevisionOf entity type trainedOn
    """.split()
)
"""Identity, lineage, license and dates; what people wrote, and who they are, is removed with the entity."""


def tombstone(document: Document) -> Document:
    """The record of an entity that is gone, reduced to what may be kept."""
    root = _kept(document["root"])
    named = set(references(root))
    parts = [_kept(part) for iri, part in by_iri(document["parts"]).items() if iri in named]
    named |= {part["entity"] for part in parts if "entity" in part}
    return {"root": root, "parts": parts, "stubs": [stub for stub in document["stubs"] if stub["iri"] in named]}


def _kept(entity: EntityDict) -> EntityDict:
    # The IRI identifies a person; the name is theirs to withdraw.
    return {
        name: value for name, value in entity.items() if name in KEPT and (name, entity["class"]) != ("name", "Person")
    }


# Fields that were refused


def carry_over(
    document: Document, before: Document, depends: Mapping[str, Collection[str]], refused: Collection[str]
) -> Document:
    """The record with the last known values of the properties that depend on refused fields.

    Args:
        document: the record as it is now.
        before: the record as it was last.
        depends: the fields that each property is made from, by the property's name.
        refused: the fields that were requested but not sent.

    Returns:
        `before` itself if nothing else has changed.
    """
    kept = {name for name, fields in depends.items() if not set(fields).isdisjoint(refused)}
    root = {name: value for name, value in document["root"].items() if name not in kept}
    root |= {name: value for name, value in before["root"].items() if name in kept}
    parts: dict[str, EntityDict] = {}
    parts_now, parts_before = by_iri(document["parts"]), by_iri(before["parts"])
    for name, value in root.items():
        for iri, part in reachable(listed(value), parts_before if name in kept else parts_now).items():
            parts.setdefault(iri, part)
    # Nothing refers to the properties that a record states of other entities.
    for source in (before, document):
        for part in source["parts"]:
            if not part["iri"].startswith(inside(root["iri"])) and kept.isdisjoint(part) == (source is document):
                parts.setdefault(part["iri"], part)
    named = _referred_to((root, *parts.values()))
    stubs = by_iri(
        stub for stub in (*before["stubs"], *document["stubs"]) if stub["iri"] in named and stub["iri"] not in parts
    )
    now: Document = {**document, "root": root, "parts": [*parts.values()], "stubs": [*stubs.values()]}
    return before if _unordered(now) == _unordered(before) else now


def _unordered(document: Document) -> tuple[Any, ...]:
    return (
        document["root"],
        by_iri(document["parts"]),
        by_iri(document["stubs"]),
        document.get("text"),
        document.get("files"),
    )


def _referred_to(entities: Iterable[EntityDict]) -> set[str]:
    return {iri for entity in entities for iri in references(entity)}


@cache
def _edges(class_name: str) -> frozenset[str]:
    """The properties whose values are entities."""
    return frozenset(name for name, each in properties(class_name).items() if each.kind is Kind.REFERENCE)
