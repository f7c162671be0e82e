"""Checks that ask others: the catalog, the stores, and the platforms' APIs for their quota and clock."""

from __future__ import annotations

import http.client
import time
from collections.abc import Collection, Iterator, Mapping
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from scrapy.http import Headers, Request as ScrapyRequest
from scrapy.settings import Settings

from mlentory_crawl.catalog.queries.status import CatalogStatus
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.face import Catalog, Status
from mlentory_crawl.health.finding import Finding, State
from mlentory_crawl.middlewares.quota import Slot
from mlentory_crawl.spiders import platforms

SECTIONS = ("elasticsearch", "mongodb", "neo4j", "search")
"""The projections that have a section of their own, by backend or by name; the others share one."""
TIMEOUT = 10.0
CLOCK_NOTE, CLOCK_PROBLEM = 5.0, 60.0
"""Differences of clocks in seconds from which they are told, and from which certificates and quotas may fail."""


def read_status(settings: Mapping[str, Any]) -> Status | Finding:
    """Return the state of the catalog and its projections, or the finding that there is none that can be read."""
    try:
        with Catalog(settings) as catalog:
            return catalog.status()
    except MlentoryError as error:
        is_there = (Path(settings["MLENTORY_DATA_DIR"]) / CATALOG).exists()
        return Finding("catalog", "problem" if is_there else "note", str(error))


def check_stores(status: Status) -> Iterator[Finding]:
    """Check which runs can be resumed, how the last one ended, and how far each projection is."""
    yield Finding("catalog", "ok", _told(status.catalog))
    for place, run in enumerate(status.runs):
        told = f"run {run['run_id']} ({run['platform']} {run['mode']})"
        if run["verdict"] in (None, "stopped"):
            yield Finding("catalog", "note", f"{told} has not ended: the same command resumes it")
        elif run["verdict"] != "complete" and place == 0:
            yield Finding("catalog", "note", f"{told}, the last one, is {run['verdict']}: mlentory status last")
    for name, at in status.projections.items():
        check = next((each for each in (at["backend"], name) if each in SECTIONS), "projections")
        if error := at.get("error"):
            yield Finding(check, "problem", f"{name}: {error}")
        elif at["backlog"]:
            yield Finding(check, "note", f"{name} is {at['backlog']:,} behind the catalog: mlentory sync {name}")
        else:
            yield Finding(check, "ok", f"{name} ({at['backend']}) is current")


def _told(catalog: CatalogStatus) -> str:
    censuses = ", ".join(f"{platform} {at[:10]}" for platform, at in catalog.last_census.items())
    return f"{catalog.entities:,} entities" + (f"; last census: {censuses}" if censuses else "")


def check_quotas(settings: Mapping[str, Any], crawled: Collection[str]) -> Iterator[Finding]:
    """Ask platforms that announce a quota how much of it is left, and compare their clocks with this one.

    Args:
        settings: the settings of the project and of all platforms.
        crawled: the platforms that are asked; all if there is none.
    """
    values = Settings(dict(settings))
    for spider in platforms():
        request = spider.quota_request(values)
        if request is not None and (not crawled or spider.name in crawled):
            yield from _check_quota(spider.name, request)


def _check_quota(platform: str, request: ScrapyRequest) -> Iterator[Finding]:
    headers = {name.decode(): values[0].decode() for name, values in request.headers.items()}
    asked_at = time.time()
    try:
        answer, status = _fetch(Request(request.url, headers=headers))  # noqa: S310  the address of a setting
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        yield Finding(
            "quota", "problem", f"{platform}: {request.url} does not answer, so that it cannot be crawled: {reason}"
        )
        return
    received = Headers(list(answer.items()))
    slot = Slot()
    slot.learn(received, time.monotonic())
    if status in (401, 403):
        yield Finding("quota", "problem", f"{platform}: {request.url} returned HTTP {status}: is the token valid?")
    elif slot.left is None:
        state: State = "ok" if status == 200 else "problem"
        yield Finding("quota", state, f"{platform}: {request.url} returned HTTP {status} and announces no quota")
    else:
        seconds = max(0.0, slot.resets_at - time.monotonic()) if slot.beyond is None else slot.beyond
        message = f"{platform}: {slot.left:,} of {slot.quota or slot.left:,} requests left, reset in {seconds:,.0f} s"
        yield Finding("quota", "ok" if slot.left else "note", message)
    yield from _check_clock(platform, answer.get("Date"), (asked_at + time.time()) / 2)


def _fetch(request: Request) -> tuple[Message, int]:
    try:
        with build_opener(_NoRedirects).open(request, timeout=TIMEOUT) as response:
            return response.headers, response.status
    except HTTPError as error:
        with error:
            return error.headers, error.code


class _NoRedirects(HTTPRedirectHandler):
    """Follows no redirect: a token only goes to the configured address."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _check_clock(platform: str, date: str | None, now: float) -> Iterator[Finding]:
    try:
        difference = now - parsedate_to_datetime(date or "").timestamp()
    except (ValueError, OverflowError):
        return
    side = "ahead of" if difference > 0 else "behind"
    if abs(difference) < CLOCK_NOTE:
        yield Finding("clock", "ok", f"agrees with {platform}")
    else:
        state: State = "problem" if abs(difference) >= CLOCK_PROBLEM else "note"
        yield Finding("clock", state, f"this machine's clock is {abs(difference):,.0f} s {side} {platform}")
