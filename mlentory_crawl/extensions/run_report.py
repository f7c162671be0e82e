"""Opens the run before anything else, and reports when everything else is done."""

from __future__ import annotations

import asyncio
import logging
import resource
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import orjson
from scrapy import signals
from scrapy.utils.asyncio import create_looping_call

from mlentory_crawl.archive.prune import prune
from mlentory_crawl.config.values import endpoints
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.crawl.run import COMMIT_SECONDS
from mlentory_crawl.crawl.verdict import judge
from mlentory_crawl.crawl.web import RENDERING, WEB
from mlentory_crawl.data_directory import whole
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.exporters.feeds import LOST_ITEMS
from mlentory_crawl.extensions.outcome import outcome
from mlentory_crawl.extensions.terminal import Terminal
from mlentory_crawl.middlewares.quota import QuotaMiddleware
from mlentory_crawl.projections.garbage import collect_seldom

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from mlentory_crawl.crawl.plan import CrawlingSpider

logger = logging.getLogger(__name__)

ROBOTS_TXT = "robots.txt"
ENDED_BY_ITSELF = {"finished", "catalog_failed", "start_error"}


class CaughtErrors(logging.Handler):
    """Collects the errors that Scrapy only logs when a component fails at closing or at a signal.

    Attributes:
        messages: the errors, one line each.
    """

    _loggers = tuple(map(logging.getLogger, ("scrapy.core.engine", "scrapy.utils.signal")))

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def start(self) -> None:
        """Start collecting."""
        for each in self._loggers:
            each.addHandler(self)

    def stop(self) -> None:
        """Stop collecting."""
        for each in self._loggers:
            each.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.messages.append(f"{record.getMessage()}{f': {type(error).__name__}: {error}' if error else ''}")


