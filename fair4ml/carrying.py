"""What a record keeps of its last version when its source would not say some fields this time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from fair4ml.identifiers import inside

Document = dict[str, Any]
Thing = Mapping[str, Any]


def carried_over(
    document: Document, before: Document, depends: Mapping[str, Collection[str]], refused: Collection[str]
) -> Document:
    """A record in which the properties that depend on refused fields are as they were last.

    Args:
        document: what the record states now (``root``, ``parts``, ``stubs`` as stored).
        before: what it stated last.
        depends: the fields that each property is made from, by the property's name.
        refused: the fields that were asked for and not sent.

    Returns:
        `before` itself where nothing else has changed.
    """
    kept = {name for name, fields in depends.items() if not set(fields).isdisjoint(refused)}
    root = {name: value for name, value in document["root"].items() if name not in kept}
    root |= {name: value for name, value in before["root"].items() if name in kept}
    parts: dict[str, Thing] = {}
    for name, value in root.items():
        source = before if name in kept else document
        for part in _reached(value, {part["iri"]: part for part in source["parts"]}):
            parts.setdefault(part["iri"], part)
    # What a record says of other things hangs on nothing.
    for source in (before, document):
        for part in source["parts"]:
            if not part["iri"].startswith(inside(root["iri"])) and kept.isdisjoint(part) == (source is document):
                parts.setdefault(part["iri"], part)
    named = {target for thing in (root, *parts.values()) for target in _targets(thing)}
    stubs = {
        stub["iri"]: stub
        for stub in (*before["stubs"], *document["stubs"])
        if stub["iri"] in named and stub["iri"] not in parts
    }
    now = {"root": root, "parts": list(parts.values()), "stubs": list(stubs.values())}
    return before if _unordered(now) == _unordered(before) else now


def _reached(value: Any, parts: Mapping[str, Thing]) -> Iterator[Thing]:
    for target in value if isinstance(value, list) else [value]:
        part = parts.get(target) if isinstance(target, str) else None
        if part is not None:
            yield part
            for name, inner in part.items():
                if name != "iri":
                    yield from _reached(inner, {iri: each for iri, each in parts.items() if iri != target})


def _targets(thing: Thing) -> Iterator[str]:
    for value in thing.values():
        yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))


def _unordered(document: Document) -> tuple[Any, ...]:
    def by_iri(things: list[Any]) -> dict[str, Any]:
        return {thing["iri"]: thing for thing in things}

    return document["root"], by_iri(document["parts"]), by_iri(document["stubs"])
