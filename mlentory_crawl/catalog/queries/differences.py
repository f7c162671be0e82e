"""Differences between two versions of what a record states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fair4ml.document import Document

LONGEST = 1_000
"""The number of characters after which a text in a difference is cut."""

_IDENTITY = ("iri", "class")


@dataclass(frozen=True, slots=True)
class Difference:
    """The change of one property, of the entity or of a part of it.

    Attributes:
        of: the IRI of the part; None for the entity itself.
        type: the class of what has the property.
        property: the property.
        removed, added: its values that are gone, and those that have come.
        cut: whether a text among the values is longer than it is shown here.
    """

    of: str | None
    type: str
    property: str
    removed: list[Any]
    added: list[Any]
    cut: bool


def differences(before: Document, after: Document) -> list[Difference]:
    """Return what differs between two versions: first in the entity, then in its parts.

    Args:
        before: the earlier version.
        after: the later version.
    """
    found = list(_between(None, before["root"], after["root"]))
    old, new = ({part["iri"]: part for part in document["parts"]} for document in (before, after))
    for iri in dict.fromkeys((*old, *new)):
        found += _between(iri, old.get(iri, {}), new.get(iri, {}))
    return found


def changed_fields(before: Document, after: Document) -> list[str]:
    """Return the properties of an entity that differ, themselves or in the parts that they lead to; sorted."""
    leading: dict[str, tuple[str | None, str]] = {}
    for document in (before, after):
        iris = {part["iri"] for part in document["parts"]}
        for entity in (document["root"], *document["parts"]):
            of = None if entity is document["root"] else entity["iri"]
            for name, value in entity.items():
                if name not in _IDENTITY:
                    leading |= {iri: (of, name) for iri in _listed(value) if isinstance(iri, str) and iri in iris}
    found = set()
    for each in differences(before, after):
        of, name, passed = each.of, each.property, set()
        while of is not None and of in leading and of not in passed:
            passed.add(of)
            of, name = leading[of]
        found.add(name)
    return sorted(found)


def _between(of: str | None, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        old, new = _listed(before.get(name)), _listed(after.get(name))
        removed, added = [each for each in old if each not in new], [each for each in new if each not in old]
        if name not in _IDENTITY and (removed or added):
            shown = [_cut(each) for each in removed], [_cut(each) for each in added]
            is_cut = shown != (removed, added)
            yield Difference(of, (after or before)["class"], name, *shown, is_cut)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _cut(value: Any) -> Any:
    return f"{value[:LONGEST]}…" if isinstance(value, str) and len(value) > LONGEST else value