class RunReport:
    """Counts requests, settles the verdict, and writes ``runs/<run>.json`` when the spider has closed."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.run = run_of(crawler)
        self.by_slot: Counter[str] = Counter()
        self.by_status: Counter[str] = Counter()
        self.by_host: Counter[str] = Counter()
        self.hosts_of_pages: set[str] = set()
        self.errors: list[str] = []
        self.closed: asyncio.Event | None = None
        self._caught_errors = CaughtErrors()
        self.counting: Any = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.request_reached_downloader, signals.request_reached_downloader)
        crawler.signals.connect(extension.response_downloaded, signals.response_downloaded)
        crawler.signals.connect(extension.spider_error, signals.spider_error)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        crawler.signals.connect(extension.engine_stopped, signals.engine_stopped)
        return extension

    async def engine_stopped(self) -> None:
        # A signal that comes while the spider is closing would end the process before the stores have finished.
        if self.closed is not None:
            await self.closed.wait()

    def spider_opened(self) -> None:
        self.closed = asyncio.Event()
        self._caught_errors.start()
        # After a kill, the report in the catalog still has the requests up to then.
        self.run.before_commit = self._count_requests
        self.counting = create_looping_call(self.run.keep_counts)
        self.counting.start(COMMIT_SECONDS, now=False)
        collect_seldom()

    def request_reached_downloader(self, request: Request) -> None:
        if request.meta.get(RENDERING):
            return  # to nobody: what a page asks for is requested by itself
        self.by_slot[request.meta.get("download_slot", "default")] += 1
        host = _host(request.url)
        self.by_host[host] += 1
        if request.meta.get(WEB):
            self.hosts_of_pages.add(host)

    def response_downloaded(self, response: Response, request: Request) -> None:
        if not request.meta.get(RENDERING):
            self.by_status[str(response.status)] += 1

    def spider_error(self, failure: Any) -> None:
        self.errors.append(f"the spider failed: {type(failure.value).__name__}: {failure.value}")

    def spider_closed(self, spider: CrawlingSpider, reason: str) -> None:
        report = self.run.report
        path = self.run.data_dir / "runs" / f"{self.run.name}.json"
        if self.counting is not None:
            self.counting.stop()
        try:
            with self._failures_reported():
                self._settle(spider, reason)
            with self._failures_reported():
                self._write_files(path)
            # Last, so that the report has the errors of the earlier steps.
            with self._failures_reported():
                if not self.run.broken:
                    self.run.catalog.runs.save_report(self.run.id, report.json())
            self._tell(path.name)
            with self._failures_reported():
                self.run.close()
        finally:
            self._caught_errors.stop()
            if self.closed is not None:
                self.closed.set()

    @contextmanager
    def _failures_reported(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001  after any error, the run is not complete
            message = str(error) if isinstance(error, MlentoryError) else f"{type(error).__name__}: {error}"
            logger.error("The run could not be closed: %s", message)
            self.run.report.fail(f"the run could not be closed: {message}")

    def _settle(self, spider: CrawlingSpider, reason: str) -> None:
        run, report = self.run, self.run.report
        self._count_requests()
        self.errors += self._caught_errors.messages
        left = [*spider.failures[:10], *sorted(run.left)[:10]]
        report.problems += [*([run.broken] if run.broken else []), *left, *self.errors[:10]]
        report.finish_reason = reason
        report.processor_seconds["crawl"] += time.process_time()
        finished_at = report.finish()
        report.peak_rss_mb += resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        for suspicion in run.catalog.fields.suspicions():
            report.suspicions.append(suspicion)
        report.fields = run.catalog.fields.shares()
        at_end = reason == "finished" and not (len(run.pages) or run.broken or self.errors)
        report.domains, report.states = run.catalog.seeds.counts(run.id)
        complete = at_end and not (spider.failures or run.left)
        if is_closed := at_end and not complete and run.owes_as_before:
            report.again = "requests what is missing"
        census = spider.listed if complete and report.coverage == "census" else None
        judge(
            report,
            interrupted=reason not in ENDED_BY_ITSELF,
            complete=complete,
            census=census,
            previous_census=run.catalog.runs.last_census(spider.name, run.plan.instance),
        )
        if lost := self.crawler.stats.get_value(LOST_ITEMS, 0):
            report.fail(f"{lost} records could not be written to a feed")
        if complete or is_closed:
            run.catalog.runs.complete(run.id, finished_at, watermark=spider.watermark, census=census)
        if complete:
            prune(run.data_dir / "raw", run.catalog, spider.name, self.crawler.settings.getint("RAW_KEEP_RUNS"))
        if not run.broken:
            run.catalog.values.keep(run.id, finished_at)

    def _write_files(self, path: Path) -> None:
        _write(path, [orjson.dumps(self.run.report.told(), option=orjson.OPT_INDENT_2)])
        seeds = [orjson.dumps(seed) for seed in self.run.catalog.seeds.ended(self.run.id)]
        if seeds:
            _write(path.with_suffix(".seeds.jsonl"), seeds)

    def _count_requests(self) -> None:
        retried = self.crawler.stats.get_value("retry/count", 0)
        quota = self.crawler.get_downloader_middleware(QuotaMiddleware)
        waited = quota.waited if quota else 0.0
        allowed = quota.allowed() if quota else {}
        self.run.report.count_requests(
            dict(self.by_slot), dict(self.by_status), self._rules(), retried, waited, allowed
        )

    def _rules(self) -> dict[str, tuple[int, str]]:
        """The number of requests to each host, and the rule that allowed them."""
        settings = self.crawler.settings
        apis = {_host(address): platform for platform, address in endpoints(settings).items()}
        rules = {host: f"documented API of {platform}" for host, platform in apis.items()}
        if settings.getbool("ROBOTSTXT_OBEY"):  # Scrapy then fetches it from every host
            rules = dict.fromkeys(self.by_host, ROBOTS_TXT)
        if settings.get("SPLASH_URL"):
            rules[_host(settings["SPLASH_URL"])] = "renders pages (SPLASH_URL)"
        for host in self.hosts_of_pages:
            rules[host] = f"{rules[host]}, {ROBOTS_TXT} for pages" if host in apis else ROBOTS_TXT
        return {host: (count, rules.get(host, "an API redirected there")) for host, count in self.by_host.items()}

    def _tell(self, file: str) -> None:
        told = self.run.report.told()
        terminal = self.crawler.get_extension(Terminal)
        if terminal is not None and terminal.shows_outcome:
            feeds = map(str, self.crawler.settings.getdict("FEEDS"))
            terminal.show(outcome(told, self.run.report.again, self.run.data_dir, feeds))
            if terminal.has_log:
                return
        self._log(told, file)
        if told["verdict"] == "stopped":  # no problem says it
            logger.info("Next: the same command %s", self.run.report.again)

    @staticmethod
    def _log(told: dict[str, Any], file: str) -> None:
        records = ", ".join(f"{count} {name}" for name, count in told["records"].items() if count)
        logger.info("Run %s: %s (%s) in %.1f s", told["run_id"], told["verdict"], told["coverage"], told["seconds"])
        logger.info("Records: %s", records or "none")
        if told["requested"]["asked"]:
            logger.info(
                "Requested: %s", ", ".join(f"{count} {name}" for name, count in told["requested"].items() if count)
            )
        for name, counts in told["lookups"].items():
            shown = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
            logger.info("Looked up %s: %s", name, shown)
        for name, projection in told["projections"].items():
            logger.info(
                "Projection %s: %s written, %s failed, backlog %s",
                name, projection.get("written", 0), projection.get("failed", 0), projection.get("backlog", 0),
            )  # fmt: skip
        if told["field_issues"]:
            logger.info("Values left out: %d (see field_issues in runs/%s)", sum(told["field_issues"].values()), file)
        for problem in told["problems"]:
            logger.error("Problem: %s", problem)


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _write(path: Path, lines: Iterable[bytes]) -> None:
    with whole(path) as file:
        file.writelines(line + b"\n" for line in lines)
