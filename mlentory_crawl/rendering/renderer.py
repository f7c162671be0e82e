"""Pages whose text is put there by their scripts: which renderer the settings choose, and its use."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from mlentory_crawl.config.values import check_addresses
from mlentory_crawl.crawl.outcomes import Stopping
from mlentory_crawl.crawl.web import LIMITS, RENDERING
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.extras import install_command
from mlentory_crawl.responses import failure_message, shown

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

AT_ONCE = 2
"""The number of pages that are rendered at the same time."""
HTML = "text/html; charset=utf-8"
"""The type of a rendered page."""


class NotRendered(IgnoreRequest):
    """A page that could not be rendered; the message is the reason."""


class RendererAddon:
    """Adds the renderer that the settings choose to those of the crawl, if they choose one."""

    def update_settings(self, settings: BaseSettings) -> None:
        check_renderer(settings)
        if settings["PLAYWRIGHT_CHROMIUM"]:
            for scheme in ("http", "https"):
                settings["DOWNLOAD_HANDLERS"][scheme] = "mlentory_crawl.rendering.playwright.RenderingDownloadHandler"
        elif settings["SPLASH_URL"]:
            # Behind a replay (55), which has what was rendered; before an address is checked (800).
            settings["DOWNLOADER_MIDDLEWARES"]["mlentory_crawl.rendering.splash.SplashMiddleware"] = 725
        else:
            return
        slots = {**settings.getdict("DOWNLOAD_SLOTS"), RENDERING: {"concurrency": AT_ONCE, "delay": 0.0}}
        settings.set("DOWNLOAD_SLOTS", slots, "cmdline")


def check_renderer(settings: Mapping[str, Any]) -> None:
    """Check the settings of renderers before a crawl begins; nothing is started, and no server is asked.

    Raises:
        SettingError: a setting that no page can be rendered with.
    """
    chromium, splash = settings.get("PLAYWRIGHT_CHROMIUM"), settings.get("SPLASH_URL")
    if chromium and splash:
        raise SettingError("PLAYWRIGHT_CHROMIUM and SPLASH_URL are both set: pages are rendered by one of them")
    if chromium:
        if shutil.which(chromium) is None:
            raise SettingError(f"PLAYWRIGHT_CHROMIUM: there is no program {chromium}")
        if find_spec("scrapy_playwright") is None:
            raise SettingError(f"PLAYWRIGHT_CHROMIUM needs scrapy-playwright: {install_command('playwright')}")
    elif splash:
        check_addresses({"SPLASH_URL": splash})
        parts = urlsplit(splash)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingError("SPLASH_URL: expected the address of a server such as http://localhost:8050")
        if find_spec("scrapy_splash") is None:
            raise SettingError(f"SPLASH_URL needs scrapy-splash: {install_command('splash')}")


def rendered(response: Response, settings: BaseSettings) -> Request | None:
    """Return the request that renders a page, or None if pages are not rendered.

    The page is not fetched again. A crawl that replays answers asks for it, too: the earlier one may have rendered it.

    Args:
        response: the page as it came.
        settings: of the crawl.
    """
    if not any(settings.get(name) for name in ("PLAYWRIGHT_CHROMIUM", "SPLASH_URL", "REPLAY_RUN")):
        return None
    asked = response.request
    meta = {
        RENDERING: True,
        "download_slot": RENDERING,
        "download_maxsize": LIMITS["download_maxsize"],
        "download_timeout": settings.getfloat("RENDERING_TIMEOUT"),
        "dont_retry": True,
        "archive": asked is not None and asked.meta.get("archive", False),
    }
    headers = {"Content-Type": response.headers.get("Content-Type") or b"text/html"}
    return Request(response.url, callback=NO_CALLBACK, headers=headers, body=response.body, meta=meta, dont_filter=True)


async def render(crawler: Crawler, response: Response) -> Response | None:
    """Return a page with what its scripts put there, or None if that cannot be had, which is logged.

    Args:
        crawler: the crawler that the page came to.
        response: the page as it came.

    Raises:
        Stopping: the crawl ends; a resumed run asks for the page again.
    """
    request = rendered(response, crawler.settings)
    if request is None:
        return None
    assert crawler.engine is not None
    try:
        found = await crawler.engine.download_async(request)
    except Stopping:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, the page is what it was before
        logger.warning("%s: could not be rendered: %s", shown(response.url), failure_message(error))
        return None
    # What the page's host said in its headers, about robots for instance, still holds.
    whole = response.replace(body=found.body)
    whole.headers["Content-Type"] = HTML
    whole.headers.pop("Content-Length", None)
    return whole
