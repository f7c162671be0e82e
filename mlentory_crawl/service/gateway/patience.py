"""Connections of clients that are too slow, or too many of one."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mlentory_crawl.service.gateway.policy import Policy, is_loopback

CONNECTIONS = 500
"""The number of connections from which on requests are refused."""
OF_ONE_ADDRESS = 100
"""The number of connections of one address, unless it is a proxy's or on this machine."""
HEAD_SECONDS = 10.0
"""The number of seconds in which the head of a request arrives."""
READ_SECONDS = 30.0
"""The number of seconds in which a client reads what has been sent."""
KEEP_SECONDS = 5


def patient(policy: Policy) -> type[HttpToolsProtocol]:
    """Return the protocol of connections: as uvicorn's, which waits for ever for the head of a request.

    Args:
        policy: the settings, which name the proxies.
    """
    connected = Counter[str]()

    class PatientProtocol(HttpToolsProtocol):
        """Ends connections whose clients do not send, or do not read, and those that are one too many."""

        _to_send: asyncio.TimerHandle | None = None
        _to_read: asyncio.TimerHandle | None = None
        _address: str | None = None
        _answered: RequestResponseCycle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._to_send = self.loop.call_later(HEAD_SECONDS, transport.abort)
            address = self.client[0] if self.client else ""
            if is_loopback(address) or policy.is_proxy(address):
                return
            self._address = address
            connected[address] += 1
            if connected[address] > OF_ONE_ADDRESS:
                transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            _cancel(self._to_send)
            _cancel(self._to_read)
            if self._address is not None:
                connected[self._address] -= 1
                if not connected[self._address]:
                    del connected[self._address]
            # uvicorn tells only the last request on the connection, not the one before it that is being answered.
            self.pipeline.clear()
            if self._answered is not None:
                self._answered.disconnected = True
                self._answered.message_event.set()
            super().connection_lost(exc)

        def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
            self._answered = cycle
            super()._start_asgi_task(cycle, app)

        def on_message_begin(self) -> None:
            _cancel(self._to_send)
            self._to_send = self.loop.call_later(HEAD_SECONDS, self.transport.abort)
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            _cancel(self._to_send)
            super().on_headers_complete()

        def pause_writing(self) -> None:
            super().pause_writing()
            _cancel(self._to_read)
            self._to_read = self.loop.call_later(READ_SECONDS, self.transport.abort)

        def resume_writing(self) -> None:
            _cancel(self._to_read)
            super().resume_writing()

    return PatientProtocol


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
