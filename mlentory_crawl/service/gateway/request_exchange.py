"""A request and its answer, from the gateway's point of view."""

from __future__ import annotations

import os

from starlette.types import Message, Send

from mlentory_crawl.service.gateway.budget import Account
from mlentory_crawl.service.gateway.callers import Caller
from mlentory_crawl.service.gateway.request_body import BoundedBody

REQUEST_ID = b"x-request-id"


class Exchange:
    """A request and its answer, as far as it has been sent.

    Attributes:
        id: the id of the request.
        status: the status; 0 before the answer has begun.
        size: the number of bytes of its body.
        caller: who asks.
        account: the account of the client.
        body: the body of the request.
        tenths: the cost, in tenths of a unit.
        is_refused: whether the gateway refused it.
        refused_key: the id of the key that was refused.
    """

    __slots__ = ("_send", "account", "body", "caller", "id", "is_refused", "refused_key", "size", "status", "tenths")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.id = os.urandom(8).hex()
        self.status = 0
        self.size = 0
        self.caller: Caller | None = None
        self.account: Account | None = None
        self.body: BoundedBody | None = None
        self.tenths = 0
        self.is_refused = False
        self.refused_key: str | None = None

    async def send(self, message: Message) -> None:
        """Send a message on, with what the client is told of its account."""
        if self.body is not None and self.body.refused is not None:
            return  # the application believes that the client has gone
        if message["type"] == "http.response.start":
            self.status = message["status"]
            told = [] if self.account is None else self.account.headers()
            message["headers"] = [*message.get("headers", ()), *told, (REQUEST_ID, self.id.encode())]
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
        await self._send(message)
