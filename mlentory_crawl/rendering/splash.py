"""Rendering of pages by a Splash server, through scrapy-splash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import w3lib.url
from scrapy.http import HtmlResponse
from scrapy.utils import url as scrapy_url

from mlentory_crawl.crawl.web import RENDERING
from mlentory_crawl.rendering.renderer import HTML, NotRendered

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

# scrapy-splash takes it from where Scrapy had it until 2.16, when it is imported.
scrapy_url.canonicalize_url = w3lib.url.canonicalize_url  # type: ignore[attr-defined]
try:
    import scrapy_splash
finally:
    del scrapy_url.canonicalize_url  # type: ignore[attr-defined]

SCRIPT = """
function main(splash, args)
  splash.private_mode_enabled = true
  splash.images_enabled = false
  splash.plugins_enabled = false
  splash.resource_timeout = 10
  splash:set_user_agent(args.user_agent)
  splash:on_request(function(request)
    if request.method ~= "GET" and request.method ~= "HEAD" then
      request:abort()
    end
  end)
  assert(splash:set_content(args.document, "text/html; charset=utf-8", args.url))
  assert(splash:wait(2))
  return {html = splash:html(), url = splash:url()}
end
"""


class SplashMiddleware:
    """Has pages rendered by the server that ``SPLASH_URL`` names.

    The page itself is handed over; its scripts are requested by the server, on its own.

    Raises:
        NotRendered: the server has not rendered the page.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._splash = scrapy_splash.SplashMiddleware.from_crawler(crawler)
        self._server = crawler.settings["SPLASH_URL"].rstrip("/") + "/"

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> Response | None:
        if not request.meta.get(RENDERING):
            return None
        spider, engine = self._crawler.spider, self._crawler.engine
        assert engine is not None
        sent = self._splash.process_request(self._request(request), spider)
        response = self._splash.process_response(sent, await engine.download_async(sent), spider)
        if response.splash_response_status != 200:
            raise NotRendered(f"Splash answers {response.splash_response_status}: {_error(response)}")
        if not isinstance(response, scrapy_splash.SplashJsonResponse) or "html" not in response.data:
            raise NotRendered("the answer is not that of a Splash server")
        if urlsplit(response.url)[:2] != urlsplit(request.url)[:2]:
            raise NotRendered("the page leads to another host")
        return HtmlResponse(request.url, headers={"Content-Type": HTML}, body=response.body, request=request)

    def _request(self, request: Request) -> Request:
        page = HtmlResponse(request.url, headers=request.headers, body=request.body)
        arguments = {
            "lua_source": SCRIPT,
            "document": page.text,
            # A server refuses more than its own limit, which is 90 by default.
            "timeout": request.meta["download_timeout"],
            "user_agent": self._crawler.settings["USER_AGENT"],
        }
        meta = {
            name: request.meta[name] for name in ("download_slot", "download_maxsize", "download_timeout", "dont_retry")
        }
        asked: Request = scrapy_splash.SplashRequest(
            request.url,
            request.callback,
            endpoint="execute",
            args=arguments,
            splash_url=self._server,
            slot_policy=scrapy_splash.SlotPolicy.SCRAPY_DEFAULT,
            session_id=None,
            dont_send_headers=True,
            meta=meta,
            dont_filter=True,
        )
        return asked


def _error(response: Response) -> str:
    told: Any = getattr(response, "data", None)
    return str(told.get("description") if isinstance(told, dict) else "no reason")[:200]
