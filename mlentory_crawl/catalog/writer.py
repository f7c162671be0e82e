"""Writing to the catalog: whole pages, in one transaction with their counts and the cursor."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from fair4ml.tombstones import tombstone
from mlentory_crawl.catalog.answers import Answers
from mlentory_crawl.catalog.commits import Commit, Entry, Known, Missing
from mlentory_crawl.catalog.database import catalog_id, connect, last_sequence
from mlentory_crawl.catalog.documents import encode, pack, unpack
from mlentory_crawl.catalog.erasure import Erased, Erasure, Marks, marks
from mlentory_crawl.catalog.field_counts import FieldCounts
from mlentory_crawl.catalog.links import Links
from mlentory_crawl.catalog.lookups import Lookups
from mlentory_crawl.catalog.seeds import Seeds
from mlentory_crawl.exceptions import CatalogError

ARTICLE_NAMES = ("https://arxiv.org/abs/", "https://doi.org/", "https://paperswithcode.co/paper/")
"""What the IRIs of articles begin with that records may name otherwise than the record that describes the article."""
PUBLISHED_MOVE = 0.1
"""A counter is published again when it moved by this share of what projections show."""


class CatalogWriter:
    """The one writer of a catalog; its owner holds the data directory's lock."""

    def __init__(self, data_dir: Path) -> None:
        self._connection = connect(data_dir, write=True)
        self.id = catalog_id(self._connection)
        self.sequence = last_sequence(self._connection)
        self._links = Links(self._connection)
        self.lookups = Lookups(self._connection)
        self.fields = FieldCounts(self._connection)
        self.seeds = Seeds(self._connection)
        self.answers = Answers(self._connection, self._transaction)
        self._erasure = Erasure(self._connection, self._links, self.fields, self._next_sequence)
        self._next_record = 1 + (self._connection.execute("SELECT max(id) FROM record").fetchone()[0] or 0)

    def close(self) -> None:
        """Release the database; what was committed stays."""
        # Readers plan with fresh statistics, and the next opening finds no log to replay.
        self._connection.execute("PRAGMA optimize")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        sequence, next_record = self.sequence, self._next_record
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self.fields.flush()
            self._connection.execute("UPDATE meta SET value = ? WHERE name = 'sequence'", (str(self.sequence),))
            self._connection.execute("COMMIT")
        except Exception as error:
            self.sequence, self._next_record = sequence, next_record
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._links.forget()
            self.fields.forget()
            raise CatalogError(f"the catalog cannot be written: {type(error).__name__}: {error}") from error

    # Runs

    def open_run(
        self, name: str, platform: str, mode: str, identity: bytes, started_at: str, report: bytes = b"{}"
    ) -> int:
        """The row id of a new run."""
        with self._transaction() as connection:
            cursor = connection.execute(
                """INSERT INTO run (name, platform, mode, identity, started_at, first_sequence, last_sequence, report)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    name,
                    platform,
                    mode,
                    identity.decode(),
                    started_at,
                    self.sequence + 1,
                    self.sequence,
                    report.decode(),
                ),
            )
            return int(cursor.lastrowid or 0)

    def resumable(self, identity: bytes) -> tuple[int, str, dict[str, Any], dict[str, Any] | None] | None:
        """Row id, name, report and cursor of the last run if the same command began and did not complete it.

        The cursor is None where it has not come anywhere yet.
        """
        row = self._connection.execute(
            "SELECT id, name, report, cursor, completed_at FROM run WHERE identity = ? ORDER BY id DESC LIMIT 1",
            (identity.decode(),),
        ).fetchone()
        if row is None or row[4] is not None:
            return None
        return row[0], row[1], orjson.loads(row[2]), orjson.loads(row[3] or "null")

    def complete_run(self, run: int, completed_at: str, *, watermark: str | None, census: int | None) -> None:
        """Note that a run came to the end of its pages.

        Args:
            run: its row id.
            completed_at: when (UTC).
            watermark: the platform's time up to which the catalog is now complete; None leaves it.
            census: how many things a complete census has seen; None for any other run.
        """
        with self._transaction() as connection:
            connection.execute("UPDATE run SET completed_at = ? WHERE id = ?", (completed_at, run))
            platform = connection.execute("SELECT platform FROM run WHERE id = ?", (run,)).fetchone()[0]
            if watermark:
                connection.execute("INSERT OR REPLACE INTO watermark VALUES (?, ?, ?)", (platform, watermark, run))
            if census is not None:
                connection.execute(
                    "INSERT OR REPLACE INTO census VALUES (?, ?, ?, ?)", (platform, completed_at, run, census)
                )
            connection.execute("DELETE FROM seen WHERE run = ?", (run,))

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
                "UPDATE run SET report = ?, last_sequence = ? WHERE id = ?", (report.decode(), self.sequence, run)
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
            self.fields.remove(platform, kind, document["root"])
            self._links.remove(i, document)
            self._connection.execute(
                """UPDATE record SET hash = ?, sequence = ?, run = ?, deleted_at = ?, document = ?, digest = NULL,
                   issues = NULL, missed_by = NULL WHERE id = ?""",
                (digest, self._next_sequence(), run, deleted_at, pack(text), i),
            )
            self._links.add([(i, kept)])

    def watermark(self, platform: str) -> str | None:
        """The platform's time up to which the catalog is complete."""
        rows = self._connection.execute("SELECT value FROM watermark WHERE platform = ?", (platform,))
        return next((str(value) for (value,) in rows), None)

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

    def last_census(self, platform: str) -> int | None:
        """How many records the last complete census of a platform saw."""
        rows = self._connection.execute("SELECT records FROM census WHERE platform = ?", (platform,))
        return next((int(records) for (records,) in rows), None)

    def save_report(self, run: int, report: bytes) -> None:
        """Keep a run's report as it is now."""
        with self._transaction() as connection:
            connection.execute("UPDATE run SET report = ? WHERE id = ?", (report.decode(), run))

    # Erasure

    def marks(self) -> Marks:
        """What is to be forgotten."""
        return marks(self._connection)

    def knows(self, iri: str) -> bool:
        """Whether a thing is or was described or named, or is marked."""
        return self._erasure.knows(iri)

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

    def stored(self, record: int) -> tuple[dict[str, Any], dict[str, Any]]:
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
        """Delete what records stated until others replaced it before a moment; what held then stays.

        Args:
            before: the moment (UTC, ISO 8601).
            dry_run: delete nothing.

        Returns:
            How many versions, and how many bytes they take.
        """
        with self._transaction() as connection:
            connection.execute(
                """CREATE TEMP TABLE outdated AS
                   SELECT record, run, size FROM (
                       SELECT record, run, size, lead(since) OVER (PARTITION BY record ORDER BY since, place) AS until
                       FROM (
                           SELECT record, run, json_extract(provenance, '$.fetched_at') AS since, run AS place,
                                  length(document) + length(provenance) AS size
                           FROM version
                           UNION ALL
                           SELECT id, NULL, coalesce(deleted_at, json_extract(provenance, '$.fetched_at')), 1 << 62, 0
                           FROM record WHERE id IN (SELECT record FROM version)))
                   WHERE run IS NOT NULL AND until < ?""",
                (before,),
            )
            count, size = connection.execute("SELECT count(*), coalesce(sum(size), 0) FROM outdated").fetchone()
            if not dry_run:
                connection.execute("DELETE FROM version WHERE (record, run) IN (SELECT record, run FROM outdated)")
            connection.execute("DROP TABLE outdated")
        return count, size

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
            self._end_aliases([entry.iri for entry in (*new, *changed)])
            self._join_articles(run, (*new, *changed))
            self._publish(same)
            for name, _ in self.lookups.enter(run, pages.lookups):
                self._resequence(name)
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
                at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
                self._erasure.erase(self._erasure.names_of(pages.forgotten), at)
            connection.execute(
                "UPDATE run SET report = ?, cursor = ?, last_sequence = ? WHERE id = ?",
                (pages.report.decode(), pages.cursor and pages.cursor.decode(), self.sequence, run),
            )

    def _next_sequence(self) -> int:
        self.sequence += 1
        return self.sequence

    def _insert(self, run: int, entries: Sequence[Entry]) -> list[int]:
        ids = list(range(self._next_record, self._next_record + len(entries)))
        self._next_record += len(entries)
        self._connection.executemany(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, NULL)",
            [
                (i, e.platform, e.kind, e.key, e.iri, e.hash, self._next_sequence(), run, e.modified, pack(e.text),
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
                (entry.iri, entry.hash, self._next_sequence(), run, entry.modified, pack(entry.text),
                 orjson.dumps(entry.provenance).decode(), entry.digest, _told(entry.issues), i),
            )  # fmt: skip
            if entry.iri != entry.known.iri:
                self._connection.execute(
                    "INSERT OR REPLACE INTO alias VALUES (?, ?, 'renamed', ?)", (entry.known.iri, entry.iri, run)
                )
                self._resequence(entry.known.iri)
        self._links.add((e.known.id, e.document) for e in entries if e.known is not None and e.document is not None)
        self._set_counters((e.known.id, e.counters, e.counters) for e in entries if e.known is not None and e.counters)

    def _end_aliases(self, iris: Sequence[str]) -> None:
        """A thing that has a name of its own is no longer what somebody else was called."""
        ended = self._connection.execute(
            "DELETE FROM alias WHERE iri IN (SELECT value FROM json_each(?)) RETURNING iri", (orjson.dumps(iris),)
        ).fetchall()
        for (iri,) in ended:
            self._resequence(iri)

    def _join_articles(self, run: int, entries: Sequence[Entry]) -> None:
        """An article is one thing under its number on arXiv and its DOI, where a record says that they are the same."""
        for entry in entries:
            root = entry.document["root"] if entry.document is not None else {}
            if root.get("class") != "ScholarlyArticle":
                continue
            if entry.known is not None:
                self._connection.execute("DELETE FROM alias WHERE target = ? AND reason = 'sameAs'", (entry.iri,))
            for name in root.get("sameAs", ()):
                if not name.startswith(ARTICLE_NAMES) or name == entry.iri or self._is_described(name):
                    continue
                # Of several that claim a name, which one has it must not hang on the order of arrival.
                self._connection.execute(
                    """INSERT INTO alias VALUES (?, ?, 'sameAs', ?)
                       ON CONFLICT (iri) DO UPDATE SET target = min(target, excluded.target)""",
                    (name, entry.iri, run),
                )
                self._resequence(name)

    def _is_described(self, iri: str) -> bool:
        rows = self._connection.execute("SELECT 1 FROM record WHERE iri = ? AND deleted_at IS NULL LIMIT 1", (iri,))
        return rows.fetchone() is not None

    def _resequence(self, iri: str) -> None:
        """What names a thing reads otherwise from now on: projections have to look again."""
        rows = self._connection.execute(
            """SELECT DISTINCT e.record FROM entity AS t JOIN edge AS e ON e.target = t.id WHERE t.iri = ?
               ORDER BY e.record""",
            (iri,),
        ).fetchall()
        self._connection.executemany(
            "UPDATE record SET sequence = ? WHERE id = ?", [(self._next_sequence(), i) for (i,) in rows]
        )

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
                    "UPDATE record SET sequence = ? WHERE id = ?", (self._next_sequence(), entry.known.id)
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
