"""The sample hub's HTTP server: keeps connections, and breaks answers when told to."""

from __future__ import annotations

import asyncio
import gzip
import time
from email.utils import formatdate
from http import HTTPStatus
from random import Random

from mlentory_crawl.sample_hub.api import Api
from mlentory_crawl.sample_hub.conditions import Conditions, Quota, Statistics
from mlentory_crawl.sample_hub.control import CONTROL, Control
from mlentory_crawl.sample_hub.hub import Hub
from mlentory_crawl.sample_hub.messages import Answer, Request

FAULTS = ("500", "503", "504", "429", "cut", "drop")
_LONGEST_HEAD = 1 << 16
_PIECE = 1 << 18


class Server:
    """Serves a hub on the loopback interface.

    Args:
        hub: what there is.
        conditions: how to behave; may change while it runs.
    """

    def __init__(self, hub: Hub, conditions: Conditions) -> None:
        self._conditions = conditions
        self._quota = Quota(conditions)
        self._statistics = Statistics()
        self._api = Api(hub)
        self._control = Control(hub, conditions, self._quota, self._statistics)
        self._chance = Random(conditions.seed)

    async def listen(self, port: int) -> asyncio.Server:
        """Open a port; 0 takes a free one.

        Raises:
            OSError: the port is taken.
        """
        return await asyncio.start_server(self._serve, "127.0.0.1", port, limit=_LONGEST_HEAD)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                if request.path.startswith(CONTROL):
                    encoded, fault = self._encode(self._control.answer(request), request), None
                else:
                    encoded, fault = await self._answer(request)
                # In pieces: the transport of Python 3.11 moves all that is left with every piece that is sent.
                for start in range(0, len(encoded), _PIECE):
                    writer.write(encoded[start : start + _PIECE])
                    await writer.drain()
                if fault in ("cut", "drop") or request.headers.get("connection") == "close":
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # The client went away, or does not speak HTTP.
        except asyncio.CancelledError:
            pass  # The server ends.
        finally:
            writer.close()

    async def _answer(self, request: Request) -> tuple[bytes, str | None]:
        conditions = self._conditions
        if conditions.latency:
            await asyncio.sleep(conditions.latency / 1000)
        answer = self._quota.spend(self._api.answer(request, conditions.refuse))
        if answer.route in conditions.deny:
            answer = Answer.error(answer.route, 401, "Invalid credentials in Authorization header")
            answer.headers["X-Error-Message"] = "Invalid credentials in Authorization header"
        if answer.bucket is None or self._chance.random() >= conditions.fail:
            self._statistics.requests[answer.route][str(answer.status)] += 1
            return self._encode(answer, request), None
        fault = self._chance.choice(FAULTS)
        self._statistics.faults[fault] += 1
        self._statistics.requests[answer.route][fault] += 1
        if fault == "drop":
            return b"", fault
        if fault == "cut":
            encoded = self._encode(answer, request)
            return encoded[: len(encoded) - len(answer.body) // 2 - 1], fault
        # Such answers come from what stands before the Hub, and know nothing of quotas.
        broken = Answer(answer.route, int(fault), {"Content-Type": "text/html"}, b"<html>Service trouble</html>")
        return self._encode(broken, request), fault

    def _encode(self, answer: Answer, request: Request) -> bytes:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Date": formatdate(time.time(), usegmt=True),
        } | answer.headers
        body = answer.body
        if self._conditions.gzip and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, compresslevel=1)
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        if answer.status != HTTPStatus.NOT_MODIFIED:
            headers["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        start = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{head}\r\n".encode("latin-1")
        return start if request.method == "HEAD" else start + body


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None where there is none.

    Raises:
        ValueError: it is not HTTP.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, target, version = first.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if version == "HTTP/1.0":
        headers["connection"] = "close"
    path, _, query = target.partition("?")
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, query, headers, body)
