"""Counts of the live records that have each value, and what they were at the end of each run."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection

import orjson

from fair4ml.document import Document, is_of
from mlentory_crawl.catalog.codec import pack, unpack
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import Executes, insert, upsert
from mlentory_crawl.catalog.stated_values import DISTRIBUTIONS, NONE, SIZE, stated_values

logger = logging.getLogger(__name__)
KEPT = 50
"""The number of values of a distribution that are kept with a run, the most frequent ones; the others are added up."""
OTHERS = "*"
"""The value that stands for the others."""

Counts = dict[str, dict[str, int]]
"""Numbers of records by distribution and value."""


class ValueCounts:
    """Keeps the table ``value`` in step with the records, and its contents at the end of each run.

    Args:
        database: the catalog; the caller begins and ends transactions, unless it says so.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._moved: Counter[tuple[str, str, str, str]] = Counter()
        self._touched: set[tuple[str, str]] = set()
        database.before_commit(self._write)
        database.after_rollback(self._moved.clear)
        self._count_what_was_there()

    def _count_what_was_there(self) -> None:
        """Count the records of a catalog that an earlier version of the program made, which did not count values."""
        waits = "SELECT 1 FROM meta WHERE name = 'uncounted_values'"
        if self._database.execute(waits).fetchone() is None:
            return
        logger.info("Counting the values of all records, once, since an earlier version of this program did not")
        with self._database.transaction():
            self._database.execute("DELETE FROM meta WHERE name = 'uncounted_values'")
            for platform, kind, packed in self._database.execute(
                "SELECT platform, kind, document FROM record WHERE deleted_at IS NULL"
            ):
                self.add(platform, kind, unpack(packed))

    def add(self, platform: str, kind: str, document: Document) -> None:
        """Count a new record."""
        self._moved.update((platform, kind, *stated) for stated in stated_values(document))

    def remove(self, platform: str, kind: str, document: Document) -> None:
        """Remove a record from the counts."""
        self._moved.subtract((platform, kind, *stated) for stated in stated_values(document))

    def touch(self, kinds: Collection[tuple[str, str]]) -> None:
        """Note that the run has to do with kinds of records, by platform and kind, whether they change or not."""
        self._touched.update(kinds)

    def _write(self) -> None:
        moved = [(*key, count) for key, count in self._moved.items() if count]
        self._database.executemany(
            f"""{insert("value", "platform kind distribution value records")}
                ON CONFLICT (platform, kind, distribution, value)
                DO UPDATE SET records = value.records + excluded.records""",
            moved,
        )
        # A value that no record has any more may name what was erased.
        self._database.executemany(
            """DELETE FROM value WHERE platform = ? AND kind = ? AND distribution = ? AND value = ? AND records <= 0""",
            [row[:4] for row in moved if row[4] < 0],
        )
        self._moved.clear()

    def keep(self, run: int, at: str) -> None:
        """Keep the counts as they are now with a run that ends, in a transaction of its own.

        Args:
            run: its row id. Of its platform everything is kept, of others what it has had to do with.
            at: the time (UTC).
        """
        with self._database.transaction():
            ((platform,),) = self._database.execute("SELECT platform FROM run WHERE id = ?", (run,)).fetchall()
            kept = "SELECT platform, kind FROM distribution WHERE run = ?"
            kinds = self._touched | set(self._database.execute(kept, (run,)))
            known = "SELECT platform, kind, records FROM field WHERE name = 'iri' ORDER BY platform, kind"
            self._database.executemany(
                upsert("distribution", "platform kind run", "at records counts"),
                [
                    (of, kind, run, at, records, pack(orjson.dumps(self._most_frequent(of, kind))))
                    for of, kind, records in self._database.execute(known).fetchall()
                    if of == platform or (of, kind) in kinds
                ],
            )

    def _most_frequent(self, platform: str, kind: str) -> Counts:
        found: Counts = {}
        for name in (*DISTRIBUTIONS, SIZE):
            of = {"platform": platform, "kind": kind, "name": name, "none": NONE, "most": KEPT}
            where = "FROM value WHERE platform = :platform AND kind = :kind AND distribution = :name"
            (whole, none) = self._database.execute(
                f"SELECT sum(records), sum(records) FILTER (WHERE value = :none) {where}", of
            ).fetchone()
            if whole is not None:
                rows = f"SELECT value, records {where} AND value <> :none ORDER BY records DESC, value LIMIT :most"
                values = dict(self._database.execute(rows, of).fetchall())
                others = whole - (none or 0) - sum(values.values())
                told = {**values, NONE: none or 0, OTHERS: others}
                found[name] = {value: count for value, count in told.items() if count}
        return found


def forget_values(database: Executes, iris: Collection[str]) -> int:
    """Take erased entities out of what runs have kept, inside a transaction; return the number of their values.

    A value is an erased entity, or a part of it, or an address below it.

    Args:
        database: the catalog.
        iris: all IRIs of the entities.
    """
    found = 0
    below = tuple(f"{iri}/" for iri in iris)
    for platform, kind, run, packed in database.execute(
        "SELECT platform, kind, run, counts FROM distribution"
    ).fetchall():
        counts: Counts = unpack(packed)
        told = 0
        for values in counts.values():
            for value in [each for each in values if is_of(each, iris) or each.startswith(below)]:
                values[OTHERS] = values.get(OTHERS, 0) + values.pop(value)
                told += 1
        if told:
            found += told
            database.execute(
                "UPDATE distribution SET counts = ? WHERE platform = ? AND kind = ? AND run = ?",
                (pack(orjson.dumps(counts)), platform, kind, run),
            )
    return found
