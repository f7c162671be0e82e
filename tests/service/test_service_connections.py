"""Clients that are slow, on real sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import Request, Response
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Receive, Scope, Send
from support.guarded import ELSEWHERE

from mlentory_crawl.service.gateway import patience, request_body
from mlentory_crawl.service.gateway.audit_log import AuditLog
from mlentory_crawl.service.gateway.guard import Gateway
from mlentory_crawl.service.gateway.key_store import Keys
from mlentory_crawl.service.gateway.policy import Policy
from mlentory_crawl.service.watch.request_metrics import RequestMetrics

pytestmark = pytest.mark.extra(name="serve")

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
LARGE = 32 * 1024 * 1024


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with as much as the path says, or with the length of the body."""
    size = LARGE if scope["path"] == "/large" else len(await Request(scope, receive).body())
    await Response(b"x" * size)(scope, receive, send)


async def careless(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers as well when the client has gone."""
    try:
        await Request(scope, receive).body()
    except Exception:  # noqa: BLE001
        await Response("whatever")(scope, receive, send)


@contextmanager
def listening(app: ASGIApp, tmp_path: Path) -> Iterator[Callable[[], socket.socket]]:
    """A server in a thread, and how to connect to it."""
    policy = Policy()
    gateway = Gateway(
        app,
        policy,
        Keys(tmp_path),
        RequestMetrics(CollectorRegistry()),
        AuditLog(tmp_path, 1),
        lambda _, status, why: Response(why, status),
    )
    config = uvicorn.Config(
        gateway, http=patience.patient(policy), ws="none", lifespan="off", log_level="error", proxy_headers=False
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    with socket.create_server(("127.0.0.1", 0)) as open_socket:
        thread = threading.Thread(target=server.run, args=([open_socket],))
        thread.start()
        try:
            yield lambda: socket.create_connection(open_socket.getsockname(), timeout=20)
        finally:
            server.should_exit = True
            thread.join(20)


def read(client: socket.socket) -> bytes:
    """Everything until the server closes the connection."""
    answer = b""
    try:
        while piece := client.recv(65536):
            answer += piece
    except ConnectionResetError:
        pass
    return answer


@pytest.mark.parametrize("sent", [b"", b"GET / HT", HEAD, HEAD + b"X: " + b"a" * 20_000])
def test_the_head_of_a_request_that_does_not_come(sent: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.2)
    with listening(echo, tmp_path) as connect, connect() as client:
        client.sendall(sent)
        assert read(client) == b""


def test_the_second_request_of_a_connection_is_awaited_as_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.2)
    with listening(echo, tmp_path) as connect, connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        time.sleep(0.4)  # between two requests nothing is awaited but the time that connections are kept
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + HEAD)
        assert read(client).count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize("app", [echo, careless])
def test_a_body_that_does_not_come(app: ASGIApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "BODY_SECONDS", 0.2)
    with listening(app, tmp_path) as connect, connect() as client:
        client.sendall(HEAD + b"Content-Length: 10\r\n\r\n12345")
        answer = read(client)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"whatever" not in answer


@pytest.mark.parametrize("app", [echo, careless])
def test_a_body_in_pieces_that_is_too_long(app: ASGIApp, tmp_path: Path) -> None:
    with listening(app, tmp_path) as connect, connect() as client:
        piece = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
        client.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + piece * 4)
        client.sendall(piece)
        assert read(client).startswith(b"HTTP/1.1 413")


def test_a_body_in_pieces_that_is_not(tmp_path: Path) -> None:
    with listening(echo, tmp_path) as connect, connect() as client:
        piece = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
        client.sendall(HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + piece * 4 + b"0\r\n\r\n")
        assert len(read(client).partition(b"\r\n\r\n")[2]) == 0x4000 * 4


def test_an_answer_that_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "READ_SECONDS", 0.3)
    with listening(echo, tmp_path) as connect, connect() as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(1.0)
        assert len(read(client)) < LARGE


def test_several_answers_that_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "READ_SECONDS", 0.3)
    ended: list[Exception | None] = []

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await echo(scope, receive, send)
        except Exception as error:
            ended.append(error)
            raise
        ended.append(None)

    with listening(watched, tmp_path) as connect, connect() as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n" * 5)
        time.sleep(1.0)
        read(client)
    # What waits behind an answer that nobody reads is not begun, and nothing is sent to who has gone.
    assert ended == [None, None]


def test_one_address_does_not_take_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "OF_ONE_ADDRESS", 2)

    class Wire(asyncio.Transport):
        def __init__(self, address: str) -> None:
            super().__init__({"peername": (address, 1), "sockname": ("192.0.2.1", 80)})
            self.aborted = False

        def abort(self) -> None:
            self.aborted = True

        def close(self) -> None: ...

    async def connect() -> None:
        config = uvicorn.Config(echo, lifespan="off")
        state = uvicorn.server.ServerState()
        protocol = patience.patient(Policy(proxies=Policy.from_settings({"SERVE_PROXIES": "10.0.0.0/8"}).proxies))

        def made(address: str) -> tuple[uvicorn.protocols.http.httptools_impl.HttpToolsProtocol, Wire]:
            wire, connection = Wire(address), protocol(config, state, {})
            connection.connection_made(wire)
            return connection, wire

        opened = [made(ELSEWHERE) for _ in range(3)]
        assert [wire.aborted for _, wire in opened] == [False, False, True]
        for address in ("198.51.100.1", *["10.0.0.1", "127.0.0.1"] * 3):
            connection, wire = made(address)
            assert not wire.aborted
            opened.append((connection, wire))
        for connection, _ in opened:
            connection.connection_lost(None)
        connection, wire = made(ELSEWHERE)
        assert not wire.aborted
        connection.connection_lost(None)

    asyncio.run(connect())
