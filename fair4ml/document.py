"""The document of a record, as it is stored and exported: a root, its parts, and stubs of what they only name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypedDict

from fair4ml.entities import CLASSES, Entity, Kind, Stub, properties
from fair4ml.identifiers import inside

EntityDict = dict[str, Any]
"""An entity as stored: ``iri``, ``class``, and its properties by the names that `fair4ml.entities` declares."""


class Document(TypedDict):
    """What one record states.

    Attributes:
        root: the entity that it describes.
        parts: entities that exist only with the root; of others it states single properties.
        stubs: entities that are only named: ``iri``, ``class`` and, where there is one, ``name``.
    """

    root: EntityDict
    parts: list[EntityDict]
    stubs: list[EntityDict]


def document_of(root: Entity, parts: Iterable[Entity], stubs: Iterable[Stub]) -> Document:
    """The document of entities, as it is stored."""
    return {
        "root": root.document(),
        "parts": [part.document() for part in parts],
        "stubs": [stub.document() for stub in stubs],
    }


# Reading


def entities(document: Document) -> list[EntityDict]:
    """All entities that a record states something of, the root first."""
    return [document["root"], *document["parts"]]


def nodes(document: Document) -> list[EntityDict]:
    """Those of them that are no mere properties of what refers to them, the root first."""
    return [document["root"], *(part for part in document["parts"] if not is_folded(part))]


def is_folded(entity: EntityDict) -> bool:
    """Whether an entity is told as part of what refers to it."""
    return CLASSES[entity["class"]].folded


def by_iri(entities: Iterable[EntityDict]) -> dict[str, EntityDict]:
    """Entities by IRI."""
    return {entity["iri"]: entity for entity in entities}


def references(entity: EntityDict) -> Iterator[str]:
    """The IRIs that an entity refers to, web addresses included."""
    names = _resources(entity["class"])
    for name, value in entity.items():
        if name in names:
            yield from _listed(value)


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
    """Whether an IRI is one of these, or that of a part of one.

    Args:
        iri: any IRI.
        iris: those of entities.
    """
    return iri in iris or ("#" in iri and iri.partition("#")[0] in iris)


# Names that an entity has now


def rename(document: Document, targets: Mapping[str, str], names: Mapping[str, str | None]) -> Document:
    """A record that calls other entities by their present IRIs; itself where it names none by a former one.

    Args:
        document: it names each entity that it refers to, as a stub.
        targets: former IRIs, and what each leads to.
        names: of the entities that have these IRIs now.
    """
    if targets.keys().isdisjoint(stub["iri"] for stub in document["stubs"]):
        return document
    stubs = []
    for stub in document["stubs"]:
        target = targets.get(stub["iri"])
        stubs.append(stub if target is None else {**stub, "iri": target, "name": names.get(target) or stub.get("name")})
    root, *parts = (_renamed(entity, targets) for entity in entities(document))
    return {"root": root, "parts": parts, "stubs": [*by_iri(stubs).values()]}


def _renamed(entity: EntityDict, targets: Mapping[str, str]) -> EntityDict:
    renamed: EntityDict = {}
    for name in _edges(entity["class"]) & entity.keys():
        value = entity[name]
        if not targets.keys().isdisjoint(_listed(value)):
            now = list(dict.fromkeys(targets.get(iri, iri) for iri in _listed(value)))
            renamed[name] = now if isinstance(value, list) else now[0]
    return {**entity, **renamed} if renamed else entity


# Erasure


def without(document: Document, iris: Collection[str]) -> Document:
    """A record that refers to none of these entities; itself where it does not.

    References, web addresses and stubs go, and with them the parts that hang on nothing else. Texts that merely mention
    an entity stay.

    Args:
        document: its root is none of the entities.
        iris: what the record must not refer to.
    """
    if not iris or not any(is_of(iri, iris) for iri in _mentioned(document)):
        return document
    root = _taken_out(document["root"], iris)
    parts = {}
    for part in document["parts"]:
        if is_of(part["iri"], iris):
            continue
        kept = _taken_out(part, iris)
        # A part that only says how another entity is referred to says nothing without it.
        if not (is_folded(part) and (part.keys() - kept.keys()) & _edges(part["class"])):
            parts[part["iri"]] = kept
    stubs = {stub["iri"]: stub for stub in document["stubs"] if not is_of(stub["iri"], iris)}
    # What was reached before and is not now hung on what was taken out.
    before = reachable(references(document["root"]), by_iri(document["parts"]))
    lost = before.keys() - reachable(references(root), parts)
    parts = {iri: part for iri, part in parts.items() if iri not in lost}
    gone = {part["iri"] for part in document["parts"]} - parts.keys()
    named = _referred_to((root, *parts.values()))
    named_before = _referred_to(entities(document))
    return {
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
    """An entity without what it says of others; a property that has no value left is not stated."""
    kept = dict(entity)
    for name in _resources(entity["class"]) & entity.keys():
        several = _listed(entity[name])
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
"""Identity, lineage, license and dates; what people wrote, and who they are, goes with the entity."""


def tombstone(document: Document) -> Document:
    """A record reduced to what may be kept of an entity that is gone."""
    root = _kept(document["root"])
    named = set(references(root))
    parts = [_kept(part) for iri, part in by_iri(document["parts"]).items() if iri in named]
    named |= {part["entity"] for part in parts if "entity" in part}
    return {"root": root, "parts": parts, "stubs": [stub for stub in document["stubs"] if stub["iri"] in named]}


def _kept(entity: EntityDict) -> EntityDict:
    # A person is known by the IRI; the name is theirs to take along.
    return {
        name: value for name, value in entity.items() if name in KEPT and (name, entity["class"]) != ("name", "Person")
    }


# Fields that were refused


def carry_over(
    document: Document, before: Document, depends: Mapping[str, Collection[str]], refused: Collection[str]
) -> Document:
    """A record in which the properties that depend on refused fields are as they were last.

    Args:
        document: what the record states now.
        before: what it stated last.
        depends: the fields that each property is made from, by the property's name.
        refused: the fields that were asked for and not sent.

    Returns:
        `before` itself where nothing else has changed.
    """
    kept = {name for name, fields in depends.items() if not set(fields).isdisjoint(refused)}
    root = {name: value for name, value in document["root"].items() if name not in kept}
    root |= {name: value for name, value in before["root"].items() if name in kept}
    parts: dict[str, EntityDict] = {}
    parts_now, parts_before = by_iri(document["parts"]), by_iri(before["parts"])
    for name, value in root.items():
        for iri, part in reachable(_listed(value), parts_before if name in kept else parts_now).items():
            parts.setdefault(iri, part)
    # What a record says of other entities hangs on nothing.
    for source in (before, document):
        for part in source["parts"]:
            if not part["iri"].startswith(inside(root["iri"])) and kept.isdisjoint(part) == (source is document):
                parts.setdefault(part["iri"], part)
    named = _referred_to((root, *parts.values()))
    stubs = by_iri(
        stub for stub in (*before["stubs"], *document["stubs"]) if stub["iri"] in named and stub["iri"] not in parts
    )
    now: Document = {"root": root, "parts": [*parts.values()], "stubs": [*stubs.values()]}
    return before if _unordered(now) == _unordered(before) else now


def _unordered(document: Document) -> tuple[EntityDict, dict[str, EntityDict], dict[str, EntityDict]]:
    return document["root"], by_iri(document["parts"]), by_iri(document["stubs"])


def _referred_to(entities: Iterable[EntityDict]) -> set[str]:
    return {iri for entity in entities for iri in references(entity)}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def _resources(class_name: str) -> frozenset[str]:
    """The properties whose values are IRIs."""
    return frozenset(name for name, each in properties(class_name).items() if each.kind is not Kind.LITERAL)


@cache
def _edges(class_name: str) -> frozenset[str]:
    """The properties whose values are entities."""
    return frozenset(name for name, each in properties(class_name).items() if each.kind is Kind.REFERENCE)
