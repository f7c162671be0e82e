"""Keeps what answers and seeds name from reaching into private networks."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Self
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from scrapy.utils.defer import maybe_deferred_to_future

from mlentory_crawl.spiders import endpoints

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from twisted.internet.base import ReactorBase
    from twisted.internet.defer import Deferred

_PORTS = {"http": 80, "https": 443}


class PrivateAddress(IgnoreRequest):
    """A host has an address inside a private network, and nobody has allowed that."""


def allowed_hosts(settings: BaseSettings) -> frozenset[str]:
    """The hosts that ``ALLOWED_PRIVATE_HOSTS`` names, with commas between them."""
    named = (settings.get("ALLOWED_PRIVATE_HOSTS") or "").split(",")
    return frozenset(_plain(each.strip()) for each in named if each.strip())


class PublicResolver(CachingThreadedResolver):
    """Resolves names for connections, but to private addresses only those of hosts that may have them.

    It gives the very address that is connected to, so that a name cannot be public when it is looked at and private
    afterwards.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float, allowed: Iterable[str]) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._allowed = frozenset(allowed)

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        settings = crawler.settings
        cache_size = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        configured = (_plain(parts.hostname or "") for parts in _configured(settings))
        return cls(reactor, cache_size, settings.getfloat("DNS_TIMEOUT"), {*allowed_hosts(settings), *configured})

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802  (Twisted's name)
        found: Deferred[str] = super().getHostByName(name, timeout)
        if _plain(name) not in self._allowed:
            found.addCallback(refuse_private, name)
        return found


class PrivateAddressMiddleware:
    """Refuses requests to private addresses, redirected ones too, with a reason and without trying again.

    The addresses that settings name are what they are; another port of the same host is another server.
    """

    def __init__(self, settings: BaseSettings, resolver: PublicResolver) -> None:
        self._allowed = allowed_hosts(settings)
        self._configured = frozenset(map(_server, _configured(settings)))
        self._resolver = resolver

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        from twisted.internet import reactor  # importing it installs one, which is Scrapy's to choose

        return cls(crawler.settings, PublicResolver.from_crawler(crawler, reactor))

    async def process_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        host = _plain(parts.hostname or "")
        if host in self._allowed or _server(parts) in self._configured:
            return
        if _is_address(host):
            refuse_private(host, host)
        elif not request.meta.get("proxy"):  # which looks names up itself
            refuse_private(await maybe_deferred_to_future(self._resolver.getHostByName(host)), host)


def refuse_private(address: str, host: str) -> str:
    """An address, if it is one of the public network.

    Raises:
        PrivateAddress: it is not.
    """
    if not ipaddress.ip_address(address).is_global:
        raise PrivateAddress(
            f"{host} is {address}, an address inside a private network; ALLOWED_PRIVATE_HOSTS may name it"
        )
    return address


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _configured(settings: BaseSettings) -> Iterator[SplitResult]:
    for address in [*endpoints(settings).values(), *getproxies().values()]:
        yield urlsplit(address)


def _server(parts: SplitResult) -> tuple[str, int | None]:
    return _plain(parts.hostname or ""), parts.port or _PORTS.get(parts.scheme)


def _plain(host: str) -> str:
    return host.rstrip(".").casefold()
