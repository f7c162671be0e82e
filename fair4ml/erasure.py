"""What records state of things that are to be forgotten, taken out of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from fair4ml.entities import CLASSES, Kind, properties

Document = dict[str, Any]
Thing = Mapping[str, Any]


def is_of(iri: str, iris: Collection[str]) -> bool:
    """Whether an IRI is one of these, or that of a part of one.

    Args:
        iri: any IRI.
        iris: those of things.
    """
    return iri in iris or ("#" in iri and iri.partition("#")[0] in iris)


def without(document: Document, iris: Collection[str]) -> Document:
    """A record that refers to none of these things; itself where it does not.

    References, web addresses and stubs go, and with them the parts that hang on nothing else. Texts that merely mention
    a thing stay.

    Args:
        document: ``root``, ``parts`` and ``stubs`` as stored; the root is none of the things.
        iris: what the record must not refer to.
    """
    if not iris or not any(is_of(iri, iris) for iri in _named(document)):
        return document
    root = _taken_out(document["root"], iris)
    parts = {}
    for part in document["parts"]:
        if is_of(part["iri"], iris):
            continue
        kept = _taken_out(part, iris)
        # A part that only says how another thing is referred to says nothing without it.
        if not (CLASSES[part["class"]].folded and (part.keys() - kept.keys()) & _references(part["class"])):
            parts[part["iri"]] = kept
    stubs = {stub["iri"]: stub for stub in document["stubs"] if not is_of(stub["iri"], iris)}
    # What was reached before and is not now hung on what was taken out.
    lost = _reached(document["root"], _by_iri(document["parts"])) - _reached(root, parts)
    parts = {iri: part for iri, part in parts.items() if iri not in lost}
    gone = {part["iri"] for part in document["parts"]} - parts.keys()
    named = {target for thing in (root, *parts.values()) for target in _targets(thing)}
    named_before = {target for thing in (document["root"], *document["parts"]) for target in _targets(thing)}
    return {
        "root": _taken_out(root, gone),
        "parts": [_taken_out(part, gone) for part in parts.values()],
        "stubs": [stub for iri, stub in stubs.items() if iri in named or iri not in named_before],
    }


def _by_iri(things: Iterable[Thing]) -> dict[str, Thing]:
    return {thing["iri"]: thing for thing in things}


def _named(document: Document) -> Iterator[str]:
    for part in (*document["parts"], *document["stubs"]):
        yield part["iri"]
    for thing in (document["root"], *document["parts"]):
        yield from _targets(thing)


def _targets(thing: Thing) -> Iterator[str]:
    for name in _resources(thing["class"]) & thing.keys():
        value = thing[name]
        yield from value if isinstance(value, list) else (value,)


def _taken_out(thing: Thing, iris: Collection[str]) -> dict[str, Any]:
    """A thing without what it says of others; a property that has no value left is not stated."""
    kept = dict(thing)
    for name in _resources(thing["class"]) & thing.keys():
        value = thing[name]
        several = value if isinstance(value, list) else [value]
        left = [each for each in several if not is_of(each, iris)]
        if not left:
            del kept[name]
        elif len(left) < len(several):
            kept[name] = left
    return kept


def _reached(root: Thing, parts: Mapping[str, Thing]) -> set[str]:
    found: set[str] = set()
    pending = [root]
    while pending:
        for target in _targets(pending.pop()):
            if target in parts and target not in found:
                found.add(target)
                pending.append(parts[target])
    return found


@cache
def _resources(class_name: str) -> frozenset[str]:
    """The properties whose values are IRIs."""
    return frozenset(name for name, each in properties(class_name).items() if each.kind is not Kind.LITERAL)


@cache
def _references(class_name: str) -> frozenset[str]:
    return frozenset(name for name, each in properties(class_name).items() if each.kind is Kind.REFERENCE)
