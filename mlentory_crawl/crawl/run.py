"""One run of a spider: the way of its pages to the catalog, its cursor and its report."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.crawl.batch import Batch
from mlentory_crawl.crawl.cursor import RunCursor
from mlentory_crawl.crawl.outcomes import Asked
from mlentory_crawl.crawl.pages import OpenPages
from mlentory_crawl.crawl.report import Report
from mlentory_crawl.data_directory import locked, now
from mlentory_crawl.erasure.redactor import MARKERS, Redactor
from mlentory_crawl.exceptions import CatalogError

if TYPE_CHECKING:
    from mlentory_crawl.catalog.commits import Answer, Missing
    from mlentory_crawl.crawl.plan import CrawlPlan
    from mlentory_crawl.items import Page, RawRecord

logger = logging.getLogger(__name__)

COMMIT_RECORDS = 1_000
COMMIT_SECONDS = 2.0


class Run:
    """Stores each page as a whole once all of its records have ended, together with its counts and the cursor.

    After a kill, the same command fetches again what was not stored.

    Args:
        data_dir: the data directory, which the run locks until it is closed.
        planned: makes the plan, given the contents of the catalog.

    Attributes:
        pages: the pages with records that have not ended.
        repeated: the number of consecutive pages, up to the last one, that held only duplicates, for each list.
        broken: the reason why the catalog can no longer be written, if so.
        left: the reasons why seeds are left for the same command to go on with.
        before_commit: called before the report is stored.

    Raises:
        DataDirectoryLocked: another run holds the data directory.
        CatalogError: the catalog cannot be opened.
    """

    def __init__(self, data_dir: Path, planned: Callable[[CatalogWriter], CrawlPlan]) -> None:
        self.data_dir = data_dir
        self._held = ExitStack()
        self._held.enter_context(locked(data_dir))
        self.catalog = CatalogWriter(data_dir)
        self.plan = plan = planned(self.catalog)
        self.redactor = Redactor(self.catalog.marks(), plan.platform)
        self.before_commit: Callable[[], None] = lambda: None
        self.repeated: Counter[str] = Counter()
        self.broken: str | None = None
        self.left: set[str] = set()
        self._pending = Batch()
        self._committed_at = time.monotonic()
        resumed = self.catalog.runs.resumable(plan.key()) if plan.resumable else None
        if resumed:
            self.id, self.name, before, saved = resumed
            self.report = Report.resumed(before, plan.job, plan.settings)
            self._reopen()
        else:
            self.name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}_{secrets.token_hex(4)}"
            self.report = report = Report.begun(self.name, plan)
            self.id = self.catalog.runs.open(
                self.name, plan.platform, plan.mode, plan.key(), report.started_at, report.json(), plan.instance
            )
            owed = self.catalog.runs.owed(plan.platform, plan.instance) if plan.ordered else []
            saved = {"owed": owed} if owed else None
        self.cursor = RunCursor(saved, ordered=plan.ordered)
        self.pages = OpenPages(ordered=plan.ordered, first=self.cursor.first_page, on_finished=self._store_finished)

    def open_page(self, page: Page, *asked: Asked) -> None:
        """Announce a page before its records are sent on.

        Args:
            page: the page.
            asked: the outcomes of the targets that the page answers.
        """
        keys = list(dict.fromkeys(page.keys))
        known = self.catalog.lookup(self.id, page.platform, keys)
        claimed = self.catalog.quarantined(self.id, page.platform, keys)
        claimed |= {key for key, found in known.items() if found.seen}
        self.pages.open(page, known, claimed, asked)

    def read_seeds(self, source: str, fields: Mapping[str, str]) -> None:
        """Note that a source of seeds was read.

        Args:
            source: the name of the source.
            fields: the type of each of its fields, by name.
        """
        self._pending.commit.seed_fields[source] = fields

    def _reopen(self) -> None:
        """Ask again for the seeds that have failed so far."""
        if failed := self.catalog.seeds.failed(self.id):
            self.report.count_asked(None, ["failed"], -failed)
            self.catalog.reopen(self.id, self.report.json())

    def end_seed(self, asked: Asked) -> None:
        """Note the outcome of a seed for which no request is sent."""
        self._pending.ask(asked, None)
        if len(self._pending.commit.seeds) >= COMMIT_RECORDS:
            self.commit()

    def withholds(self, record: RawRecord) -> bool:
        """Check whether a record is about an erased entity, also under a new name."""
        if not self.redactor:
            return record.payload in MARKERS
        if self.redactor.has(record.url, record.payload):
            self._note_name(record)
            return True
        return False

    def _note_name(self, record: RawRecord) -> None:
        found = self.redactor.about(record.url, record.payload)
        if found is not None and found[1].iri not in self.redactor.marks.iris:
            self._pending.commit.erased.append(found[1].iri)

    def _store_finished(self) -> None:
        for ready in self.pages.take_finished():
            self._pending.add(ready)
            page = ready.page
            if page.walk is not None and page.keys:
                duplicates = sum(counts["duplicate"] for counts in ready.records.values())
                is_repeated = duplicates == len(page.keys)
                self.repeated[page.walk] = self.repeated[page.walk] + 1 if is_repeated else 0
            self.cursor.advance(page)
        if self._pending.size >= COMMIT_RECORDS or time.monotonic() - self._committed_at > COMMIT_SECONDS:
            self.commit()

    def archived(self, answer: Answer) -> None:
        """Note a response that was put into the archive."""
        self._pending.commit.answers.append(answer)

    def commit(self) -> None:
        """Store the finished pages; never raises: a failure is kept in `broken`."""
        self._committed_at = time.monotonic()
        if self.broken or not self._pending:
            return
        batch, self._pending = self._pending, Batch()
        self.pages.committed(batch.keys)
        batch.count(self.report)
        pending, marked = batch.commit, self.redactor.marks.iris
        # An erased entity that was found under another name has one more name to mark.
        pending.erased += [each.iri for each in pending.lookups if each.found in marked]
        pending.lookups = [each for each in pending.lookups if each.found not in marked]
        self.before_commit()
        pending.report = self.report.json()
        pending.cursor = self.cursor.json()
        try:
            self.catalog.commit(self.id, pending)
            if pending.erased:
                self.redactor = Redactor(self.catalog.marks(), self.report.platform)
        except CatalogError as error:
            self.broken = str(error)
            cause = error.__cause__
            logger.error(error, exc_info=cause if not isinstance(cause, sqlite3.Error) else None)
            batch.count_failed(self.report)

    def keep_counts(self) -> None:
        """Store the current counts in the catalog, even if no page is finished; never raises.

        This way a killed run and its continuation share one report.
        """
        if self._pending:
            self.commit()
        elif not self.broken:
            self.before_commit()
            try:
                self.catalog.runs.save_report(self.id, self.report.json())
            except CatalogError as error:
                self.broken = str(error)
                logger.error(error)

    def settle(self, missed: Iterable[int], gone: Collection[Missing]) -> None:
        """Store which records a census did not find; never raises: a failure is kept in `broken`.

        Args:
            missed: row ids of the live records that it did not find.
            gone: the deleted ones among them.
        """
        deleted = Counter(record.kind for record in gone)
        self._count_deleted(deleted, 1)
        at = now()
        try:
            ids = [record.id for record in gone]
            self.catalog.census.settle(self.id, at, list(missed), ids, self.report.json())
        except CatalogError as error:
            self.broken = str(error)
            logger.error(error)
            self._count_deleted(deleted, -1)

    def _count_deleted(self, by_kind: Mapping[str, int], times: int) -> None:
        counts = {kind: {"deleted": count * times} for kind, count in by_kind.items()}
        self.report.count_records(self.plan.platform, counts)

    @property
    def owes_as_before(self) -> bool:
        """True if nothing is missing but what could not be fetched before either (`RunCursor.owes_as_before`)."""
        return self.cursor.owes_as_before(sum(counts["failed"] for counts in self.report.lookups.values()))

    def close(self) -> None:
        """Release the catalog and the data directory."""
        with self._held:
            self.catalog.close()
