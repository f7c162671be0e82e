"""What holds of every description, whatever it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from fair4ml.document import Document
from fair4ml.entities import CLASSES, Description, Entity, Kind, properties
from fair4ml.vocabulary import is_declared
from fair4ml.write.value_types import value_types


def stored(thing: Entity) -> dict[str, Any]:
    """A thing's document as the catalog gives it back."""
    return dict(orjson.loads(orjson.dumps(thing.document(), option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)))


def stored_whole(description: Description) -> Document:
    """A description as the catalog gives it back."""
    return {
        "root": stored(description.root),
        "parts": [stored(part) for part in description.parts],
        "stubs": [stub.document() for stub in description.stubs],
    }


def references(thing: Entity) -> Iterator[str]:
    declared = properties(type(thing).__name__)
    for name, value in thing.document().items():
        if name in declared and declared[name].kind is Kind.REFERENCE:
            yield from value if isinstance(value, list) else [value]


def assert_closed(description: Description, declared: Mapping[str, tuple[str, str]]) -> None:
    """Everything that is referred to is told or named, every IRI and term is one, and what is stored is valid.

    Args:
        description: what a mapping made.
        declared: the mapping's ``PROVENANCE``.
    """
    things = [description.root, *description.parts]
    root = description.root.iri
    iris = [thing.iri for thing in things] + [stub.iri for stub in description.stubs]
    assert len(iris) == len(set(iris))
    for thing in things:
        assert set(references(thing)) <= set(iris)
        document = stored(thing)
        cls = CLASSES[document.pop("class")]
        again = stored(cls.model_validate(document))
        dates = {name for name, kind in value_types(cls.__name__).items() if kind.is_date}
        assert all(again[name] == value for name, value in document.items() if name not in dates)
        for name in document.keys() - {"iri"}:
            assert is_declared(properties(cls.__name__)[name].predicate)
        assert all(map(is_declared, cls.types))
    for part in description.parts:
        revises = stored(part).get("wasRevisionOf")
        assert part.iri.startswith(f"{root}#") or revises == [root]
    for stub in description.stubs:
        assert CLASSES[stub.cls].model_validate({"iri": stub.iri, "name": stub.name}).name
    assert stored(description.root).keys() - {"iri", "class"} <= declared.keys()
    for issue in description.issues:
        (issue.field + issue.reason).encode()
    assert all(type(count) is int for count in description.counters.values())
    assert not description.counters.keys() & stored(description.root).keys()
    parts = {part.iri.rpartition("#")[2]: part for part in description.parts}
    for name in description.exceptions.keys() - declared.keys():
        place, _, of_part = name.partition(".")
        assert of_part in stored(parts[place])
