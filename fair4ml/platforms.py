"""Finding a platform's source models and mapping by its key."""

from __future__ import annotations

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
