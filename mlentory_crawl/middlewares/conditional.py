"""Asks services whether archived answers still hold (RFC 9110, section 13), instead of fetching them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.http import Headers
from scrapy.responsetypes import responsetypes

from mlentory_crawl.archive.bodies import body_of
from mlentory_crawl.archive.store import REVALIDATE
from mlentory_crawl.crawl.current_run import run_of
from mlentory_crawl.crawl.run import Run
from mlentory_crawl.middlewares.aside import aside

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

VALIDATORS = {"Etag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
"""The headers by which services tell versions of an answer apart, and those that ask about them."""
_OF_THE_BODY = frozenset({b"Content-Length", b"Content-Encoding", b"Content-Type", b"Transfer-Encoding"})


class ConditionalMiddleware:
    """Asks whether the last archived answer still holds, for requests with ``meta["revalidate"]``.

    An answer that does is taken from the archive, as if it had been sent again; if the archive has lost it, it is
    requested once more.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(run_of(crawler))

    def process_request(self, request: Request) -> None:
        # A redirected request comes with those of the address that sent it here.
        for name in VALIDATORS.values():
            request.headers.pop(name, None)
        known = self.run.catalog.answers.last_of(request.url) if request.meta.get(REVALIDATE) else None
        if known is not None:
            *_, headers = known
            for stated, asked in VALIDATORS.items():
                if stated in headers:
                    request.headers[asked] = headers[stated][-1]

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status != 304 or not request.meta.get(REVALIDATE):
            return response
        known = self.run.catalog.answers.last_of(request.url)
        if known is not None:
            digest, file, stated = known
            path = self.run.data_dir / "raw" / file
            size = path.stat().st_size if path.exists() else 0
            body = await aside(size, body_of, path, digest)
            if body is not None:
                headers = Headers(stated)
                headers.update({name: each for name, each in response.headers.items() if name not in _OF_THE_BODY})
                cls = responsetypes.from_args(headers=headers, url=response.url, body=body)
                return cls(response.url, status=200, headers=headers, body=body, request=request, flags=["confirmed"])
        return request.replace(meta={**request.meta, REVALIDATE: False}, dont_filter=True)
