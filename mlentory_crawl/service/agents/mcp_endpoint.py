"""``/mcp``: agents by HTTP, a request at a time, without sessions and with answers in JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup, TaskStatus
from anyio.to_thread import run_sync
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mlentory_crawl.service.source import Source
from mlentory_crawl.service.sparql.pool import Pool

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""The names by which this machine reaches itself."""
MOST_BYTES = 64 * 1024
"""The bytes of the largest request."""


class AgentsEndpoint:
    """Answers agents by HTTP while it is open; what that needs is loaded for the first one of them.

    Args:
        source: the catalog and its index.
        pool: answers questions in SPARQL.
        hosts: the names of the service, in addition to those by which this machine reaches itself.
    """

    def __init__(self, source: Source, pool: Pool, hosts: Iterable[str] = ()) -> None:
        self._source, self._pool = source, pool
        self._names = (*LOOPBACK, *hosts)
        self._tasks: TaskGroup | None = None
        self._loading = anyio.Lock()
        self._manager: StreamableHTTPSessionManager | None = None

    @property
    def routes(self) -> list[Route]:
        """Its routes: with a slash at the end too, since not every client follows a redirect.

        Only POST: as there are no sessions, there is no stream to open and nothing to delete.
        """
        return [Route(path, self, methods=["POST"], include_in_schema=False) for path in (PATH, f"{PATH}/")]

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Answer requests for as long as the context lasts."""
        async with anyio.create_task_group() as self._tasks:
            yield
            self._tasks.cancel_scope.cancel()
        # A manager can be used once, an application again and again.
        self._tasks = self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._tasks is not None, "the application was not started"
        async with self._loading:
            if self._manager is None:
                self._manager = await self._tasks.start(self._manage)
        await self._manager.handle_request(scope, receive, send)

    async def _manage(self, *, task_status: TaskStatus[StreamableHTTPSessionManager]) -> None:
        manager = await run_sync(self._made)
        async with manager.run():
            task_status.started(manager)
            await anyio.sleep_forever()

    def _made(self) -> StreamableHTTPSessionManager:
        # Loading these would take a third of the time of every start.
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
        from mcp.server.transport_security import TransportSecuritySettings

        from mlentory_crawl.service.agents.mcp_server import server_of

        return StreamableHTTPSessionManager(
            server_of(self._source, self._pool),
            json_response=True,
            stateless=True,
            security_settings=TransportSecuritySettings(
                allowed_hosts=[each for name in self._names for each in (name, f"{name}:*")],
                allowed_origins=[
                    f"{scheme}://{each}"
                    for name in self._names
                    for scheme in ("http", "https")
                    for each in (name, f"{name}:*")
                ],
            ),
            max_request_body_size=MOST_BYTES,
        )
