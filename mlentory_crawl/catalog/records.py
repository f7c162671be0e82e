"""The table of records, whose rows change together with versions, links, field counts and sequence numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from fair4ml.document import Document
from fair4ml.document_changes import tombstone
from mlentory_crawl.catalog.aliases import AliasTable
from mlentory_crawl.catalog.codec import encode, pack, unpack
from mlentory_crawl.catalog.commits import Entry
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.field_counts import FieldCounts
from mlentory_crawl.catalog.likeness import Likeness
from mlentory_crawl.catalog.links import Links
from mlentory_crawl.catalog.sequence import SequenceNumbers
from mlentory_crawl.catalog.sql import among, array, elements, insert, insert_missing, update, upsert, with_member
from mlentory_crawl.catalog.value_counts import ValueCounts

NO_RUN = 0
"""The run of a blank row; queries for records join their runs, so blank rows are never shown."""
PUBLISHED_MOVE = 0.1
"""The share of its published value by which a counter has to change to be published again."""

_INSERT = insert(
    "record",
    "id platform kind instance key iri hash sequence run modified deleted_at document provenance digest issues"
    " missed_by",
)
_KEEP_VERSION = insert_missing("version", "record run iri document provenance")
_SET_COUNTERS = upsert("counter", "record", "observed published")


class Row(NamedTuple):
    """A record as it was last stored.

    Attributes:
        id: the row id.
        packed: its document, packed by `codec.pack`.
        provenance: its provenance, as JSON.
    """

    id: int
    platform: str
    kind: str
    key: str
    run: int
    iri: str
    deleted_at: str | None
    packed: bytes
    provenance: str

    def document(self) -> Document:
        """Return the unpacked document."""
        document: Document = unpack(self.packed)
        return document


_ROW = "r.id, r.platform, r.kind, r.key, r.run, r.iri, r.deleted_at, r.document, r.provenance"


class RecordTable:
    """Writes records, inside a transaction of the catalog's writer.

    Args:
        database: the catalog.
        numbers: the sequence numbers.
        links: the entities and edges.
        fields: the counts of records by field.
        values: the counts of records by value.
        aliases: the other names of entities.
        likeness: the index of texts.
    """

    def __init__(
        self,
        database: Database,
        numbers: SequenceNumbers,
        links: Links,
        fields: FieldCounts,
        values: ValueCounts,
        aliases: AliasTable,
        likeness: Likeness,
    ) -> None:
        self._database = database
        self._numbers = numbers
        self._links = links
        self._fields = fields
        self._values = values
        self._aliases = aliases
        self._likeness = likeness
        self._next: int | None = None
        database.after_rollback(self._reset)

    def _reset(self) -> None:
        self._next = None

    # Rows

    def rows(self, ids: Iterable[int]) -> Iterator[Row]:
        """Return rows by their ids."""
        sql = f"SELECT {_ROW} FROM {elements('ids')} AS j CROSS JOIN record AS r WHERE r.id = j.value"
        return map(Row._make, self._database.execute(sql, {"ids": array(ids)}).fetchall())

    def about(self, iris: Iterable[str]) -> list[Row]:
        """Return the rows about entities, without blank ones."""
        sql = f"SELECT {_ROW} FROM record AS r WHERE r.iri IN {among('iris')} AND r.run <> {NO_RUN}"
        return [Row(*row) for row in self._database.execute(sql, {"iris": array(iris)}).fetchall()]

    def others(self, iris: Iterable[str]) -> Iterator[Row]:
        """Return the rows about all other entities; the table must not change meanwhile."""
        sql = f"SELECT {_ROW} FROM record AS r WHERE r.iri NOT IN {among('iris')}"
        return map(Row._make, self._database.execute(sql, {"iris": array(iris)}))

    # Storing records

    def insert(self, run: int, entries: Sequence[Entry]) -> list[int]:
        """Add new records; return their row ids."""
        ids = self._new_ids(len(entries))
        self._database.executemany(
            _INSERT,
            [
                (i, e.platform, e.kind, e.instance, e.key, e.iri, e.hash, self._numbers.next(), run, e.modified, None,
                 pack(e.text), _provenance(e), e.digest, _issues(e), None)
                for i, e in zip(ids, entries, strict=True)
            ],
        )  # fmt: skip
        stated = [(i, _document(e)) for i, e in zip(ids, entries, strict=True)]
        for entry, (_, document) in zip(entries, stated, strict=True):
            self._fields.add(entry.platform, entry.kind, document["root"])
            self._values.add(entry.platform, entry.kind, document)
        self._links.add(stated)
        self._set_counters((i, e.counters, e.counters) for i, e in zip(ids, entries, strict=True) if e.counters)
        return ids

    def _new_ids(self, count: int) -> list[int]:
        if self._next is None:
            self._next = 1 + (self._database.execute("SELECT max(id) FROM record").fetchone()[0] or 0)
        ids = list(range(self._next, self._next + count))
        self._next += count
        return ids

    def replace(self, run: int, entries: Sequence[Entry]) -> None:
        """Replace the documents of records; a tombstone becomes live again."""
        known = {_known(entry): entry for entry in entries}
        for row in self.rows(known):
            entry = known[row.id]
            document = _document(entry)
            self._keep_version(row)
            before = self._restate(
                row,
                document,
                iri=entry.iri,
                hash=entry.hash,
                run=run,
                modified=entry.modified,
                deleted_at=None,
                document=pack(entry.text),
                provenance=_provenance(entry),
                digest=entry.digest,
                issues=_issues(entry),
                missed_by=None,
            )
            if row.deleted_at is None:
                self._fields.compare(row.platform, row.kind, before["root"], document["root"])
            if entry.iri != row.iri:
                self._aliases.renamed(run, row.iri, entry.iri)
        self._links.add((i, _document(entry)) for i, entry in known.items())
        self._set_counters((i, e.counters, e.counters) for i, e in known.items() if e.counters)

    def publish(self, entries: Iterable[Entry]) -> None:
        """Update the digests, issues and counters of records whose documents are unchanged."""
        moved = []
        for entry in entries:
            assert entry.known is not None
            if entry.digest != entry.known.digest:
                self._database.execute(
                    f"""UPDATE record SET digest = :digest, issues = :issues,
                        provenance = {with_member("provenance", "source", "source")} WHERE id = :id""",
                    {
                        "digest": entry.digest,
                        "issues": _issues(entry),
                        "source": entry.provenance["source"],
                        "id": entry.known.id,
                    },
                )
            if not entry.counters or orjson.dumps(entry.counters, option=orjson.OPT_SORT_KEYS) == entry.known.observed:
                continue
            published = orjson.loads(entry.known.published)
            if _moved(published, entry.counters):
                published = entry.counters
                self._numbers.renew([entry.known.id])
            moved.append((entry.known.id, entry.counters, published))
        self._set_counters(moved)

    def _set_counters(self, rows: Iterable[tuple[int, dict[str, int], dict[str, int]]]) -> None:
        def text(counters: dict[str, int]) -> str:
            return orjson.dumps(counters, option=orjson.OPT_SORT_KEYS).decode()

        self._database.executemany(_SET_COUNTERS, [(i, text(seen), text(shown)) for i, seen, shown in rows])

    # Removing records

    def bury(self, run: int, deleted_at: str, ids: Collection[int]) -> None:
        """Make tombstones of records, and of their platform's other records with the same keys about the same entities.

        Args:
            run: the census that did not find them.
            deleted_at: the time at which they were found to be gone (UTC).
            ids: their row ids.
        """
        rows = self._database.execute(
            f"""SELECT DISTINCT {_ROW} FROM {elements("ids")} AS j
                JOIN record AS found ON found.id = j.value
                JOIN record AS r ON r.iri = found.iri AND r.platform = found.platform AND r.key = found.key
                     AND r.deleted_at IS NULL""",
            {"ids": array(ids)},
        ).fetchall()
        for row in map(Row._make, rows):
            kept = tombstone(row.document())
            self._keep_version(row)
            self._restate(
                row, kept, **_content(kept), run=run, deleted_at=deleted_at, digest=None, issues=None, missed_by=None
            )
            self._links.add([(row.id, kept)])

    def blank(self, row: Row, deleted_at: str) -> None:
        """Reduce a record to a tombstone with IRI and class; its versions and counters are not removed here.

        Args:
            row: the row of the record.
            deleted_at: the time at which this was asked for (UTC).
        """
        root = {"iri": row.iri, "class": row.document()["root"]["class"]}
        husk: Document = {"root": root, "parts": [], "stubs": []}
        self._restate(
            row,
            husk,
            **_content(husk),
            run=NO_RUN,
            modified=None,
            deleted_at=deleted_at,
            provenance="{}",
            digest=None,
            issues=None,
            missed_by=None,
        )

    def rewrite(self, row: Row, document: Document) -> None:
        """Replace the document of a record without keeping a version of the old one."""
        self._restate(row, document, **_content(document), deleted_at=row.deleted_at)
        self._links.add([(row.id, document)])

    # One row

    def _keep_version(self, row: Row) -> None:
        self._database.execute(_KEEP_VERSION, (row.id, row.run, row.iri, row.packed, row.provenance))

    def _restate(self, row: Row, stated: Document, /, **columns: Any) -> Document:
        """Replace the document of a row, whose links are entered by the caller; return the old document.

        Args:
            row: the row before the change.
            stated: the new document.
            columns: the columns to write, including the packed document and the time of deletion.
        """
        before = row.document()
        self._links.remove(row.id, before)
        if "text" in before and "text" not in stated:
            self._likeness.drop([row.id])
        if row.deleted_at is None:
            self._fields.remove(row.platform, row.kind, before["root"])
            self._values.remove(row.platform, row.kind, before)
        if columns["deleted_at"] is None:
            self._fields.add(row.platform, row.kind, stated["root"])
            self._values.add(row.platform, row.kind, stated)
        columns["sequence"] = self._numbers.next()
        self._database.execute(update("record", *columns), {**columns, "id": row.id})
        return before


def _known(entry: Entry) -> int:
    assert entry.known is not None
    return entry.known.id


def _document(entry: Entry) -> Document:
    assert entry.document is not None
    return entry.document


def _content(document: Document) -> dict[str, bytes]:
    """Return the columns that hold a document."""
    text, digest = encode(document)
    return {"hash": digest, "document": pack(text)}


def _provenance(entry: Entry) -> str:
    return orjson.dumps(entry.provenance).decode()


def _issues(entry: Entry) -> str | None:
    return orjson.dumps(entry.issues).decode() if entry.issues else None


def _moved(published: Mapping[str, int], observed: Mapping[str, int]) -> bool:
    return published.keys() != observed.keys() or any(
        observed[name] != shown and abs(observed[name] - shown) >= PUBLISHED_MOVE * abs(shown)
        for name, shown in published.items()
    )
