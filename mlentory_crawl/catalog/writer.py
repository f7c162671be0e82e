"""Writing to the catalog: whole pages, in one transaction with their counts and the cursor of the run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import orjson

from fair4ml.document import Document
from fair4ml.identifiers import iris_over_time
from mlentory_crawl.catalog.aliases import AliasTable
from mlentory_crawl.catalog.answers import Answers
from mlentory_crawl.catalog.census import Census
from mlentory_crawl.catalog.codec import pack
from mlentory_crawl.catalog.commits import Commit, Known
from mlentory_crawl.catalog.database import Database, catalog_id
from mlentory_crawl.catalog.erasable_texts import Traces
from mlentory_crawl.catalog.erasure import Erased, Erasure, Marks, marks
from mlentory_crawl.catalog.field_counts import FieldCounts
from mlentory_crawl.catalog.likeness import Likeness
from mlentory_crawl.catalog.links import Links
from mlentory_crawl.catalog.lookups import Lookups
from mlentory_crawl.catalog.records import RecordTable
from mlentory_crawl.catalog.runs import Runs
from mlentory_crawl.catalog.seed_lines import Seeds
from mlentory_crawl.catalog.sequence import SequenceNumbers
from mlentory_crawl.catalog.sql import array, elements, insert, insert_missing, upsert
from mlentory_crawl.catalog.value_counts import ValueCounts
from mlentory_crawl.catalog.versions import prune
from mlentory_crawl.data_directory import now


@dataclass(frozen=True, slots=True)
class Erasing:
    """An erasure that is not committed yet.

    Attributes:
        erased: the counts of what was erased from the records.
        marks: all marks, including earlier ones.
        traces: the texts that runs wrote beside records, still to be searched.
    """

    erased: Erased
    marks: Marks
    traces: Traces


class CatalogWriter:
    """The one writer of a catalog's records; its owner holds the data directory's lock."""

    def __init__(self, data_dir: Path) -> None:
        self._database = database = Database(data_dir)
        self.id = catalog_id(database)
        self._numbers = numbers = SequenceNumbers(database)
        self._aliases = AliasTable(database, numbers)
        self.fields = FieldCounts(database)
        self.values = ValueCounts(database)
        links = Links(database)
        self.likeness = Likeness(database)
        self._records = RecordTable(database, numbers, links, self.fields, self.values, self._aliases, self.likeness)
        self._erasure = Erasure(database, self._records, links)
        self.lookups = Lookups(database, self._aliases)
        self.seeds = Seeds(database)
        self.answers = Answers(database)
        self.runs = Runs(database, numbers)
        self.census = Census(database, self._records, self.runs)

    @property
    def sequence(self) -> int:
        """The highest sequence number in use."""
        return self._numbers.last

    def close(self) -> None:
        """Release the database; what was committed stays."""
        self._database.settle()
        self._database.close()

    def compact(self) -> None:
        """Rewrite the database without the deleted data that its pages still hold.

        Raises:
            CatalogError: there is no room for a second copy, for instance; the contents of the catalog are unchanged.
        """
        self._database.compact()

    # Erasure

    def marks(self) -> Marks:
        """Return the marks of erased entities."""
        return marks(self._database)

    def knows(self, iri: str) -> bool:
        """Check whether an entity is or was described or named, or is marked."""
        return any(map(self._erasure.knows, iris_over_time(iri)))

    def names_of(self, iris: Collection[str]) -> set[str]:
        """Return all IRIs of entities: the given, the present and the former ones."""
        return self._erasure.names_of(iris)

    def mark(self, iris: Collection[str], at: str) -> None:
        """Mark entities that the catalog does not have yet."""
        with self._database.transaction():
            self._erasure.mark(iris, at)

    @contextmanager
    def erasing(self, iris: Collection[str], at: str) -> Iterator[Erasing]:
        """Erase entities except for their marks, if everything that is done inside succeeds, too.

        Args:
            iris: all their IRIs.
            at: the time of the erasure (UTC).

        Raises:
            CatalogError: nothing was changed.
        """
        with self._database.transaction():
            erased = self._erasure.erase(iris, at)
            yield Erasing(erased, marks(self._database), Traces(self._database))

    # Records

    def lookup(self, run: int, platform: str, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Known]:
        """Look records up.

        Args:
            run: the row id of the running run.
            platform: the platform of the records.
            keys: kind and native id of each record.
        """
        # CROSS JOIN keeps SQLite from scanning all records and looking each up in the list.
        rows = self._database.execute(
            f"""SELECT r.kind, r.key, r.id, r.hash, r.iri, s.record IS NOT NULL, coalesce(c.observed, '{{}}'),
                       coalesce(c.published, '{{}}'), r.deleted_at IS NOT NULL, r.digest, r.issues
                FROM {elements("keys")} AS j CROSS JOIN record AS r
                LEFT JOIN seen AS s ON s.run = :run AND s.record = r.id LEFT JOIN counter AS c ON c.record = r.id
                WHERE r.platform = :platform AND r.kind = j.value ->> 0 AND r.key = j.value ->> 1""",
            {"keys": array(keys), "platform": platform, "run": run},
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
        """Return document and provenance of a record, by its row id."""
        (row,) = self._records.rows([record])
        return row.document(), orjson.loads(row.provenance)

    def sources(self, platform: str, kind: str, keys: Sequence[str]) -> dict[str, str]:
        """Return the addresses that live records came from, by their native ids."""
        rows = self._database.execute(
            f"""SELECT r.key, r.provenance ->> 'source' FROM {elements("keys")} AS j CROSS JOIN record AS r
                WHERE r.platform = :platform AND r.kind = :kind AND r.key = j.value AND r.deleted_at IS NULL""",
            {"keys": array(keys), "platform": platform, "kind": kind},
        )
        return dict(rows.fetchall())

    def keys(self, platform: str, kind: str) -> list[str]:
        """Return the native ids of live records, in order."""
        rows = self._database.execute(
            """SELECT key FROM record WHERE platform = :platform AND kind = :kind AND deleted_at IS NULL
               ORDER BY key""",
            {"platform": platform, "kind": kind},
        )
        return [key for (key,) in rows]

    def any_iri(self, platform: str) -> str | None:
        """Return the IRI of any record of a platform's public or only instance; None if it has no record."""
        row = self._database.execute(
            "SELECT iri FROM record WHERE platform = :platform AND instance = '' LIMIT 1", {"platform": platform}
        ).fetchone()
        return None if row is None else str(row[0])

    def quarantined(self, run: int, platform: str, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return those of the kinds and native ids that this run has put into the quarantine."""
        rows = self._database.execute(
            f"""SELECT q.kind, q.key FROM {elements("keys")} AS j CROSS JOIN quarantine AS q
                WHERE q.run = :run AND q.platform = :platform
                      AND q.kind = j.value ->> 0 AND q.key = j.value ->> 1""",
            {"keys": array(keys), "platform": platform, "run": run},
        )
        return set(rows)

    def prune_versions(self, before: str, *, dry_run: bool) -> tuple[int, int]:
        """Delete former versions of records; see `versions.prune`."""
        with self._database.transaction():
            return prune(self._database, before, dry_run=dry_run)

    def commit(self, run: int, pages: Commit) -> None:
        """Store whole pages.

        Raises:
            CatalogError: nothing was stored.
        """
        with self._database.transaction():
            self._store(run, pages)
            self.lookups.enter(run, pages.lookups)
            self._note(run, pages)
            if pages.erased:
                self._erasure.erase(self._erasure.names_of(pages.erased), now())
            self.runs.advance(run, pages.report, pages.cursor)

    def reopen(self, run: int, report: bytes) -> None:
        """Take back the outcome of the seeds that have failed, which the same command asks for again.

        Args:
            run: the row id of their run.
            report: its report without them.
        """
        with self._database.transaction():
            self.seeds.reopen(run)
            self.runs.settle(run, report)

    def _store(self, run: int, pages: Commit) -> None:
        """Store the records of pages."""
        self.values.touch({(entry.platform, entry.kind) for entry in pages.entries})
        new = [entry for entry in pages.entries if entry.known is None]
        changed = [entry for entry in pages.entries if entry.known is not None and entry.document is not None]
        same = [entry for entry in pages.entries if entry.known is not None and entry.document is None]
        ids = self._records.insert(run, new)
        self._records.replace(run, changed)
        self._aliases.end([entry.iri for entry in (*new, *changed)])
        self._aliases.join(run, (*new, *changed))
        self._records.publish(same)
        self.likeness.enter(zip(ids, new, strict=True))
        self.likeness.enter((entry.known.id, entry) for entry in (*changed, *same) if entry.known is not None)
        ids += [entry.known.id for entry in pages.entries if entry.known is not None]
        self._database.executemany(insert_missing("seen", "run record"), [(run, i) for i in ids])

    def _note(self, run: int, pages: Commit) -> None:
        """Store the rejected records, archived responses and seeds of pages."""
        self._database.executemany(
            insert("quarantine", "run platform kind key url field reason fetched_at payload"),
            [
                (run, r.platform, r.kind, r.key, r.url, r.field, r.reason, r.fetched_at, pack(r.payload))
                for r in pages.rejected
            ],
        )
        self._database.executemany(
            upsert("answer", "run place", "sha256 file address headers"),
            [(run, *astuple(answer)) for answer in pages.answers],
        )
        self.seeds.enter(run, pages.seeds, pages.seed_fields)
