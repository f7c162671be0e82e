"""What was asked for by name, and what has yet to be: things that records only name."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

ASKED_AGAIN_AFTER = "-30 days"
"""What its platform did not have, it is asked for once more after so long."""

# What a later run asks for: named by a record that holds, described by none, and known under no other name.
_UNKNOWN = """t.described = 0
    AND NOT EXISTS (SELECT 1 FROM alias WHERE iri = t.iri)
    AND NOT EXISTS (SELECT 1 FROM forgotten WHERE iri = t.iri)
    AND NOT EXISTS (SELECT 1 FROM lookup AS l WHERE l.iri = t.iri AND (l.run = :run OR l.at > :since))"""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One thing that was asked for by name because a record names it.

    Attributes:
        iri: under which it is named.
        found: the IRI of what the platform has under that name; None if it has nothing, or keeps it to itself.
        at: when it answered (UTC, ISO 8601).
    """

    iri: str
    found: str | None
    at: str


class Lookups:
    """The queue of things that are named and not yet described.

    Args:
        connection: the catalog, open for writing; the caller begins and ends transactions.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def enter(self, run: int, lookups: Sequence[Lookup]) -> list[tuple[str, str]]:
        """Note what was asked for; what is there under another name gets an alias.

        Returns:
            The new aliases: the name, and the IRI of the thing.
        """
        self._connection.executemany(
            "INSERT OR REPLACE INTO lookup VALUES (?, ?, ?, ?)",
            [
                (iri, run, each.found, each.at)
                for each in lookups
                for iri in dict.fromkeys((each.iri, each.found))
                if iri
            ],
        )
        moved = [(each.iri, each.found) for each in lookups if each.found and each.found != each.iri]
        aliases = [pair for pair in moved if not self._is_described(pair[0])]
        self._connection.executemany(
            "INSERT OR REPLACE INTO alias VALUES (?, ?, 'redirected', ?)", [(*pair, run) for pair in aliases]
        )
        return aliases

    def _is_described(self, iri: str) -> bool:
        rows = self._connection.execute("SELECT 1 FROM record WHERE iri = ? AND deleted_at IS NULL", (iri,))
        return rows.fetchone() is not None

    def named(self, run: int, class_name: str, prefix: str, limit: int) -> list[str]:
        """The IRIs of things that are named, not described, and not asked for lately; in the order of their IRIs.

        Args:
            run: the row id of the run that asks.
            class_name: what they are named as.
            prefix: what their IRIs begin with.
            limit: how many at the most.
        """
        rows = self._connection.execute(
            f"""SELECT t.iri FROM entity AS t
                WHERE t.iri >= :prefix AND t.iri < :end AND t.class = :class AND {_UNKNOWN}
                ORDER BY t.iri LIMIT :limit""",
            {
                "prefix": prefix,
                "end": prefix + "\U0010ffff",
                "class": class_name,
                "limit": limit,
                **self._bounds(run),
            },
        )
        return [iri for (iri,) in rows]

    def ancestors(self, run: int, levels: int, prefix: str) -> list[str]:
        """The IRIs of models that a run's records derive from and that are not described yet.

        Args:
            run: the row id of the run; what it asked for itself begins no line of its own.
            levels: how many derivations to go up.
            prefix: what their IRIs begin with.
        """
        rows = self._connection.execute(
            f"""WITH RECURSIVE up (entity, level) AS (
                    SELECT e.target, 1 FROM seen AS s JOIN record AS r ON r.id = s.record
                    JOIN entity AS child ON child.iri = r.iri
                    JOIN edge AS e ON e.source = child.id AND e.type = 'WAS_DERIVED_FROM' AND e.record = r.id
                    WHERE s.run = :run AND r.iri NOT IN (SELECT iri FROM lookup WHERE run = :run)
                    UNION
                    SELECT e.target, up.level + 1 FROM up JOIN entity AS named ON named.id = up.entity
                    LEFT JOIN alias AS a ON a.iri = named.iri
                    JOIN entity AS here ON here.iri = coalesce(a.target, named.iri)
                    JOIN edge AS e ON e.source = here.id AND e.type = 'WAS_DERIVED_FROM'
                    WHERE up.level < :levels)
                SELECT DISTINCT t.iri FROM up JOIN entity AS t ON t.id = up.entity
                WHERE t.iri >= :prefix AND t.iri < :end AND t.class = 'MLModel' AND {_UNKNOWN} ORDER BY t.iri""",
            {"levels": levels, "prefix": prefix, "end": prefix + "\U0010ffff", **self._bounds(run)},
        )
        return [iri for (iri,) in rows]

    def _bounds(self, run: int) -> dict[str, int | str]:
        started = self._connection.execute(
            "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', started_at, ?) FROM run WHERE id = ?", (ASKED_AGAIN_AFTER, run)
        ).fetchone()[0]
        return {"run": run, "since": started}
