"""Entities that records only name: those that were requested, and those that still have to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from mlentory_crawl.catalog.aliases import AliasTable
from mlentory_crawl.catalog.commits import Lookup
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import upsert

ASKED_AGAIN_AFTER = timedelta(days=30)
"""The time after which an entity that the platform did not have is requested once more."""

# The entities that a later run requests: named by a live record, described by none, without an alias.
_UNKNOWN = """t.described = 0
    AND NOT EXISTS (SELECT 1 FROM alias WHERE iri = t.iri)
    AND NOT EXISTS (SELECT 1 FROM erased WHERE iri = t.iri)
    AND NOT EXISTS (SELECT 1 FROM lookup AS l WHERE l.iri = t.iri AND (l.run = :run OR l.at > :since))"""


class Lookups:
    """The queue of entities that are named and not yet described.

    Args:
        database: the catalog.
        aliases: the other names of entities.
    """

    def __init__(self, database: Database, aliases: AliasTable) -> None:
        self._database = database
        self._aliases = aliases

    def enter(self, run: int, lookups: Sequence[Lookup]) -> None:
        """Note entities that were requested, inside a transaction; those with another name get an alias."""
        self._database.executemany(
            upsert("lookup", "iri", "run found at"),
            [
                (iri, run, each.found, each.at)
                for each in lookups
                for iri in dict.fromkeys((each.iri, each.found))
                if iri
            ],
        )
        self._aliases.redirected(
            run, [(each.iri, each.found) for each in lookups if each.found and each.found != each.iri]
        )

    def named(self, run: int, class_name: str, prefix: str, limit: int) -> list[str]:
        """Return the IRIs of entities that are named, not described, and not requested lately, in order.

        Args:
            run: the row id of the current run.
            class_name: the class as which they are named.
            prefix: the beginning of their IRIs.
            limit: the maximum number of IRIs.
        """
        rows = self._database.execute(
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
        """Return the IRIs of models from which a run's records derive and that are not described yet.

        Args:
            run: the row id of the run; entities that it looked up itself are no starting points.
            levels: the number of derivations to go up.
            prefix: the beginning of their IRIs.
        """
        rows = self._database.execute(
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
        (text,) = self._database.execute("SELECT started_at FROM run WHERE id = :run", {"run": run}).fetchone()
        return {"run": run, "since": f"{datetime.fromisoformat(text) - ASKED_AGAIN_AFTER:%Y-%m-%dT%H:%M:%SZ}"}
