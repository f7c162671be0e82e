"""Writing to the catalog: whole pages, in one transaction with their counts and the cursor."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

import orjson

from fair4ml.document import Document
from fair4ml.identifiers import iris_over_time
from mlentory_crawl.catalog.answers import Answers
from mlentory_crawl.catalog.census import Census
from mlentory_crawl.catalog.codec import pack, unpack
from mlentory_crawl.catalog.commits import Commit, Entry, Known
from mlentory_crawl.catalog.database import FILE_NAME, SequenceNumbers, catalog_id, connect
from mlentory_crawl.catalog.erasure import Erased, Erasure, Marks, marks
from mlentory_crawl.catalog.field_counts import FieldCounts
from mlentory_crawl.catalog.links import Links
from mlentory_crawl.catalog.lookups import Lookups
from mlentory_crawl.catalog.names import Names
from mlentory_crawl.catalog.runs import Runs
from mlentory_crawl.catalog.seed_lines import Seeds
from mlentory_crawl.catalog.versions import prune
from mlentory_crawl.data_directory import LOCK, Held, now
from mlentory_crawl.exceptions import CatalogError

PUBLISHED_MOVE = 0.1
"""A counter is published again when it moved by this share of what projections show."""


class CatalogWriter:
    """The one writer of a catalog; its owner holds the data directory's lock."""

    def __init__(self, data_dir: Path) -> None:
        self._connection = connect(data_dir, write=True)
        self._held = Held(data_dir / LOCK, data_dir / FILE_NAME)
        self.id = catalog_id(self._connection)
        self._numbers = SequenceNumbers(self._connection)
        self._links = Links(self._connection)
        self.lookups = Lookups(self._connection)
        self.fields = FieldCounts(self._connection)
        self.seeds = Seeds(self._connection)
        self.answers = Answers(self._connection, self._transaction)
        self.runs = Runs(self._connection, self._transaction, self._numbers)
        self.census = Census(self._connection, self._transaction, self._links, self.fields, self._numbers)
        self._names = Names(self._connection, self._numbers)
        self._erasure = Erasure(self._connection, self._links, self.fields, self._numbers)
        self._next_record = 1 + (self._connection.execute("SELECT max(id) FROM record").fetchone()[0] or 0)

    @property
    def sequence(self) -> int:
        """The highest sequence number given out."""
        return self._numbers.last

    def close(self) -> None:
        """Release the database; what was committed stays."""
        # Who reads at this moment is not waited for: the next opening then finds a log to replay.
        self._connection.execute("PRAGMA busy_timeout = 500")
        # Readers plan with fresh statistics, and the next opening finds no log to replay.
        self._connection.execute("PRAGMA optimize")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._held.check()
        last, next_record = self._numbers.last, self._next_record
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self.fields.flush()
            self._numbers.save()
            self._connection.execute("COMMIT")
        except Exception as error:
            self._numbers.last, self._next_record = last, next_record
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._links.forget()
            self.fields.forget()
            raise CatalogError(f"the catalog cannot be written: {type(error).__name__}: {error}") from error

    # Erasure

    def marks(self) -> Marks:
        """What is to be forgotten."""
        return marks(self._connection)

    def knows(self, iri: str) -> bool:
        """Whether a thing is or was described or named, or is marked."""
        return any(map(self._erasure.knows, iris_over_time(iri)))

    def names_of(self, iris: Collection[str]) -> set[str]:
        """These IRIs, those under which the things are known now, and their former ones."""
        return self._erasure.names_of(iris)

    def mark(self, iris: Collection[str], at: str) -> None:
        """Mark things of which the catalog has nothing yet."""
        with self._transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", [(iri, at) for iri in iris])

    def forget(
        self, iris: Collection[str], at: str, further: Callable[[sqlite3.Connection, Erased, Marks], None]
    ) -> Erased:
        """Leave nothing of things but their mark.

        Args:
            iris: all their IRIs.
            at: when (UTC).
            further: does what has to be done before it holds, given the catalog, what was taken out, and all marks.

        Raises:
            CatalogError: nothing was changed.
        """
        with self._transaction() as connection:
            erased = self._erasure.erase(iris, at)
            further(connection, erased, marks(connection))
        return erased

    def compact(self) -> None:
        """Write the database anew, without what was deleted from it and still lies in its pages.

        Raises:
            CatalogError: there is no room for a second copy, for instance; what the catalog says is as it was.
        """
        try:
            self._connection.execute("VACUUM")
            (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise CatalogError(f"the catalog cannot be written anew: {error}") from error
        if busy:
            raise CatalogError("the catalog cannot be written anew: somebody reads it all the time")

    # Records

    def lookup(self, run: int, platform: str, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Known]:
        """What the catalog has of records.

        Args:
            run: the row id of the running run.
            platform: whose records they are.
            keys: kind and native id of each.
        """
        # CROSS JOIN: SQLite must not choose to walk over all records and look each up in the list.
        rows = self._connection.execute(
            """SELECT r.kind, r.key, r.id, r.hash, r.iri, s.record IS NOT NULL, coalesce(c.observed, '{}'),
                      coalesce(c.published, '{}'), r.deleted_at IS NOT NULL, r.digest, r.issues
               FROM json_each(?) AS j
               CROSS JOIN record AS r ON r.platform = ? AND r.kind = json_extract(j.value, '$[0]')
                    AND r.key = json_extract(j.value, '$[1]')
               LEFT JOIN seen AS s ON s.run = ? AND s.record = r.id LEFT JOIN counter AS c ON c.record = r.id""",
            (orjson.dumps(keys), platform, run),
        )
        return {
            (kind, key): Known(
                i,
                hashed,
                iri,
                bool(seen),
                observed.encode(),
                published.encode(),
                bool(deleted),
                digest,
                orjson.loads(issues or "[]"),
            )
            for kind, key, i, hashed, iri, seen, observed, published, deleted, digest, issues in rows
        }

    def stored(self, record: int) -> tuple[Document, dict[str, Any]]:
        """Document and provenance of a record, by its row id."""
        row = self._connection.execute("SELECT document, provenance FROM record WHERE id = ?", (record,)).fetchone()
        return unpack(row[0]), orjson.loads(row[1])

    def sources(self, platform: str, kind: str, keys: Sequence[str]) -> dict[str, str]:
        """The addresses that live records came from, by their native ids."""
        rows = self._connection.execute(
            """SELECT r.key, json_extract(r.provenance, '$.source') FROM json_each(?) AS j
               CROSS JOIN record AS r ON r.platform = ? AND r.kind = ? AND r.key = j.value AND r.deleted_at IS NULL""",
            (orjson.dumps(keys), platform, kind),
        )
        return dict(rows.fetchall())

    def keys(self, platform: str, kind: str) -> list[str]:
        """The native ids of live records, in order."""
        rows = self._connection.execute(
            "SELECT key FROM record WHERE platform = ? AND kind = ? AND deleted_at IS NULL ORDER BY key",
            (platform, kind),
        )
        return [key for (key,) in rows]

    def any_iri(self, platform: str) -> str | None:
        """The IRI of one of a platform's records; None where there is none."""
        row = self._connection.execute("SELECT iri FROM record WHERE platform = ? LIMIT 1", (platform,)).fetchone()
        return None if row is None else row[0]

    def quarantined(self, run: int, platform: str, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these kinds and native ids this run has put into the quarantine."""
        rows = self._connection.execute(
            """SELECT q.kind, q.key FROM json_each(?) AS j
               CROSS JOIN quarantine AS q ON q.run = ? AND q.platform = ? AND q.kind = json_extract(j.value, '$[0]')
                    AND q.key = json_extract(j.value, '$[1]')""",
            (orjson.dumps(keys), run, platform),
        )
        return set(rows)

    def prune_versions(self, before: str, *, dry_run: bool) -> tuple[int, int]:
        """Delete what records stated before; see `versions.prune`."""
        with self._transaction() as connection:
            return prune(connection, before, dry_run=dry_run)

    def commit(self, run: int, pages: Commit) -> None:
        """Store whole pages.

        Raises:
            CatalogError: nothing of them was stored.
        """
        with self._transaction() as connection:
            new = [entry for entry in pages.entries if entry.known is None]
            changed = [entry for entry in pages.entries if entry.known is not None and entry.document is not None]
            same = [entry for entry in pages.entries if entry.known is not None and entry.document is None]
            ids = self._insert(run, new)
            self._replace(run, changed)
            self._names.end_aliases([entry.iri for entry in (*new, *changed)])
            self._names.join(run, (*new, *changed))
            self._publish(same)
            for name, _ in self.lookups.enter(run, pages.lookups):
                self._names.resequence(name)
            known = [entry.known.id for entry in pages.entries if entry.known is not None]
            connection.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", [(run, i) for i in [*ids, *known]])
            connection.executemany(
                """INSERT INTO quarantine (run, platform, kind, key, url, field, reason, fetched_at, payload)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                [
                    (run, r.platform, r.kind, r.key, r.url, r.field, r.reason, r.fetched_at, pack(r.payload))
                    for r in pages.rejected
                ],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", [(run, *answer) for answer in pages.answers]
            )
            connection.executemany(
                "INSERT OR REPLACE INTO seed VALUES (?, ?, ?, ?, ?, ?, ?)", [(run, *astuple(s)) for s in pages.seeds]
            )
            if pages.forgotten:
                at = now()
                self._erasure.erase(self._erasure.names_of(pages.forgotten), at)
            connection.execute(
                "UPDATE run SET report = ?, cursor = ?, last_sequence = ? WHERE id = ?",
                (pages.report.decode(), pages.cursor and pages.cursor.decode(), self._numbers.last, run),
            )

    def _insert(self, run: int, entries: Sequence[Entry]) -> list[int]:
        ids = list(range(self._next_record, self._next_record + len(entries)))
        self._next_record += len(entries)
        self._connection.executemany(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, NULL)",
            [
                (i, e.platform, e.kind, e.key, e.iri, e.hash, self._numbers.next(), run, e.modified, pack(e.text),
                 orjson.dumps(e.provenance).decode(), e.digest, _told(e.issues))
                for i, e in zip(ids, entries, strict=True)
            ],
        )  # fmt: skip
        for entry in entries:
            assert entry.document is not None
            self.fields.add(entry.platform, entry.kind, entry.document["root"])
        self._links.add((i, e.document) for i, e in zip(ids, entries, strict=True) if e.document is not None)
        self._set_counters((i, e.counters, e.counters) for i, e in zip(ids, entries, strict=True) if e.counters)
        return ids

    def _replace(self, run: int, entries: Sequence[Entry]) -> None:
        for entry in entries:
            assert entry.known is not None
            i = entry.known.id
            row = self._connection.execute(
                "SELECT run, iri, document, provenance FROM record WHERE id = ?", (i,)
            ).fetchone()
            self._connection.execute("INSERT OR IGNORE INTO version VALUES (?, ?, ?, ?, ?)", (i, *row))
            before = unpack(row[2])
            self._links.remove(i, before)
            assert entry.document is not None
            if entry.known.deleted:
                self.fields.add(entry.platform, entry.kind, entry.document["root"])
            else:
                self.fields.replace(entry.platform, entry.kind, before["root"], entry.document["root"])
            self._connection.execute(
                """UPDATE record SET iri = ?, hash = ?, sequence = ?, run = ?, modified = ?, deleted_at = NULL,
                   document = ?, provenance = ?, digest = ?, issues = ?, missed_by = NULL WHERE id = ?""",
                (entry.iri, entry.hash, self._numbers.next(), run, entry.modified, pack(entry.text),
                 orjson.dumps(entry.provenance).decode(), entry.digest, _told(entry.issues), i),
            )  # fmt: skip
            if entry.iri != entry.known.iri:
                self._names.renamed(run, entry.known.iri, entry.iri)
        self._links.add((e.known.id, e.document) for e in entries if e.known is not None and e.document is not None)
        self._set_counters((e.known.id, e.counters, e.counters) for e in entries if e.known is not None and e.counters)

    def _publish(self, entries: Sequence[Entry]) -> None:
        moved = []
        for entry in entries:
            assert entry.known is not None
            if entry.digest != entry.known.digest:
                self._connection.execute(
                    """UPDATE record SET digest = ?, issues = ?, provenance = json_set(provenance, '$.source', ?)
                       WHERE id = ?""",
                    (entry.digest, _told(entry.issues), entry.provenance["source"], entry.known.id),
                )
            if not entry.counters or orjson.dumps(entry.counters, option=orjson.OPT_SORT_KEYS) == entry.known.observed:
                continue
            published = orjson.loads(entry.known.published)
            if _moved(published, entry.counters):
                published = entry.counters
                self._connection.execute(
                    "UPDATE record SET sequence = ? WHERE id = ?", (self._numbers.next(), entry.known.id)
                )
            moved.append((entry.known.id, entry.counters, published))
        self._set_counters(moved)

    def _set_counters(self, rows: Iterable[tuple[int, dict[str, int], dict[str, int]]]) -> None:
        def text(counters: dict[str, int]) -> str:
            return orjson.dumps(counters, option=orjson.OPT_SORT_KEYS).decode()

        self._connection.executemany(
            "INSERT OR REPLACE INTO counter VALUES (?, ?, ?)", [(i, text(seen), text(shown)) for i, seen, shown in rows]
        )


def _told(issues: Sequence[tuple[str, str]]) -> str | None:
    return orjson.dumps(issues).decode() if issues else None


def _moved(published: dict[str, int], observed: dict[str, int]) -> bool:
    return published.keys() != observed.keys() or any(
        observed[name] != shown and abs(observed[name] - shown) >= PUBLISHED_MOVE * abs(shown)
        for name, shown in published.items()
    )
