"""Finding a platform's source models and mapping by its key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

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
def declared_sources(platform: str) -> Mapping[str, tuple[str, str]]:
    """Which of a platform's fields give each property, and how (the ``PROVENANCE`` of its mapping).

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    declared: Mapping[str, tuple[str, str]] = import_module(f"fair4ml.mapping.{platform}").PROVENANCE
    return declared


@cache
def dependencies(platform: str) -> Mapping[str, frozenset[str]]:
    """The top-level fields of a platform's records that each property is made from.

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    further: Mapping[str, str] = import_module(f"fair4ml.mapping.{platform}").FURTHER_SOURCES
    return {
        name: frozenset(field.partition(".")[0] for field in f"{field}, {further.get(name, field)}".split(", "))
        for name, (field, _) in declared_sources(platform).items()
    }
