"""The merged state of several records about one entity.

Records are read in a declared order: first by the precedence of their sources, then the most recently modified, then by
catalog key; never by order of arrival. For a property with one value, the first record's value holds and the others are
kept as conflicts; lists are joined, except those that a source has only at second hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from fair4ml.document import Document, EntityDict, references
from fair4ml.entities import CLASSES, properties
from fair4ml.identifiers import inside


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority of a platform's records compared to those of other platforms about the same entity.

    Attributes:
        rank: its place among the platforms, the lowest first: a platform precedes another if it can describe entities
            that the other knows only at second hand.
        first: the kinds of its records that precede its others, in this order.
        fields: for single properties, the kind of its records that precedes all others.
        repeated: by kind, the lists that its records have at second hand, each with the property that decides: they
            hold only if no other record has that property as well. Their additional values are a conflict: if the lists
            were joined, a license or parent that its owner has changed would stay beside the new one.
    """

    rank: int
    first: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    repeated: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Precedence:
    """The order of precedence of sources; a source is a platform, or ``<platform>/<kind>``.

    Args:
        authorities: by platform; platforms that are not listed come last.
    """

    def __init__(self, authorities: Mapping[str, Authority]) -> None:
        ordered = sorted(authorities.items(), key=lambda item: item[1].rank)
        self.sources = tuple(
            source for name, each in ordered for source in (*(f"{name}/{kind}" for kind in each.first), name)
        )
        self.fields: dict[str, tuple[str, ...]] = {}
        for name, each in ordered:
            for property_name, kind in each.fields.items():
                self.fields[property_name] = (*self.fields.get(property_name, ()), f"{name}/{kind}")
        self.repeated = {f"{name}/{kind}": decides for name, each in ordered for kind, decides in each.repeated.items()}

    def second_hand(self, name: str) -> frozenset[str]:
        """The sources, ``<platform>/<kind>``, that have a list at second hand."""
        return frozenset(source for source, decides in self.repeated.items() if name in decides)

    def ordered(self, records: Iterable[RecordState]) -> list[RecordState]:
        """Records about one entity in order of precedence, the leading one first."""
        # Sorting is stable, even in reverse.
        by_key = sorted(records, key=attrgetter("key"))
        by_date = sorted(by_key, key=lambda record: record.modified or "", reverse=True)
        return sorted(by_date, key=lambda record: _rank(record.key, self.sources))

    def by_field(self, name: str, stated: list[Stated]) -> list[Stated]:
        """The statements of ordered records about an entity, reordered by precedence for one property."""
        first = self.fields.get(name)
        return stated if first is None else sorted(stated, key=lambda of: _rank(of[1], first))

    def holds(self, name: str, key: str, stated: list[Stated]) -> bool:
        """Check whether a record's list counts: no record has it at first hand, or this record does."""
        decides = self._decides(key).get(name)
        return decides is None or not any(
            decides in entity and decides not in self._decides(of) for entity, of in stated
        )

    def _decides(self, key: str) -> Mapping[str, str]:
        platform, kind, _ = key.split("/", 2)
        return self.repeated.get(f"{platform}/{kind}", {})


def _rank(key: str, precedence: Sequence[str]) -> int:
    platform, kind, _ = key.split("/", 2)
    sources = (platform, f"{platform}/{kind}")
    return next((rank for rank, source in enumerate(precedence) if source in sources), len(precedence))


Stated = tuple[EntityDict, str]
"""An entity, and the catalog key of the record that states it."""

Conflicts = dict[str, list[tuple[Any, str]]]


class State(Document, total=False):
    """The merged state of the records about one entity; for an entity that is only named, some fields are absent.

    Attributes:
        key: the catalog key of the leading record.
        counters: those of the first record that has any.
        platforms: the platforms of the records.
        conflicts: by property, pairs of a value that does not hold and the catalog key of its record; a property of a
            part is named ``<kind>-<hex>.<property>``.
    """

    key: str
    counters: dict[str, int]
    platforms: list[str]
    conflicts: Conflicts


@dataclass(frozen=True, slots=True)
class RecordState:
    """One live record.

    Attributes:
        key: its catalog key, ``<platform>/<kind>/<native id>``.
        document: its statements.
        counters: as published.
        modified: the source's own date of modification, if it gives one.
    """

    key: str
    document: Document
    counters: dict[str, int]
    modified: str | None = None


def merge(records: Sequence[RecordState], precedence: Precedence) -> State:
    """Merge the records about one entity.

    Args:
        records: the live records about one IRI, at least one, in any order. They are not changed, but the state may
            share their values.
        precedence: the order of precedence of their sources.

    Raises:
        ValueError: there are no records, or they are about different entities.
    """
    if len(records) == 1:
        record = records[0]
        return {
            **record.document,
            "key": record.key,
            "counters": record.counters,
            "platforms": [record.key.partition("/")[0]],
            "conflicts": {},
        }
    if len({record.document["root"]["iri"] for record in records}) != 1:
        raise ValueError("expected records about one entity")
    return _merged(precedence.ordered(records), precedence)


