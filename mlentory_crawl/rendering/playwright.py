"""Rendering of pages by Chromium, through scrapy-playwright; the browser has no network of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from playwright.async_api import Error, Page, Route
from scrapy.http import HtmlResponse
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from mlentory_crawl.config.values import allowed_hosts
from mlentory_crawl.crawl.web import LIMITS, RENDERING
from mlentory_crawl.middlewares.download_handler import DownloadHandler
from mlentory_crawl.rendering.page_requests import PageRequests, Scripts
from mlentory_crawl.rendering.renderer import HTML, NotRendered
from mlentory_crawl.responses import header

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)  # each step, and a traceback for each page without text

LOADING = 0.8
"""The share of a page's time in which it may make requests; their hosts have a pace."""
QUIET = 1.0
"""The seconds without a request under way after which a page has what it asked for."""
VISIT = "rendering_visit"
"""The key of ``Request.meta`` for what becomes of the page in the browser."""
MEMORY = 512
"""The most memory, in MiB, for the objects of a page's scripts."""
OFFLINE = (
    # Every name and every address is one that does not exist, that of the proxy too.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://offline.invalid:1",
    "--proxy-bypass-list=<-loopback>",
    # Video calls send packets past both of them.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    f"--js-flags=--max-old-space-size={MEMORY}",
)
"""Options of Chromium: whatever a page finds to reach the network with, it reaches nothing."""

ENVIRONMENT = ("HOME", "LANG", "PATH", "TMPDIR", "XDG_RUNTIME_DIR")
"""The variables that the browser gets."""

_browsers: WeakKeyDictionary[Crawler, _BrowserHandler] = WeakKeyDictionary()


