"""Fetching texts that people write: how much of them is kept, and what it means when there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field
from scrapy import Request

from fair4ml.describe.writing import excerpt
from fair4ml.read.web_page import PageState, read_page
from mlentory_crawl.archive.store import REVALIDATE
from mlentory_crawl.base_spiders.named import NamedArguments, NamedSpider
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import Wanted
from mlentory_crawl.base_spiders.workers import WorkerDied, Workers, workers_of
from mlentory_crawl.crawl.outcomes import Asked, Stopping
from mlentory_crawl.crawl.web import WEB, no_page
from mlentory_crawl.extras import install_command
from mlentory_crawl.items import Page
from mlentory_crawl.responses import header, shown

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

STATUSES: Mapping[int, tuple[str, str]] = {
    404: ("soft_404", "not found"),
    410: ("soft_404", "gone"),
    401: ("login_wall", "HTTP 401"),
    402: ("paywall", "HTTP 402"),
}
"""The state of what a status denies, and the reason; another one from 400 to 499, or LinkedIn's 999, refuses it."""
TEMPORARY = frozenset({408, 425, 429})
"""Statuses below 500 that say nothing about what was asked for."""
REFUSED = frozenset({*range(400, 500), 999}) - TEMPORARY
SAID_BY_PAGES = frozenset({"challenge", "login_wall"})
"""The states that a page shows by its contents, whatever its status."""
OUTCOMES: Mapping[str, str] = {
    "failed": "failed",
    "soft_404": "missing",
    **dict.fromkeys(("redirects", "not_feed", "not_html", "too_large", "too_short", "unreadable"), "invalid"),
}
"""The outcome of each state in which there is no text; of the others, ``blocked``."""
LIBRARIES = ("trafilatura", "feedparser")
"""The libraries that read texts, of an extra."""


class TextArguments(NamedArguments):
    """Arguments that name texts, and say how much of each to keep."""

    content: Literal["full", "excerpt", "none"] = Field(
        default="full", description="how much of a text to keep: all of it, its first 300 characters, or none"
    )


class TextSpider(NamedSpider):
    """Fetches texts by the addresses of their pages or feeds, and reads them beside the crawl."""

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = TextArguments
    arguments: TextArguments

    @cached_property
    def missing(self) -> str | None:
        """The remedy if a library that reads texts is missing, which the report names, too; None if all are there."""
        missing = missing_library(self.name)
        if missing is not None:
            self.fail(missing)
        return missing

    @property
    def workers(self) -> Workers:
        """The processes that read what was fetched."""
        return workers_of(self.crawler)

    async def read(self, reader: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
        """Return what a function reads beside the crawl; a ``state`` and a ``reason`` if it cannot."""
        try:
            return await self.workers.call(reader, *given)
        except WorkerDied as error:
            return {"state": PageState.UNREADABLE.value, "reason": str(error)}

    async def read_page(self, response: Response) -> dict[str, Any]:
        """Return what `fair4ml.read.web_page.read_page` reads in a response."""
        content_type = header(response.headers, "Content-Type") or None
        return await self.read(read_page, response.body, response.url, content_type, self.headers(response))

    async def state_of(self, response: Response) -> tuple[str, str]:
        """Return the state of a response that brings nothing, and the reason."""
        page = await self.read_page(response)
        if page["state"] in SAID_BY_PAGES:
            return page["state"], page["reason"]
        if response.status in STATUSES:
            return STATUSES[response.status]
        if response.status in REFUSED:
            return "refused", f"HTTP {response.status}"
        if location := response.headers.get("Location"):
            # Scrapy follows no other ones.
            return "refused_address", f"redirects to {shown(location.decode('latin-1'))[:200]}, which is no page"
        return "failed", f"HTTP {response.status}: {self.refusal(response)}".removesuffix(": ")

    def no_text(self, response: Response, wanted: Wanted, number: int, state: str, reason: str | None) -> Iterator[Any]:
        """End a target that brought no text."""
        asked = self._ended(wanted, state, reason)
        yield from self.records_of(response, (), (), number, None, asked)

    def entity_failed(self, failure: Failure) -> None:
        """End a target that could not be fetched, because of a rule or after all retries."""
        request: Request = failure.request  # type: ignore[attr-defined]
        if isinstance(failure.value, Stopping) or not request.meta.get(WEB):
            super().entity_failed(failure)
            return
        assert failure.value is not None
        ended = no_page(failure.value)
        if ended.is_owed:
            self.run.left.add(ended.reason)
        asked = self._ended(request.cb_kwargs["wanted"], ended.state, ended.reason, is_temporary=ended.is_temporary)
        self.run.open_page(Page(request.cb_kwargs["number"], request.url, self.name, []), asked)

    def _ended(self, wanted: Wanted, state: str, reason: str | None, *, is_temporary: bool = False) -> Asked:
        outcome = "failed" if is_temporary else OUTCOMES.get(state, "blocked")
        if outcome == "failed":
            self.fail(f"{wanted.name}: {reason}")
        else:
            self.logger.warning("%s: %s: %s", wanted.name, state, reason)
        outcomes = (outcome,) if outcome == state else (outcome, state)
        return Asked(wanted.by, outcomes, seed=wanted.seed, reason=reason)

    def kept(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the arguments allow to keep of a text; a description of its own is kept in any case."""
        if self.arguments.content == "full":
            return dict(told)
        return self.excerpted(told) if self.arguments.content == "excerpt" else _without_text(told)

    @staticmethod
    def excerpted(told: Mapping[str, Any]) -> dict[str, Any]:
        """Return a text with its first words alone."""
        return {"description": excerpt(told.get("text")), **_without_text(told)}

    def page_request(self, url: str) -> Request:
        """Return the request for a page or a feed, which its host's robots.txt and pace rule."""
        return Request(url, meta={WEB: True, REVALIDATE: True})

    @staticmethod
    def headers(response: Response) -> dict[str, str]:
        """Return the headers of a response as texts, the lines of one with line breaks between them."""
        names = (name.decode("latin-1") for name in response.headers)
        return {name: b"\n".join(response.headers.getlist(name)).decode("latin-1") for name in names}


def _without_text(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "text" and value is not None}


def missing_library(name: str) -> str | None:
    """Return what to do if a library that reads texts is missing; None if all are there.

    Args:
        name: the platform that needs it.
    """
    missing = next((library for library in LIBRARIES if find_spec(library) is None), None)
    return None if missing is None else f"{name} needs {missing}: {install_command('documents')}"
