"""Connections stay open for the next request, but not all of them, and not for headers without an end."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web._newclient import Request
from twisted.web.http_headers import Headers

from mlentory_crawl.middlewares.connections import (
    IDLE_SECONDS,
    LARGE_READ,
    LARGEST_HEAD,
    MOST_IDLE,
    SMALL_READ,
    ConnectionPool,
    _Factory,
)

LINE = b"X-Header: " + b"x" * 1012 + b"\r\n"


class Connection:
    """An open connection without a server."""

    state = "QUIESCENT"

    def __init__(self, number: int, closed: list[int]) -> None:
        self.transport = self
        self.number, self.closed = number, closed

    def loseConnection(self) -> None:  # noqa: N802  (Twisted's name)
        self.closed.append(self.number)


def test_the_oldest_connections_are_closed_when_there_are_many() -> None:
    clock, closed = Clock(), list[int]()
    pool = ConnectionPool(clock)  # type: ignore[no-untyped-call]

    def put(number: int) -> None:
        connection: Any = Connection(number, closed)
        pool._putConnection(("https", f"{number}.example", 443), connection)

    for number in range(MOST_IDLE):
        put(number)
    clock.advance(0)
    assert closed == []
    for number in range(MOST_IDLE, MOST_IDLE + 3):
        put(number)
    clock.advance(0)
    assert closed == [0, 1, 2]
    clock.advance(IDLE_SECONDS)
    assert len(closed) == MOST_IDLE + 3
    assert clock.getDelayedCalls() == []


class Transport(StringTransport):
    """A connection that notes whether it was ended at once."""

    is_aborted = False
    bufferSize = 0  # noqa: N815  (Twisted's name)

    def abortConnection(self) -> None:  # noqa: N802  (Twisted's name)
        self.is_aborted = True


class Asked:
    """A connection on which requests are made one after the other."""

    def __init__(self) -> None:
        self.transport = Transport()  # type: ignore[no-untyped-call]
        self.protocol = _Factory(lambda protocol: None, "").buildProtocol(None)  # type: ignore[no-untyped-call]
        self.protocol.makeConnection(self.transport)  # type: ignore[no-untyped-call]

    def answer(self, *parts: bytes) -> list[Any]:
        """Make a request; what it has come to after these parts of an answer."""
        told: list[Any] = []
        request = Request(b"GET", b"/", Headers({b"Host": [b"x"]}), None, True)  # type: ignore[no-untyped-call]
        self.protocol.request(request).addBoth(told.append)
        for part in parts:
            self.protocol.dataReceived(part)
        return told


@pytest.mark.parametrize("size", [1, 16, 251])
def test_large_headers_are_read_again_and_again(size: int) -> None:
    asked = Asked()
    for _ in range(3):
        head = b"HTTP/1.1 204 No Content\r\n" + size * LINE
        (response,) = asked.answer(head, b"\r\n")
        assert not isinstance(response, Failure)
        assert len(response.headers.getRawHeaders(b"X-Header")) == size
    assert not asked.transport.is_aborted


def test_larger_headers_end_the_connection() -> None:
    asked = Asked()
    lines = LARGEST_HEAD // len(LINE)
    assert asked.answer(b"HTTP/1.1 200 OK\r\n", *[LINE] * (lines - 1)) == []
    assert not asked.transport.is_aborted
    asked.protocol.dataReceived(LINE)
    assert asked.transport.is_aborted


def test_a_body_is_no_header() -> None:
    asked = Asked()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n"
    (response,) = asked.answer(head, *[b"x" * 65536] * 100)
    assert response.code == 200
    assert not asked.transport.is_aborted


@pytest.mark.parametrize(
    ("parts", "size"),
    [
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"<p>Terns.\n" * 900), LARGE_READ),
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 300), SMALL_READ),
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"), LARGE_READ),
        ((b"HTTP/1.1 100 Continue\r\n\r\n" * 100,), SMALL_READ),
        ((), SMALL_READ),
    ],
)
def test_what_takes_many_steps_to_read_is_read_few_bytes_at_a_time(parts: tuple[bytes, ...], size: int) -> None:
    asked = Asked()
    asked.answer(*parts)
    assert asked.transport.bufferSize == size
