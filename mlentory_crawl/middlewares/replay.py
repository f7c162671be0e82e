"""Answers requests from the archive of an earlier run, never from the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import TextResponse

from mlentory_crawl.archive.bodies import body_of
from mlentory_crawl.archive.store import INDEX, entries, place_of
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.exceptions import MlentoryError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class ReplayMiddleware:
    """Gives each request the answer that it had in the run that ``REPLAY_RUN`` names.

    Raises:
        MlentoryError: the run has left no answers.
        IgnoreRequest: the run had no such answer, or it is damaged.
    """

    def __init__(self, raw: Path, platform: str, name: str) -> None:
        self._raw = raw
        index = raw / platform / name / INDEX
        if not index.exists():
            raise MlentoryError(f"the archive has no responses of run {name}")
        found, self._damaged = entries(index)
        self._entries = {entry["place"]: entry for entry in found}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        folder, name = crawler.settings.get("REPLAY_FROM"), crawler.settings.get("REPLAY_RUN")
        if not (folder and name and (run := run_of(crawler)).plan.asks):
            raise NotConfigured
        refused = [each for each in (crawler.settings.get("REPLAY_REFUSED") or "").split(",") if each]
        run.report.refused_fields += refused
        return cls(Path(folder) / "raw", run.plan.platform, name)

    def process_request(self, request: Request) -> Response:
        entry = self._entries.get(place_of(request))
        if entry is None:
            damaged = f" ({self._damaged} lines of its index are damaged)" if self._damaged else ""
            raise IgnoreRequest(f"the archive has no response to {request.url}{damaged}")
        path = self._raw / entry["file"]
        body = body_of(path, entry["sha256"])
        if body is None:
            raise IgnoreRequest(f"{entry['file']} is {'damaged' if path.exists() else 'missing'} in the archive")
        return TextResponse(
            entry["url"], status=entry["status"], headers=entry["headers"], body=body, encoding="utf-8", request=request
        )
