"""``/mcp``: agents by HTTP, a request at a time, without sessions and with answers in JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mlentory_crawl.service.agents.mcp_server import server_of
from mlentory_crawl.service.source import Source
from mlentory_crawl.service.sparql.pool import Pool

PATH = "/mcp"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""The names by which this machine reaches itself."""
MOST_BYTES = 64 * 1024
"""The bytes of the largest request."""


class AgentsEndpoint:
    """Answers agents by HTTP while it is open.

    Args:
        source: the catalog and its index.
        pool: answers questions in SPARQL.
        hosts: the names of the service, in addition to those by which this machine reaches itself.
    """

    def __init__(self, source: Source, pool: Pool, hosts: Iterable[str] = ()) -> None:
        self._server = server_of(source, pool)
        names = (*LOOPBACK, *hosts)
        self._security = TransportSecuritySettings(
            allowed_hosts=[each for name in names for each in (name, f"{name}:*")],
            allowed_origins=[
                f"{scheme}://{each}" for name in names for scheme in ("http", "https") for each in (name, f"{name}:*")
            ],
        )
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
        # A manager can be used once, an application again and again.
        self._manager = StreamableHTTPSessionManager(
            self._server,
            json_response=True,
            stateless=True,
            security_settings=self._security,
            max_request_body_size=MOST_BYTES,
        )
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._manager is not None, "the application was not started"
        await self._manager.handle_request(scope, receive, send)
