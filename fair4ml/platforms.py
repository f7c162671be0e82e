"""Finding a platform's source models and mapping by its key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from fair4ml.sources import SourceRecord


@cache
def source_model(platform: str, kind: str) -> type[SourceRecord]:
    """What a platform sends for one kind of record; its mapping is registered with `fair4ml.mapping.describe`.

    Raises:
        ModuleNotFoundError: there is no such platform.
        KeyError: the platform has no such kind.
    """
    import_module(f"fair4ml.mapping.{platform}")
    kinds: dict[str, type[SourceRecord]] = import_module(f"fair4ml.sources.{platform}").KINDS
    return kinds[kind]


@cache
def declared_sources(platform: str, kind: str) -> Mapping[str, tuple[str, str]]:
    """Which of a record's fields give each property, and how (the ``PROVENANCE`` of its mapping).

    Raises:
        ModuleNotFoundError: there is no such platform.
        KeyError: the platform has no such kind.
    """
    declared: Mapping[str, tuple[str, str]] = _mapping(platform, kind).PROVENANCE
    return declared


@cache
def dependencies(platform: str, kind: str) -> Mapping[str, frozenset[str]]:
    """The top-level fields of a kind of record that each property is made from.

    Raises:
        ModuleNotFoundError: there is no such platform.
        KeyError: the platform has no such kind.
    """
    further: Mapping[str, str] = _mapping(platform, kind).FURTHER_SOURCES
    return {
        name: frozenset(field.partition(".")[0] for field in f"{field}, {further.get(name, field)}".split(", "))
        for name, (field, _) in declared_sources(platform, kind).items()
    }


def _mapping(platform: str, kind: str) -> Any:
    """The module that maps a kind of record: the one that is named as the module of its source."""
    return import_module(f"fair4ml.mapping.{source_model(platform, kind).__module__.rpartition('.')[2]}")
