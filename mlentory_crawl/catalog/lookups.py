"""Entities that records only name: those that were requested, and those that still have to be."""

from __future__ import annotations

from array import array as packed_array
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from fair4ml.describe.queues import Named
from mlentory_crawl.catalog.aliases import AliasTable
from mlentory_crawl.catalog.codec import unpack
from mlentory_crawl.catalog.commits import Lookup
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import among, array, elements, upsert

ASKED_AGAIN_AFTER = timedelta(days=30)
"""The time after which an entity that the platform did not have is requested once more."""
READ_AT_ONCE = 500
"""The number of records whose documents are read together."""

LATELY = "(l.run = :run OR l.at > :since)"
"""The condition on a look-up that is too recent to be repeated."""
UNKNOWN = f"""t.described = 0
    AND NOT EXISTS (SELECT 1 FROM alias WHERE iri = t.iri)
    AND NOT EXISTS (SELECT 1 FROM erased WHERE iri = t.iri)
    AND NOT EXISTS (SELECT 1 FROM lookup AS l WHERE l.iri = t.iri AND {LATELY})"""
"""The condition on an entity that a run requests: described by no record, without an alias, not requested lately."""
LIVE = "e.record NOT IN (SELECT id FROM record WHERE deleted_at IS NOT NULL)"
"""The condition on an edge that a live record states."""

_DOWNLOADS = "CAST(coalesce(c.observed ->> 'downloads', 0) AS INTEGER)"
# What more records name comes first; then what records with more downloads name; then what was named last.
_MOST_WANTED_FIRST = f"""SELECT w.iri FROM waiting AS w JOIN edge AS e ON e.target = w.id
    LEFT JOIN counter AS c ON c.record = e.record
    WHERE {LIVE} GROUP BY w.id, w.iri
    ORDER BY count(DISTINCT e.record) DESC, max({_DOWNLOADS}) DESC, max(e.record) DESC, w.iri LIMIT :limit"""


def waiting(queue: Named, name: str = "") -> str:
    """Return the condition on an entity ``t`` that waits in a queue.

    Args:
        queue: the queue.
        name: the end of the names of its parameters, if a query has those of several.
    """
    # The entities of a platform are most of the table: reading it from end to end takes a tenth of the time of reading
    # a range of its index.
    of_platform = f"t.class = :class{name} AND substr(t.iri, 1, length(:prefix{name})) = :prefix{name}"
    edge = "" if queue.edge is None else f" AND e.type = :edge{name}"
    return f"{of_platform} AND EXISTS (SELECT 1 FROM edge AS e WHERE e.target = t.id{edge} AND {LIVE})"


def bounds(queue: Named, name: str = "") -> dict[str, str | None]:
    """Return the parameters of `waiting`."""
    return {f"class{name}": queue.class_name, f"prefix{name}": queue.prefix, f"edge{name}": queue.edge}


def oldest_recent(now: str) -> str:
    """Return the time since which look-ups are too recent to be repeated (UTC, ISO 8601).

    Args:
        now: the present time.
    """
    return f"{datetime.fromisoformat(now) - ASKED_AGAIN_AFTER:%Y-%m-%dT%H:%M:%SZ}"


class Pair(NamedTuple):
    """A live record, and what another one under the same key came from.

    Attributes:
        key: the native id.
        iri: the IRI of the entity.
        root: the root of its document.
        source: the address that the other record came from; None if there is none.
    """

    key: str
    iri: str
    root: dict[str, Any]
    source: str | None


