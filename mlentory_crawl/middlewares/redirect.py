"""Follows redirects without telling where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.redirect import RedirectMiddleware

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class QuietRedirectMiddleware(RedirectMiddleware):
    """Scrapy's own needs a spider middleware for the Referer header, which costs a step for every record."""

    def handle_referer(self, request: Request, response: Response) -> None:
        request.headers.pop("Referer", None)
