"""Bodies of requests: no longer, and no slower, than they may be."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.types import Message, Receive

from mlentory_crawl.service.gateway.callers import Refused

LONGEST_BODY = 64 * 1024
BODY_SECONDS = 10.0
"""The number of seconds in which a body arrives."""
CLOSE = (b"connection", b"close")


def check_length(stated: bytes) -> None:
    """Check the length that a request says its body has.

    Raises:
        Refused: it is longer than a body may be.
    """
    if not stated.isdigit() or int(stated) > LONGEST_BODY:
        raise _too_long()


class BoundedBody:
    """Receives a body; one that is too long or too slow looks to the application as if the client had gone.

    Args:
        receive: receives the messages of the client.

    Attributes:
        refused: the refusal to answer with; None if the body is as it should be.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ends = asyncio.get_running_loop().time() + BODY_SECONDS
        self._length = 0
        self._is_whole = False
        self.refused: Refused | None = None

    async def receive(self) -> Message:
        """Return the next message."""
        if self._is_whole:
            return await self._receive()
        if self.refused is None:
            try:
                async with asyncio.timeout_at(self._ends):
                    message = await self._receive()
            except TimeoutError:
                self.refused = Refused(
                    HTTPStatus.REQUEST_TIMEOUT, "slow", "the body of the request did not arrive in time", [CLOSE]
                )
            else:
                self._length += len(message.get("body", b""))
                self._is_whole = not message.get("more_body", False)
                if self._length <= LONGEST_BODY:
                    return message
                self.refused = _too_long()
        return {"type": "http.disconnect"}


def _too_long() -> Refused:
    return Refused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body", f"a body may have {LONGEST_BODY // 1024} kB at most", [CLOSE]
    )