class Lookups:
    """The queues of what is named and not yet described, the most wanted first.

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

    def named(self, run: int, queue: Named, limit: int) -> list[str]:
        """Return the IRIs of entities that live records name, none describes, and no run requested lately.

        Args:
            run: the row id of the current run.
            queue: the entities.
            limit: the maximum number of IRIs; -1 for all.
        """
        rows = self._database.execute(
            f"""WITH waiting AS (SELECT t.id, t.iri FROM entity AS t WHERE {UNKNOWN} AND {waiting(queue)})
                {_MOST_WANTED_FIRST}""",
            {**bounds(queue), "limit": limit, **self._recent(run)},
        )
        return [iri for (iri,) in rows]

    def ancestors(self, run: int, levels: int, prefix: str, limit: int, *, of_all: bool = False) -> list[str]:
        """Return the IRIs of models from which others derive and that are not described yet.

        Args:
            run: the row id of the current run; entities that it looked up itself are no starting points.
            levels: the number of derivations to go up.
            prefix: the beginning of their IRIs.
            limit: the maximum number of IRIs.
            of_all: begin at all live records, instead of those that the run has seen.
        """
        rows = self._database.execute(
            f"""WITH RECURSIVE up (entity, level) AS (
                    {_PARENTS_OF_ALL if of_all else _PARENTS_OF_RUN}
                    UNION
                    SELECT e.target, up.level + 1 FROM up JOIN entity AS named ON named.id = up.entity
                    LEFT JOIN alias AS a ON a.iri = named.iri
                    JOIN entity AS here ON here.iri = coalesce(a.target, named.iri)
                    JOIN edge AS e ON e.source = here.id AND e.type = 'WAS_DERIVED_FROM'
                    WHERE up.level < :levels),
                waiting AS (
                    SELECT DISTINCT t.id, t.iri FROM up JOIN entity AS t ON t.id = up.entity
                    WHERE t.class = 'MLModel' AND substr(t.iri, 1, length(:prefix)) = :prefix AND {UNKNOWN})
                {_MOST_WANTED_FIRST}""",
            {"levels": levels, "prefix": prefix, "limit": limit, **self._recent(run)},
        )
        return [iri for (iri,) in rows]

    def still_unknown(self, run: int, iris: Iterable[str]) -> set[str]:
        """Return those of the entities that a run still has to request: others were found under further names."""
        rows = self._database.execute(
            f"SELECT t.iri FROM {elements('iris')} AS j CROSS JOIN entity AS t WHERE t.iri = j.value AND {UNKNOWN}",
            {"iris": array(iris), **self._recent(run)},
        )
        return {iri for (iri,) in rows}

    def requested_lately(self, run: int, iris: Iterable[str]) -> set[str]:
        """Return those of the IRIs that were requested too recently to be requested again."""
        rows = self._database.execute(
            f"SELECT l.iri FROM lookup AS l WHERE l.iri IN {among('iris')} AND {LATELY}",
            {"iris": array(iris), **self._recent(run)},
        )
        return {iri for (iri,) in rows}

    def pairs(self, platform: str, kind: str, other: str) -> Iterator[list[Pair]]:
        """Return the live records of a kind beside those of another kind, the most wanted first, some at a time.

        Args:
            platform: the platform of the records.
            kind: the kind of the records.
            other: the kind of the records that may be there under the same keys.
        """
        of = {"platform": platform, "kind": kind}
        # Eight bytes each: a catalog has millions of records, of which a run may need the first ones alone.
        ids = packed_array("q", (i for (i,) in self._database.execute(_MOST_WANTED_RECORDS, of)))
        for start in range(0, len(ids), READ_AT_ONCE):
            some = ids[start : start + READ_AT_ONCE]
            rows = self._database.execute(
                f"""SELECT m.id, m.key, m.iri, m.document, o.provenance ->> 'source'
                    FROM {elements("ids")} AS j CROSS JOIN record AS m LEFT JOIN record AS o
                    ON o.platform = m.platform AND o.kind = :other AND o.key = m.key AND o.instance = m.instance
                    AND o.deleted_at IS NULL
                    WHERE m.id = j.value""",
                {"ids": array(some), "other": other},
            )
            found = {i: Pair(key, iri, unpack(document)["root"], source) for i, key, iri, document, source in rows}
            yield [found[i] for i in some]

    def _recent(self, run: int) -> dict[str, int | str]:
        (begun,) = self._database.execute("SELECT started_at FROM run WHERE id = :run", {"run": run}).fetchone()
        return {"run": run, "since": oldest_recent(begun)}


_PARENTS_OF_RUN = """SELECT e.target, 1 FROM seen AS s JOIN record AS r ON r.id = s.record
    JOIN entity AS child ON child.iri = r.iri
    JOIN edge AS e ON e.source = child.id AND e.type = 'WAS_DERIVED_FROM' AND e.record = r.id
    WHERE s.run = :run AND r.iri NOT IN (SELECT iri FROM lookup WHERE run = :run)"""
# Of described parents only those matter that this run looked up: the others are starting points themselves.
_PARENTS_OF_ALL = """SELECT t.id, 1 FROM entity AS t JOIN edge AS e ON e.target = t.id AND e.type = 'WAS_DERIVED_FROM'
    JOIN record AS r ON r.id = e.record
    WHERE t.class = 'MLModel' AND (t.described = 0 OR t.iri IN (SELECT iri FROM lookup WHERE run = :run))
    AND r.deleted_at IS NULL AND r.iri NOT IN (SELECT iri FROM lookup WHERE run = :run)"""
_MOST_WANTED_RECORDS = f"""SELECT m.id FROM record AS m LEFT JOIN entity AS t ON t.iri = m.iri
    LEFT JOIN counter AS c ON c.record = m.id
    WHERE m.platform = :platform AND m.kind = :kind AND m.deleted_at IS NULL
    ORDER BY (
        SELECT count(DISTINCT e.record) FROM edge AS e WHERE e.target = t.id AND e.record <> m.id AND {LIVE}
    ) DESC, {_DOWNLOADS} DESC, m.id DESC"""
