"""Keeps what answers and seeds name from reaching into private networks."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Self
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingThreadedResolver
from scrapy.utils.defer import maybe_deferred_to_future

from fair4ml.read.web_addresses import DEFAULT_PORTS
from mlentory_crawl.config.values import allowed_hosts, endpoints, plain_host
from mlentory_crawl.crawl.outcomes import PrivateAddress, RefusedAddress
from mlentory_crawl.crawl.web import WEB

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from twisted.internet.base import ReactorBase
    from twisted.internet.defer import Deferred

# Those of other protocols, which take an HTTP request for something else (https://fetch.spec.whatwg.org/#port-blocking).
_BAD_PORTS = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
})  # fmt: skip
# What programs take for an IPv4 address, also where it is written in another way (WHATWG URL, "ends in a number").
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_PLAIN_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
# RFC 6761, RFC 6762 with its appendix G, RFC 8375, and the one that ICANN has set apart.
_LOCAL_NAME = re.compile(r".*\.(?:local|localhost|internal|home\.arpa|intranet|private|corp|home|lan)")
_NAT64, _IPV4_COMPATIBLE = ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96")
# The only IPv6 addresses that are given out.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# Not all of Python's releases know the first two. The last one answers machines of a cloud, each with its own secrets.
_NOT_PUBLIC = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "3fff::/20", "168.63.129.16/32")))


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
        reached = [*_configured(settings), *map(urlsplit, getproxies().values())]
        configured = (plain_host(parts.hostname or "") for parts in reached)
        return cls(reactor, cache_size, settings.getfloat("DNS_TIMEOUT"), {*allowed_hosts(settings), *configured})

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802  (Twisted's name)
        found: Deferred[str] = super().getHostByName(name, timeout)
        if plain_host(name) not in self._allowed:
            found.addCallback(refuse_private, name)
        return found


class PrivateAddressMiddleware:
    """Refuses requests to private addresses, redirected ones too, with a reason and without trying again.

    Ports of other protocols are refused, too, and addresses with a user name. The addresses that settings name are what
    they are; another port of the same host is another server. A proxy looks names up itself: it is asked for those only
    that can be names of the public network, and are so as far as this machine knows.
    """

    def __init__(self, settings: BaseSettings, resolver: PublicResolver) -> None:
        self._allowed = allowed_hosts(settings)
        self._configured = frozenset(map(_server, _configured(settings)))
        self._resolver = resolver
        self._unknown: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        from twisted.internet import reactor  # importing it installs one, which is Scrapy's to choose

        return cls(crawler.settings, PublicResolver.from_crawler(crawler, reactor))

    async def process_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        host = refuse_odd(parts)
        # A page is none of an API, wherever it leads: what is configured may be inside, with data for nobody else.
        is_api = not request.meta.get(WEB)
        if host in self._allowed or (is_api and _server(parts) in self._configured):
            return
        if parts.port in _BAD_PORTS:
            raise RefusedAddress(f"{host}:{parts.port}: the port is that of another protocol")
        if _is_address(host):
            refuse_private(host, host)
        elif request.meta.get("proxy"):
            await self._check_for_proxy(host)
        else:
            refuse_private(await self._address(host), host)

    async def _check_for_proxy(self, host: str) -> None:
        refuse_local(host)
        if host in self._unknown:
            return
        try:
            address = await self._address(host)
        except (OSError, UnicodeError):
            self._unknown.add(host)  # where only the proxy can, looking it up again would only take time
        else:
            refuse_private(address, host)

    async def _address(self, host: str) -> str:
        return await maybe_deferred_to_future(self._resolver.getHostByName(host))


def refuse_odd(parts: SplitResult) -> str:
    """The host of an address, if it is one of the web and of no user.

    Raises:
        RefusedAddress: it is not.
    """
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        # Not the whole address, which may have a password.
        raise RefusedAddress(
            f"expected an http or https address with a host, got {parts.scheme}:{parts.hostname or ''}"
        )
    if "@" in parts.netloc:
        raise RefusedAddress(f"{parts.hostname}: the address has a user name")
    return plain_host(parts.hostname)


def refuse_private(address: str, host: str) -> str:
    """An address, if it is one of the public network.

    Raises:
        PrivateAddress: it is not.
    """
    if not _is_public(ipaddress.ip_address(address)):
        raise PrivateAddress(
            f"{host} is in a private network{'' if host == address else f' ({address})'};"
            " to allow it, add it to ALLOWED_PRIVATE_HOSTS"
        )
    return address


def refuse_local(host: str) -> None:
    """Refuse a name that only a private network knows, and what would be read as an address.

    Raises:
        PrivateAddress: it is one.
    """
    if not _PLAIN_NAME.fullmatch(host) or _ENDS_IN_NUMBER.fullmatch(host) or _LOCAL_NAME.fullmatch(host):
        raise PrivateAddress(
            f"{host} is not a public host name and may be in a private network; to allow it, add it to"
            " ALLOWED_PRIVATE_HOSTS"
        )


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if inside := _inside(address):
            return all(map(_is_public, inside))
        if address not in _GLOBAL_UNICAST:
            return False
    return address.is_global and not address.is_multicast and not any(address in each for each in _NOT_PUBLIC)


def _inside(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that an address leads to."""
    found = [*(each for each in (address.ipv4_mapped, address.sixtofour) if each), *(address.teredo or ())]
    if address in _NAT64 or (address in _IPV4_COMPATIBLE and int(address) > 1):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return found


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _configured(settings: BaseSettings) -> Iterator[SplitResult]:
    addresses = [*endpoints(settings).values(), settings.get("SPLASH_URL")]
    return map(urlsplit, filter(None, addresses))


def _server(parts: SplitResult) -> tuple[str, int | None]:
    return plain_host(parts.hostname or ""), parts.port or DEFAULT_PORTS.get(parts.scheme)
