"""Requests for pages of the web: what marks and limits them, and the state that one without a page ends in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, UnsupportedURLSchemeError

from mlentory_crawl.crawl.outcomes import HostFull, HostLeft, RefusedAddress, RobotsRefused, RobotsUnknown, Stopping
from mlentory_crawl.responses import failure_message

if TYPE_CHECKING:
    from scrapy import Request

WEB = "web"
"""The key of ``Request.meta`` that marks a request for a page: its host's robots.txt rules it, and the host's pace.

Requests to documented APIs do not have it: they keep the pace that these announce.
"""
RENDERING = "rendering"
"""The key of ``Request.meta`` that marks a request whose body is a page to be rendered, and the slot of all of them.

It is none to the page's host.
"""
MANY_HOSTS = 100
"""The number of requests under way, Scrapy's ``CONCURRENT_REQUESTS``, of a crawl that asks many hosts.

A request that waits for its host is one of them.
"""
LIMITS: dict[str, float] = {
    "download_maxsize": 5 * 1024 * 1024,  # before and after decompression
    "download_timeout": 30.0,  # for the whole answer, however slowly it comes
    "redirect_ttl": 10,
    "max_retry_times": 2,
}
"""The limits of a request for a page, as Scrapy names them in ``Request.meta``."""


def limit(request: Request) -> None:
    """Give a request the limits of one for a page; lower ones stay."""
    for name, most in LIMITS.items():
        request.meta[name] = min(request.meta.get(name, most), most)


@dataclass(frozen=True, slots=True)
class NoPage:
    """The end of a request for a page that brought none.

    Attributes:
        state: ``robots`` (robots.txt forbids it, or cannot be read), ``left`` (its host is left for the next run),
            ``refused_address``, ``too_large``, ``redirects`` (too many) or ``unreachable``.
        reason: names the host and the rule, or the error.
        is_temporary: whether a later run may have more success.
        is_owed: whether the same command goes on with it.
    """

    state: str
    reason: str
    is_temporary: bool
    is_owed: bool = False


TOO_LARGE = NoPage("too_large", f"it has more than {LIMITS['download_maxsize']:,} bytes", False)


def no_page(error: BaseException) -> NoPage:
    """Return what an error means that a request for a page has ended with."""
    reason = failure_message(error)
    match error:
        case RobotsRefused():
            return NoPage("robots", reason, isinstance(error, RobotsUnknown))
        case HostLeft() | Stopping():
            return NoPage("left", reason, True, isinstance(error, HostFull))
        case RefusedAddress() | UnsupportedURLSchemeError() | ValueError():
            # Scrapy raises a ValueError where a page redirects to what is no address.
            return NoPage("refused_address", reason, False)
        # Scrapy has one exception for what must not be decompressed further and for redirects without an end.
        case IgnoreRequest() if "redirections" in reason:
            return NoPage("redirects", "it redirects too many times", False)
        case DownloadCancelledError():
            return TOO_LARGE
        case IgnoreRequest() if "DOWNLOAD_MAXSIZE" in reason:
            return TOO_LARGE
        case _:
            return NoPage("unreachable", reason, True)
