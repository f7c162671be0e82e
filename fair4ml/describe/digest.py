"""A hash of a record and of the code that maps it, which shows that mapping it again would change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import orjson

from fair4ml.describe.source_record import SourceRecord

MAPPING = (
    "data", "describe", "entities.py", "hub_datasets.py", "identifiers.py", "normalize", "read", "vocabulary.py",
)  # fmt: skip
"""The parts of this package that the mappings of all platforms may use besides their own folders."""
LIBRARIES = (
    "bibtexparser", "defusedxml", "langcodes", "language-data", "lxml", "markdown-it-py", "orjson", "pydantic",
    "pydantic-core", "PyYAML", "w3lib",
)  # fmt: skip
"""The libraries that the mappings use."""


def digest(model: type[SourceRecord], payload: Any) -> tuple[bytes, dict[str, int]] | None:
    """Return a 16-byte hash of a record without its counters, and the counters.

    Equal hashes mean equal descriptions, as the hash also covers the code that maps the record.

    Args:
        model: the type of the record, of one of the platforms.
        payload: the record, decoded from JSON.

    Returns:
        None if only `parse` can tell what is wrong with the record.
    """
    try:
        counters = {name: payload[sent] for sent, name in model.counters.items() if payload.get(sent) is not None}
        if any(type(count) is not int or not 0 <= count < 2**63 for count in counters.values()):
            return None
        rest = {name: value for name, value in payload.items() if name not in model.counters}
        platform = model.__module__.removeprefix("fair4ml.platforms.").partition(".")[0]
        return blake2b(orjson.dumps(rest), digest_size=16, key=_program(platform)).digest(), counters
    except (AttributeError, orjson.JSONEncodeError):
        return None


def covered(platform: str) -> Iterator[Traversable]:
    """The files that decide how a platform's records are mapped."""
    package = files("fair4ml")
    yield from _below(package / name for name in (*MAPPING, f"platforms/{platform}"))


@cache
def _program(platform: str) -> bytes:
    """A hash of the code and the libraries that map a platform's records."""
    found = blake2b(digest_size=16)
    for library in LIBRARIES:
        found.update(version(library).encode())
    for file in covered(platform):
        found.update(file.read_bytes())
    return found.digest()


def _below(places: Iterable[Traversable]) -> Iterator[Traversable]:
    for place in places:
        if place.is_dir():
            yield from _below(sorted(place.iterdir(), key=lambda each: each.name))
        elif not place.name.endswith(".pyc"):
            yield place