class _BrowserHandler(ScrapyPlaywrightDownloadHandler):
    """Renders the pages of requests that are marked, each in a context of its own."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.config.cdp_url = self.config.connect_url = None
        self.config.browser_type_name = "chromium"
        self.config.launch_options = {
            "executable_path": shutil.which(crawler.settings["PLAYWRIGHT_CHROMIUM"]),
            "args": list(OFFLINE),
            # Without tokens and passwords.
            "env": {name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            # Chromium refuses to start as root with it.
            "chromium_sandbox": os.geteuid() != 0,
            # The crawl decides when it ends.
            "handle_sigint": False,
            "handle_sigterm": False,
            "handle_sighup": False,
        }
        self.config.target_closed_max_retries = 0
        self.config.download_timeout_secs = 0.0  # nothing is downloaded
        self._context = {
            "user_agent": crawler.settings["USER_AGENT"],
            "accept_downloads": False,
            "service_workers": "block",
        }
        self._allowed = allowed_hosts(crawler.settings)
        self._scripts = Scripts()
        self._numbers = count()
        self._starting = asyncio.Lock()
        self._failure: str | None = None

    async def download_request(self, request: Request) -> Response:
        if not request.meta.get(RENDERING):
            response: Response = await super().download_request(request)
            return response
        # Scrapy has a handler for each scheme; there is one browser.
        browser = _browsers.setdefault(self._crawler, self)
        return await browser.rendered(request)

    async def rendered(self, request: Request) -> Response:
        """Return a page as the browser has it."""
        await self._start()
        context = f"page {next(self._numbers)}"
        assert self._crawler.engine is not None
        requests = PageRequests(request.url, self._crawler.engine.download_async, self._allowed, self._scripts)
        timeout = request.meta["download_timeout"]
        visit = _Visit(request, requests, timeout * LOADING)
        meta = {
            **request.meta,
            "playwright": True,
            "playwright_context": context,
            "playwright_context_kwargs": self._context,
            "playwright_page_init_callback": visit.begin,
            "playwright_page_goto_kwargs": {"wait_until": "commit"},
            VISIT: visit,
        }
        try:
            async with asyncio.timeout(timeout):
                response = await super().download_request(request.replace(body=b"", meta=meta))
        except TimeoutError:
            raise NotRendered(f"its scripts take more than {timeout:.0f} s") from None
        except Error as error:
            raise NotRendered(_reason(error)) from None
        finally:
            requests.closed.set()
            if context in self.context_wrappers:
                with suppress(Error):
                    await self.context_wrappers[context].context.close()
        return HtmlResponse(request.url, headers={"Content-Type": HTML}, body=response.text.encode(), request=request)

    async def _apply_page_methods(self, page: Page, request: Request, spider: Spider) -> None:
        # In place of the library's own, which waits for pages that never end to load.
        await request.meta[VISIT].finish(page)

    async def _start(self) -> None:
        """Start the browser for the first page.

        Raises:
            NotRendered: it cannot be started.
        """
        async with self._starting:
            if self._failure is None and not hasattr(self, "browser_provider"):
                try:
                    await self._launch()
                    await self._maybe_launch_browser()
                except Error as error:
                    self._failure = f"Chromium cannot be started: {_reason(error)}"
        if self._failure is not None:
            raise NotRendered(self._failure)


class RenderingDownloadHandler(DownloadHandler, _BrowserHandler):
    """Downloads as other crawls do, and renders the pages of requests that are marked."""


class _Visit:
    """One page in the browser.

    Args:
        request: has the page.
        requests: answers what the page asks for.
        loading: the most seconds in which it may make requests.
    """

    def __init__(self, request: Request, requests: PageRequests, loading: float) -> None:
        self._request = request
        self._requests = requests
        self._loading = loading
        self._is_there = False

    async def begin(self, page: Page, request: Request) -> None:
        """Answer everything that the page asks for, its own text first; other pages of its context get nothing."""
        await page.context.route("**", _refused)
        await page.route("**", _unless_closed(self._answered))

    async def _answered(self, route: Route) -> None:
        asked = route.request
        if asked.is_navigation_request():
            if self._is_there:
                await route.abort("aborted")  # the page stays as it is
                return
            self._is_there = True
            content_type = header(self._request.headers, "Content-Type")
            await route.fulfill(status=200, headers={"content-type": content_type}, body=self._request.body)
        elif asked.resource_type == "stylesheet":
            # Some scripts wait for it.
            await route.fulfill(status=200, headers={"content-type": "text/css"}, body=b"")
        else:
            answer = await self._requests.answer(asked.resource_type, asked.method, asked.url, asked.headers)
            if answer is None:
                await route.abort()
            else:
                await route.fulfill(status=answer.status, headers=answer.headers, body=answer.body)

    async def finish(self, page: Page) -> None:
        """Wait until the page has what it asked for, and end its scripts.

        Raises:
            NotRendered: it has become too large.
        """
        session = await page.context.new_cdp_session(page)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._loading):
                await self._settled(session)
        self._requests.closed.set()
        await session.send("Emulation.setScriptExecutionDisabled", {"value": True})
        size = await _size(session)
        if size > LIMITS["download_maxsize"]:
            raise NotRendered(f"its scripts make a page of {size:,} characters")

    async def _settled(self, session: Any) -> None:
        """Wait until the page neither waits for an answer nor computes."""
        while not self._requests.closed.is_set():
            await self._requests.quiet(QUIET)
            asked_at = time.monotonic()
            # Answered between two tasks of the page.
            await session.send("Runtime.evaluate", {"expression": "0"})
            if time.monotonic() - asked_at < QUIET / 5:
                return


async def _size(session: Any) -> int:
    """The number of characters of a page, asked for where its scripts have changed nothing."""
    tree = await session.send("Page.getFrameTree")
    world = await session.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})
    told = await session.send(
        "Runtime.evaluate",
        {"expression": "document.documentElement.outerHTML.length", "contextId": world["executionContextId"]},
    )
    return int(told["result"]["value"])


def _unless_closed(handler: Callable[[Route], Awaitable[None]]) -> Callable[[Route], Awaitable[None]]:
    async def handled(route: Route) -> None:
        with suppress(Error):  # the page is closed
            await handler(route)

    return handled


async def _refused(route: Route) -> None:
    with suppress(Error):
        await route.abort()


def _reason(error: Error) -> str:
    return str(error).partition("\n")[0][:200]
