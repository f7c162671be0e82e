"""Catching up: a store follows the catalog in the order of its sequence numbers."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlentory_crawl.catalog.feed import Feed
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.refusals import Refusals
from mlentory_crawl.changes import Change, Position, Refusal
from mlentory_crawl.exceptions import StoreError
from mlentory_crawl.stores.protocol import Store

FLUSH_SECONDS = 10.0
ERRORS = 10
"""Refusals of which the store's message is kept."""


@dataclass(slots=True)
class ProjectionProgress:
    """The progress of a projection.

    Attributes:
        written: changes that the store took, since the beginning, without those that it had already.
        failed: changes that it refuses at present.
        position: the sequence number up to which it is complete and durable.
        backlog: changes that are still to come, and those refused.
        errors: the store's messages about the first of the refused ones, by catalog key.
        counts: the store's own counts of what it holds.
        rss_mb: the peak memory of the process.
        processor_seconds: the processor time of the process.
    """

    backend: str
    written: int = 0
    failed: int = 0
    position: int = 0
    backlog: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    rss_mb: float = 0.0
    processor_seconds: float = 0.0

    def measure(self) -> None:
        """Note the memory and the time that the process has used."""
        self.rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.processor_seconds = time.process_time()


class StoreProjection:
    """Feeds one store from the catalog, strictly in the order of sequence numbers.

    Args:
        name: the projection's name.
        store: its store.
        data_dir: the data directory.
    """

    def __init__(self, name: str, store: Store, data_dir: Path) -> None:
        self._store = store
        self._reader = CatalogReader(data_dir)
        self._feed = Feed(self._reader)
        self._refusals = Refusals(data_dir, name)
        self._refused_anew: set[str] | None = None  # only while the store is being filled beside its old documents
        self._at = 0
        self._settled = 0  # up to this sequence number no entity was left to a later change
        self._read_again = self._owed = 0
        self._caught_up_at = time.monotonic()
        self._flushed_at = time.monotonic()
        self.progress = ProjectionProgress(store.backend)

    def open(self, *, rebuild: bool = False) -> None:
        """Open the store, and begin to fill it again if it cannot be continued.

        Args:
            rebuild: fill it again in any case, even if it belongs to another catalog.

        Raises:
            StoreError: the store cannot be used, or belongs to another catalog.
        """
        position = self._store.open()
        if position is not None and position.catalog != self._reader.id and not rebuild:
            raise StoreError(
                f"the {self._store.backend} store belongs to another catalog ({position.catalog[:8]}, this one is"
                f" {self._reader.id[:8]}); to replace its contents, run: mlentory sync --rebuild"
            )
        if rebuild or position is None or not self._feed.knows(position):
            if rebuild or position is not None:
                self._store.clear()
                self._refused_anew = set()
            else:
                self._refusals.clear()
            position = None
        self._at = position.sequence if position else 0
        self.progress.position = self._at
        if self._refused_anew is None:
            self._retry_refused()

    def _retry_refused(self) -> None:
        keys = self._refusals.keys()
        self.progress.failed = len(keys)
        for start in range(0, len(keys), self._store.batch_size):
            self._write(self._feed.changes_of(keys[start : start + self._store.batch_size]), self._at)

    def is_due(self) -> bool:
        """Check whether enough records have changed to justify reading the records that they are merged with.

        An entity with many records is merged from all of them whenever one of them changes. Waiting until as many
        records have changed as had to be read again the last time keeps the total to a few reads for each record.
        """
        waiting = self._reader.last_sequence() - self._at
        return waiting >= self._owed or time.monotonic() - self._caught_up_at > FLUSH_SECONDS

    def step(self) -> bool:
        """Write the next batch; False when there is none."""
        store = self._store
        changes, upto, read_again = self._feed.changes(self._at, store.batch_size, self._settled, store.kinds)
        more = upto > self._at
        if more:
            self._write(changes, upto)
            self._at = upto
            self._read_again += read_again
            self._owed = 0
        else:
            self._caught_up()
        if time.monotonic() - self._flushed_at > FLUSH_SECONDS:
            self.flush()
        return more

    def _caught_up(self) -> None:
        self._settled = self._at
        self._caught_up_at = time.monotonic()
        if self._read_again:
            self._owed, self._read_again = self._read_again, 0
        if self._refused_anew is not None:
            self._publish(self._refused_anew)

    def _publish(self, refused: set[str]) -> None:
        self._store.publish()
        self._refusals.update(set(self._refusals.keys()) - refused, [], self._at)
        self._refused_anew = None

    def _write(self, changes: Sequence[Change], upto: int) -> None:
        refused = self._store.write(changes, self._feed.position_at(upto))
        # Before the position becomes durable, so that no refusal is ever lost.
        keys = {refusal.key for refusal in refused}
        taken = [change.key for change in changes if change.key not in keys]
        if self._refused_anew is not None:
            self._refused_anew = self._refused_anew.difference(taken) | keys
            # Earlier refusals belong to the old documents, which stay if the new ones are never published.
            self._refusals.update([], refused, upto)
            self.progress.failed = len(self._refused_anew)
        elif refused or self.progress.failed:
            self._refusals.update(taken, refused, upto)
            self.progress.failed = len(self._refusals.keys())
        self._keep_errors(taken, refused)
        self.progress.written += len(taken) - self._store.equal

    def _keep_errors(self, taken: Sequence[str], refused: Sequence[Refusal]) -> None:
        errors = self.progress.errors
        for key in taken if errors else ():
            errors.pop(key, None)
        for refusal in refused:
            if len(errors) < ERRORS or refusal.key in errors:
                errors[refusal.key] = refusal.error

    def flush(self) -> ProjectionProgress:
        """Make the written changes durable, and measure the progress."""
        position: Position | None = self._store.flush()
        self._flushed_at = time.monotonic()
        behind = self._reader.last_sequence() - (position.sequence if position else 0)
        self.progress.position = position.sequence if position else 0
        self.progress.backlog = behind + self.progress.failed
        self.progress.counts = self._store.counts()
        self.progress.measure()
        return self.progress

    def catch_up(self, on_batch: Callable[[ProjectionProgress], None] | None = None) -> ProjectionProgress:
        """Write everything that the catalog has.

        Args:
            on_batch: called after each batch.
        """
        while self.step():
            if on_batch is not None:
                on_batch(self.progress)
        return self.flush()

    def close(self) -> None:
        """Release the store and the catalog."""
        self._store.close()
        self._refusals.close()
        self._reader.close()