def leading(records: Sequence[RecordState], precedence: Precedence) -> RecordState:
    """The leading record among at least one about the same entity."""
    return records[0] if len(records) == 1 else precedence.ordered(records)[0]


def _merged(records: list[RecordState], precedence: Precedence) -> State:
    iri = records[0].document["root"]["iri"]
    root, conflicts = _merged_entity([(record.document["root"], record.key) for record in records], precedence)
    parts: dict[str, EntityDict] = {}
    for part_iri, stated in _stated((record.document["parts"], record.key) for record in records).items():
        parts[part_iri], of_part = _merged_entity(stated, precedence)
        name = part_iri.removeprefix(inside(iri))
        conflicts |= {f"{name}.{field}": values for field, values in of_part.items()}
    dropped = _only_dropped(root, parts, conflicts, precedence)
    # A described entity needs no stub, and a stub follows from its IRI: there is nothing to disagree about.
    stubs = [
        _merged_entity(stated, precedence)[0]
        for stub_iri, stated in _stated((record.document["stubs"], record.key) for record in records).items()
        if stub_iri != iri and "name" not in parts.get(stub_iri, {}) and stub_iri not in dropped
    ]
    text = next((record.document["text"] for record in records if "text" in record.document), None)
    written = {"text": text, "files": _files(records) or None}
    return {
        **{name: each for name, each in written.items() if each is not None},  # type: ignore[typeddict-item]
        "key": records[0].key,
        "root": root,
        "parts": [part for part_iri, part in parts.items() if part_iri not in dropped],
        "stubs": stubs,
        "counters": next((record.counters for record in records if record.counters), {}),
        "platforms": sorted({record.key.partition("/")[0] for record in records}),
        "conflicts": conflicts,
    }


def _files(records: Iterable[RecordState]) -> dict[str, str | None]:
    """The files that the records of one platform know, the first that knows any."""
    found: dict[str, str | None] = {}
    platform = ""
    for record in records:
        files = record.document.get("files", {})
        platform = platform or (record.key.partition("/")[0] if files else "")
        if record.key.startswith(f"{platform}/"):
            found |= {path: text for path, text in files.items() if found.get(path) is None}
    return found


def _only_dropped(
    root: EntityDict, parts: dict[str, EntityDict], conflicts: Conflicts, precedence: Precedence
) -> set[str]:
    """The IRIs of entities that only lists which do not hold refer to."""
    dropped = {
        item
        for name, values in conflicts.items()
        if precedence.second_hand(name)
        for items, _ in values
        for item in items
    }
    if not dropped:
        return dropped
    holding = (root, *(part for iri, part in parts.items() if iri not in dropped))
    return dropped.difference(*map(references, holding))


def _stated(of_records: Iterable[tuple[list[EntityDict], str]]) -> dict[str, list[Stated]]:
    """The statements of each record about each entity, by the entity's IRI."""
    found: dict[str, list[Stated]] = {}
    for entities, key in of_records:
        for entity in entities:
            found.setdefault(entity["iri"], []).append((entity, key))
    return found


def _merged_entity(stated: list[Stated], precedence: Precedence) -> tuple[EntityDict, Conflicts]:
    if len(stated) == 1:
        return stated[0][0], {}
    class_name = _most_specific(entity["class"] for entity, _ in stated)
    merged = {"iri": stated[0][0]["iri"], "class": class_name}
    conflicts: Conflicts = {}
    known = properties(class_name)
    others = [(entity["class"], key) for entity, key in stated if not _is_a(class_name, entity["class"])]
    if others:
        conflicts["class"] = others
    for name in dict.fromkeys(name for entity, _ in stated for name in entity):
        if name in ("iri", "class"):
            continue
        values = [(entity[name], key) for entity, key in precedence.by_field(name, stated) if name in entity]
        if name not in known:
            conflicts[name] = values
        elif isinstance(values[0][0], list):
            items = dict.fromkeys(
                item for value, key in values if precedence.holds(name, key, stated) for item in value
            )
            if items:
                merged[name] = list(items)
            more = [([item for item in value if item not in items], key) for value, key in values]
            # The words that count as keywords depend on what else a record knows, so a difference is no disagreement.
            if name != "keywords" and any(left for left, _ in more):
                conflicts[name] = [(left, key) for left, key in more if left]
        else:
            merged[name] = values[0][0]
            different = [(value, key) for value, key in values if value != merged[name]]
            if different:
                conflicts[name] = different
    return merged, conflicts


def _most_specific(class_names: Iterable[str]) -> str:
    """The first class, or the most specific of its subclasses among the others."""
    found, *others = class_names
    for other in others:
        if _is_a(other, found):
            found = other
    return found


def _is_a(class_name: str, other: str) -> bool:
    return issubclass(CLASSES[class_name], CLASSES[other])
