"""Connections to servers that are not trusted, and to many of them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import _LenientHTTP11ClientFactory, _LenientHTTP11ClientProtocol
from twisted.web._newclient import HEADER, STATUS
from twisted.web.client import HTTPConnectionPool

if TYPE_CHECKING:
    from collections.abc import Hashable

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IAddress
    from twisted.web._newclient import HTTP11ClientProtocol, Request
    from twisted.web.iweb import IResponse

SMALL_READ, LARGE_READ = 4 * 1024, 64 * 1024
"""The number of bytes that are read at a time: few where each line or chunk is a step of the parser."""
LEAST_IN_LINE = 32
"""The number of bytes in a line or chunk, in the mean, below which they are read few at a time."""
LARGEST_HEAD = 256 * 1024
"""The size in bytes above which the headers of an answer are not read; Twisted has no limit."""
IDLE_SECONDS = 15
"""The time that a connection stays open for the next request."""
MOST_IDLE = 200
"""The number of connections that stay open; a process may often have no more than 1,024 files."""


class _Connection(_LenientHTTP11ClientProtocol):
    """A connection that ends when the headers of an answer are too large, and lets no answer hold the others up."""

    _head_size = 0

    def request(self, request: Request) -> Deferred[IResponse]:
        self._head_size = 0
        self._read_at_once(SMALL_READ)
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  (Twisted's name)
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._head_size += len(data)
            if self._head_size > LARGEST_HEAD:
                assert self.transport is not None
                self.transport.abortConnection()
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        self._read_at_once(SMALL_READ if data.count(b"\r\n") * LEAST_IN_LINE > len(data) else LARGE_READ)

    def _read_at_once(self, size: int) -> None:
        # Over TLS, the transport is the one of the connection below.
        transport: Any = getattr(self.transport, "transport", None) or self.transport
        transport.bufferSize = size


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _Connection:  # noqa: N802  (Twisted's name)
        return _Connection(self._quiescentCallback)  # type: ignore[no-untyped-call]


class ConnectionPool(HTTPConnectionPool):
    """Keeps a limited number of connections open, and closes the oldest ones."""

    _factory = _Factory
    cachedConnectionTimeout = IDLE_SECONDS  # noqa: N815  (Twisted's name)

    def _putConnection(self, key: Hashable, connection: HTTP11ClientProtocol) -> None:  # noqa: N802  (Twisted's name)
        super()._putConnection(key, connection)  # type: ignore[no-untyped-call]
        for closing in islice(self._timeouts.values(), max(0, len(self._timeouts) - MOST_IDLE)):
            closing.reset(0)
