"""The embedded search index: tantivy, in a folder of the data directory."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import orjson
from tantivy import Document, Index, IndexWriter, Searcher

from fair4ml.write.search_document import search_document, searched_text
from mlentory_crawl.changes import Change, Position, Refusal
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.stores.errors import error_message
from mlentory_crawl.stores.search.clauses import check_query
from mlentory_crawl.stores.search.hints import SUGGESTION_HITS, highlight, suggestion
from mlentory_crawl.stores.search.query import SearchQuery, SearchResult
from mlentory_crawl.stores.search.tantivy import results
from mlentory_crawl.stores.search.tantivy.index import (
    KEY,
    POSITION,
    SOURCE,
    check_readable,
    committed,
    document,
    is_readable,
    made,
    prepared,
    schema,
    usable,
)
from mlentory_crawl.stores.search.tantivy.keys import HeldKeys
from mlentory_crawl.stores.search.tantivy.permissions import can_be_locked, keep_readable, snapshot
from mlentory_crawl.stores.search.tantivy.query import text_query, whole_query

COMMIT_DOCUMENTS = 20_000
"""A commit makes what was written durable and visible; tantivy wants them rare."""

COMMIT_SECONDS = 10.0

COMMIT_BYTES = 50_000_000
"""tantivy keeps up to 10,000 documents waiting, however long they are; a commit takes them in."""

LOCK_WAIT = 10.0
"""Seconds to wait for the lock of an earlier process that is still ending."""

HEAP_BYTES = 64_000_000


class TantivyStore:
    """A tantivy index of search documents, each under its catalog key.

    Writing takes the lock of the index (`open`); `search` and `counts` take none and work beside a writing process.

    Args:
        directory: the folder of the index; made if it does not exist.
    """

    backend = "tantivy"
    batch_size = 1000
    kinds: frozenset[str] | None = None

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._index: Index | None = None
        self._writer: IndexWriter | None = None
        self._made: tuple[int, int] | None = None
        self._peeked: tuple[tuple[int, int] | None, Position | None, int] | None = None
        self._durable: Position | None = None
        self._replaces = False
        self._commit_due = 0.0
        self._keys = HeldKeys()
        self.equal = 0
        self._nothing_pending()

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """The store of the data directory that the settings name."""
        return cls(Path(settings["MLENTORY_DATA_DIR"]) / "search")

    def _nothing_pending(self) -> None:
        self._pending: Position | None = None
        self._uncommitted = 0
        self._uncommitted_bytes = 0
        self._keys.reset()

    # Writing

    def open(self) -> Position | None:
        """Take the index for writing; one that is damaged or of another layout is emptied, to be filled anew.

        Raises:
            StoreError: another process writes it, or the folder is something else.
        """
        with self._store_errors():
            self._index = usable(self._directory)
            keep_readable(self._directory)
            self._writer = self._acquire(self._index)
            self._durable = results.position(self._searcher())
        return self._durable

    def write(self, changes: Sequence[Change], position: Position) -> list[Refusal]:
        """Replace or delete the document of each change's key.

        A change is refused when its search document holds what the index cannot, such as an integer outside 64 bits;
        the document from before it stays.
        """
        if self._is_commit_due():
            # Not after a batch but before the next one: by then the caller has noted what was refused.
            self.flush()
        writer = self._open_writer()
        refusals = []
        taken: list[tuple[str, bool]] = []
        with self._store_errors():
            keep_readable(self._directory)  # merges go on by themselves
            for change in changes:
                entry, stored, text = None, b"", None
                if change.state is not None and change.deleted_at is None:
                    try:
                        source, text = search_document(change.state), searched_text(change.state)
                        stored = orjson.dumps(source)
                        entry = document(change.key, source, stored, text)
                    except Exception as error:  # noqa: BLE001  (whatever is wrong with it, its neighbors are taken)
                        refusals.append(Refusal(change.key, error_message(error)))
                        continue
                writer.delete_documents_by_term(KEY, change.key)
                taken.append((change.key, entry is not None))
                if entry is not None:
                    writer.add_document(entry)
                    self._uncommitted_bytes += len(stored) + len(text or "")
            self.equal = self._keys.absent(taken, lambda: None if self._replaces else self._searcher())
        if self._pending is None:
            self._commit_due = time.monotonic() + COMMIT_SECONDS
        self._pending = position
        self._uncommitted += len(changes)
        return refusals

    def _is_commit_due(self) -> bool:
        return self._pending is not None and (
            self._uncommitted >= COMMIT_DOCUMENTS
            or self._uncommitted_bytes >= COMMIT_BYTES
            or time.monotonic() >= self._commit_due
        )

    def flush(self) -> Position | None:
        """Commit what was written, in one step with the position; between `clear` and `publish` nothing is durable."""
        if self._pending is not None and not self._replaces:
            self._commit()
        return self._durable

    def _commit(self) -> None:
        writer = self._open_writer()
        with self._store_errors():
            if self._pending is not None:
                writer.delete_documents_by_term(POSITION, POSITION)
                marked = {POSITION: POSITION, SOURCE: orjson.dumps(asdict(self._pending))}
                writer.add_document(Document.from_dict(marked, schema()))
            writer.commit()
            keep_readable(self._directory)
        self._durable = self._pending
        self._nothing_pending()

    def clear(self) -> None:
        """Delete all documents and the position, for now without a commit: readers go on with the last one."""
        writer = self._open_writer()
        with self._store_errors():
            writer.rollback()
            writer.delete_all_documents()
        self._durable = None
        self._replaces = True
        self._nothing_pending()

    def publish(self) -> None:
        """Commit what replaces the documents of before."""
        if self._replaces:
            self._replaces = False
            self._commit()

    def close(self) -> None:
        """Release the lock; uncommitted changes are dropped."""
        writer, self._writer, self._index = self._writer, None, None
        self._replaces = False
        self._nothing_pending()
        if writer is not None:
            # A writer that failed has said so before.
            with contextlib.suppress(ValueError, RuntimeError, OSError):
                writer.rollback()
                # Otherwise the merges of the last commits are given up half done, and begun again by the next process.
                writer.wait_merging_threads()
                keep_readable(self._directory)

    def _open_writer(self) -> IndexWriter:
        if self._writer is None:
            raise StoreError("the search index is not open for writing")
        return self._writer

    def _acquire(self, index: Index) -> IndexWriter:
        deadline = time.monotonic() + LOCK_WAIT
        while True:
            try:
                return index.writer(HEAP_BYTES, num_threads=1)
            except ValueError as error:
                if "LockBusy" not in str(error):
                    raise
                if time.monotonic() >= deadline:
                    raise StoreError(f"another process is writing to the search index in {self._directory}") from error
            time.sleep(0.1)

    @contextlib.contextmanager
    def _store_errors(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, RuntimeError, OSError) as error:
            raise StoreError(f"the search index in {self._directory} failed: {error_message(error)}") from error

    # Reading

    def peek(self) -> tuple[Position | None, dict[str, int]]:
        """Position and counts as of the last commit; no position where no index is, or none of this version."""
        if self._index is None and not is_readable(self._directory):
            return None, {"documents": 0}
        with self._store_errors():
            # A service looks before each search: what the last commit holds is read once.
            commit = committed(self._directory)
            if commit is None or self._peeked is None or self._peeked[0] != commit:
                searcher = self._searcher()
                position = results.position(searcher)
                self._peeked = commit, position, results.documents(searcher, position)
            _, position, documents = self._peeked
            return position, {"documents": documents}

    def counts(self) -> dict[str, int]:
        """The number of documents that a search can find."""
        with self._store_errors():
            searcher = self._searcher()
            return {"documents": results.documents(searcher, results.position(searcher))}

    def search(self, query: SearchQuery) -> SearchResult:
        """Find documents as of the last commit, whoever made it.

        A document must have every word of the text in one of its fields; only if no document has, words of five letters
        and more may have one typing error. Relevance rises with downloads, and models come before other entities.
        ``score`` is None where the order is not relevance.
        """
        check_query(query)
        text = text_query(query.text)
        whole = whole_query(text, query)
        with self._store_errors():
            searcher = self._searcher()
            suggested = None
            total, hits = results.hits(searcher, whole, query)
            if total == 0 and query.text and results.count(searcher, text) == 0:
                text = text_query(query.text, typos=True)
                whole = whole_query(text, query)
                total, hits = results.hits(searcher, whole, query)
                if total:
                    best = SearchQuery(query.text, size=SUGGESTION_HITS)
                    suggested = suggestion(query.text, results.hits(searcher, whole, best)[1])
            if query.highlight:
                hits = [hit | {"highlight": highlight(suggested or query.text, hit)} for hit in hits]
            facets, bars = results.facets(searcher, text, query), results.histograms(searcher, text, query)
            return SearchResult(total, hits, facets, suggested, histograms=bars)

    def _searcher(self) -> Searcher:
        if self._index is None or (self._writer is None and self._made != made(self._directory)):
            self._index, self._made = None, made(self._directory)
            check_readable(self._directory)
            if not can_be_locked(self._directory):
                return snapshot(self._directory)
            self._index = prepared(Index.open(str(self._directory)))
        self._index.reload()
        return self._index.searcher()
