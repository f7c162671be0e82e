"""Shares of the records that have each field, at the end of each of the last runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from mlentory_crawl.catalog.reader import CatalogReader

RUNS = 30
"""The number of last runs whose shares are told."""
READ = 100
"""The number of runs that are looked through for those of a platform."""


@dataclass(frozen=True, slots=True)
class FieldHistory:
    """The fields of the records of a kind over runs.

    Attributes:
        platform, kind: the kind of record.
        runs: the name of each run, and the time at which it was complete (UTC), oldest first.
        shares: by field, its share at the end of each of them; None where there were no records.
    """

    platform: str
    kind: str
    runs: list[tuple[str, str]] = field(default_factory=list)
    shares: dict[str, list[float | None]] = field(default_factory=dict)


def field_histories(reader: CatalogReader) -> dict[tuple[str, str], FieldHistory]:
    """Return the fields of each kind of record over the last runs that reached their end, by platform and kind.

    Runs of other platforms are left out, unless they changed the number of its records.

    Args:
        reader: the catalog.
    """
    rows = reader._execute(
        """SELECT name, platform, completed_at, report -> '$.fields' FROM run WHERE completed_at IS NOT NULL
           ORDER BY id DESC LIMIT :most""",
        {"most": READ},
    ).fetchall()
    found: dict[tuple[str, str], list[tuple[str, str, Mapping[str, int]]]] = {}
    for name, platform, at, text in reversed(rows):
        told: dict[str, dict[str, dict[str, int]]] = orjson.loads(text or "{}") or {}
        for of, kinds in told.items():
            for kind, counts in kinds.items():
                runs = found.setdefault((of, kind), [])
                if of == platform or not runs or runs[-1][2] != counts:
                    runs.append((name, at, counts))
    return {key: _history(key, runs[-RUNS:]) for key, runs in found.items()}


def _history(key: tuple[str, str], runs: list[tuple[str, str, Mapping[str, int]]]) -> FieldHistory:
    names: dict[str, Any] = {name: None for _, _, counts in runs for name in counts}
    shares = {
        name: [counts.get(name, 0) / counts["iri"] if counts.get("iri") else None for _, _, counts in runs]
        for name in names
    }
    return FieldHistory(*key, [(name, at) for name, at, _ in runs], shares)
