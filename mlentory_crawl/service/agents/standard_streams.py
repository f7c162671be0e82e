"""Agents that start the service themselves, and talk to it over its standard input and output."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import anyio
from anyio.to_thread import current_default_thread_limiter
from mcp.server.stdio import stdio_server

from mlentory_crawl.service.agents.mcp_server import server_of
from mlentory_crawl.service.source import Source
from mlentory_crawl.service.sparql.pool import Pool
from mlentory_crawl.stores.sparql.folder import folder_of

THREADS = 4
"""The number of calls of the agent that are answered at the same time."""


def serve_standard_streams(settings: Mapping[str, Any]) -> int:
    """Answer an agent until it closes the standard input, and return the exit code.

    Nothing but the protocol is written to the standard output.

    Args:
        settings: the project's settings, `MLENTORY_DATA_DIR` among them.

    Raises:
        CatalogError: there is no catalog that can be read.
    """
    with closing(Source(settings)) as source:
        anyio.run(_serve, source, Pool(folder_of(settings)))
    return 0


async def _serve(source: Source, pool: Pool) -> None:
    server = server_of(source, pool)
    current_default_thread_limiter().total_tokens = THREADS
    async with stdio_server() as (received, sent):
        try:
            await server.run(received, sent, server.create_initialization_options())
        finally:
            await pool.close()
