"""What a census has not shown, and the tombstones of what is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import orjson

from fair4ml.document import tombstone
from mlentory_crawl.catalog.codec import encode, pack, unpack
from mlentory_crawl.catalog.commits import Missing
from mlentory_crawl.catalog.database import SequenceNumbers
from mlentory_crawl.catalog.field_counts import FieldCounts
from mlentory_crawl.catalog.links import Links


class Census:
    """Holds what the catalog has against what a census has shown.

    Args:
        connection: the catalog, open for writing.
        transaction: begins and ends one.
        links: the entities and edges.
        fields: how many records have each field.
        numbers: the sequence numbers.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        transaction: Callable[[], AbstractContextManager[sqlite3.Connection]],
        links: Links,
        fields: FieldCounts,
        numbers: SequenceNumbers,
    ) -> None:
        self._connection = connection
        self._transaction = transaction
        self._links = links
        self._fields = fields
        self._numbers = numbers

    def missing(self, run: int, platform: str, kind: str) -> tuple[list[Missing], int]:
        """The live records that a census has not shown, and how many live ones there are.

        Args:
            run: the row id of the census.
            platform: whose records they are.
            kind: of what kind.
        """
        # Both sides are read from indexes alone: the rows hold documents.
        rows = self._connection.execute(
            """SELECT id, key, iri, missed_by IS NOT NULL AND missed_by <> ?3
               FROM record WHERE deleted_at IS NULL AND id IN (
                   SELECT id FROM record INDEXED BY record_key WHERE platform = ?1 AND kind = ?2
                   EXCEPT SELECT record FROM seen WHERE run = ?3)""",
            (platform, kind, run),
        ).fetchall()
        (all_records,) = self._connection.execute(
            "SELECT count(*) FROM record INDEXED BY record_key WHERE platform = ? AND kind = ?", (platform, kind)
        ).fetchone()
        (deleted,) = self._connection.execute(
            """SELECT count(*) FROM record INDEXED BY record_deleted
               WHERE deleted_at IS NOT NULL AND platform = ? AND kind = ?""",
            (platform, kind),
        ).fetchone()
        return [Missing(i, key, iri, bool(again)) for i, key, iri, again in rows], all_records - deleted

    def settle(self, run: int, at: str, missed: Sequence[int], gone: Sequence[int], report: bytes) -> None:
        """Note which records a census has not shown, and make tombstones of those that are gone.

        Args:
            run: the row id of the census.
            at: when they were found to be gone (UTC).
            missed: row ids of live records that the census has not shown.
            gone: row ids of those of them that are gone.
            report: the run report including them, as JSON.

        Raises:
            CatalogError: nothing of it was stored.
        """
        with self._transaction() as connection:
            connection.execute(
                """UPDATE record SET missed_by = NULL
                   WHERE missed_by IS NOT NULL AND id IN (SELECT record FROM seen WHERE run = ?)""",
                (run,),
            )
            connection.executemany(
                "UPDATE record SET missed_by = ? WHERE id = ? AND missed_by IS NULL", [(run, i) for i in missed]
            )
            self._bury(run, at, gone)
            connection.execute(
                "UPDATE run SET report = ?, last_sequence = ? WHERE id = ?", (report.decode(), self._numbers.last, run)
            )

    def _bury(self, run: int, deleted_at: str, gone: Sequence[int]) -> None:
        """Make tombstones of records, and of what their platform has stated beside them about the same things."""
        rows = self._connection.execute(
            """SELECT DISTINCT r.id, r.platform, r.kind, r.run, r.iri, r.document, r.provenance FROM json_each(?) AS j
               JOIN record AS found ON found.id = j.value
               JOIN record AS r ON r.iri = found.iri AND r.platform = found.platform AND r.key = found.key
                    AND r.deleted_at IS NULL""",
            (orjson.dumps(list(gone)),),
        ).fetchall()
        for i, platform, kind, *version in rows:
            self._connection.execute("INSERT OR IGNORE INTO version VALUES (?, ?, ?, ?, ?)", (i, *version))
            document = unpack(version[2])
            kept = tombstone(document)
            text, digest = encode(kept)
            self._fields.remove(platform, kind, document["root"])
            self._links.remove(i, document)
            self._connection.execute(
                """UPDATE record SET hash = ?, sequence = ?, run = ?, deleted_at = ?, document = ?, digest = NULL,
                   issues = NULL, missed_by = NULL WHERE id = ?""",
                (digest, self._numbers.next(), run, deleted_at, pack(text), i),
            )
            self._links.add([(i, kept)])
