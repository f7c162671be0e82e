"""Origins of values: the record, and the place in its source, that state each property of an entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fair4ml.platforms import declared_sources, precedence
from mlentory_crawl.catalog.stored import Stored, in_order


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a value: the record, the field of its source, and how the mapping of the platform reads it."""

    record: str
    field: str
    method: str


IDENTITY = frozenset({"iri", "class"})
"""The properties that identify an entity, and are the same in all records about it."""

Agreement = Literal["all", "some", "none"]


@dataclass(frozen=True, slots=True)
class Statement(Origin):
    """A statement of one record about a property.

    Attributes:
        agrees: whether it states the value that is shown, ``some`` of the values of a list, or ``none`` of them.
    """

    agrees: Agreement


def origins(records: Sequence[Stored]) -> dict[str, Origin]:
    """Return the origin of each property of an entity; of a list that several records state, that of the first items.

    Args:
        records: the records about the entity.
    """
    names = dict.fromkeys(name for record in records for name in record.document["root"])
    found = {name: _stating(records, name) for name in names}
    return {name: _origin(stating[0], name) for name, stating in found.items() if stating}


def statements(records: Sequence[Stored], root: Mapping[str, Any]) -> dict[str, list[Statement]]:
    """Return all records that state each property of an entity, the one that leads first.

    Args:
        records: the records about the entity.
        root: the properties of its merged state.
    """
    found: dict[str, list[Statement]] = {}
    for name, value in root.items():
        if name in IDENTITY:
            continue
        leading = _stating(records, name)
        keys = {record.key for record in leading}
        others = [each for each in in_order(records) if each.key not in keys and name in each.document["root"]]
        for record in (*leading, *others):
            origin = _origin(record, name)
            agrees = _agreement(record.document["root"][name], value)
            found.setdefault(name, []).append(Statement(origin.record, origin.field, origin.method, agrees))
    return found


def statements_of_values(records: Sequence[Stored], shown: Iterable[Mapping[str, Any]]) -> dict[str, list[Statement]]:
    """Return all records that state values beside the properties of an entity, by what the values are of.

    Args:
        records: the records about the entity.
        shown: the values of its merged state.
    """
    values, found = _by_property(shown), dict[str, list[Statement]]()
    for record in in_order(records):
        stated = set(record.document["root"].get("additionalProperty", ()))
        own = _by_property(part for part in record.document["parts"] if part["iri"] in stated)
        origin = _origin(record, "additionalProperty")
        for name in values:
            if name in own:
                agrees = _agreement(own[name], values[name])
                found.setdefault(name, []).append(Statement(origin.record, origin.field, origin.method, agrees))
    return found


def _by_property(values: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for each in values:
        if "propertyID" in each and "value" in each:
            found.setdefault(each["propertyID"], []).append((each.get("name"), each["value"], each.get("unitText")))
    return found


def _agreement(stated: Any, shown: Any) -> Agreement:
    if stated == shown:
        return "all"
    if not isinstance(stated, list) or not isinstance(shown, list):
        return "none"
    common = [each for each in stated if each in shown]
    return "none" if not common else "all" if len(common) == len(shown) else "some"


def origins_of_items(records: Sequence[Stored], name: str, items: Iterable[str]) -> dict[str, Origin]:
    """Return the origin of each item of a list.

    Args:
        records: the records about the entity.
        name: the property.
        items: the items that the merged state has.
    """
    found: dict[str, Origin] = {}
    for record in reversed(_stating(records, name)):
        found |= dict.fromkeys(record.document["root"][name], _origin(record, name))
    return {item: found[item] for item in items if item in found}


def _stating(records: Sequence[Stored], name: str) -> list[Stored]:
    """Return the records that state a property and whose values hold, by precedence."""
    by_key = {record.key: record for record in in_order(records)}
    stated = [(record.document["root"], key) for key, record in by_key.items()]
    order = precedence()
    keys = [key for entity, key in order.by_field(name, stated) if name in entity and order.holds(name, key, stated)]
    return [by_key[key] for key in keys]


def _origin(record: Stored, name: str) -> Origin:
    platform, kind, _ = record.key.split("/", 2)
    field, method = declared_sources(platform, kind).get(name, ("", ""))
    return Origin(record.key, record.provenance.get("exceptions", {}).get(name, field), method)
