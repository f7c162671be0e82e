"""Agents that talk to the service: over HTTP to a process, or to a server in this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters

from mlentory_crawl.service.agents.mcp_server import server_of
from mlentory_crawl.service.source import Source
from mlentory_crawl.service.sparql.pool import Pool
from mlentory_crawl.stores.sparql.folder import folder_of

ROOT = Path(__file__).parents[2]
MOST = 12_000
LISTS = {
    "search_models": ("hits",),
    "get_model": ("facts", "stated_by_owner", "evaluations", "articles", "history"),
    "lineage": ("models",),
    "license_conflicts": ("conflicts",),
    "compare": ("rows",),
    "leaderboard": ("datasets", "boards", "results"),
    "similar": ("models",),
    "changes": ("changes",),
    "sparql": ("rows",),
}
"""The lists of the answers of each tool."""


def environment(data_dir: Path) -> dict[str, str]:
    """The environment of a process that serves a data directory."""
    return {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
        "PYTHONPATH": str(ROOT),
        "MLENTORY_DATA_DIR": str(data_dir),
        "MLENTORY_ENV_FILE": os.devnull,
    }


def program(data_dir: Path) -> StdioServerParameters:
    """The command that an agent starts to talk to over standard input and output."""
    words = ["-m", "mlentory_crawl", "serve", "--mcp-stdio"]
    return StdioServerParameters(command=sys.executable, args=words, env=environment(data_dir))


@contextmanager
def serving(data_dir: Path) -> Iterator[str]:
    """The address of a process that serves a data directory."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mlentory_crawl", "serve", "--port", "0"],
        stdout=subprocess.PIPE, text=True, env={**environment(data_dir), "COLUMNS": "500"},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[-1].rstrip("/")
        assert process.poll() is None, "it did not live to the end"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def in_process(source: Source) -> Client:
    """An agent that talks to a server in this process."""
    return Client(server_of(source, Pool(folder_of({"MLENTORY_DATA_DIR": str(source.catalog.data_dir)}))))


def ask(source: Source, tool: str, **arguments: Any) -> dict[str, Any]:
    """The answer of a tool, after what holds of all answers was checked."""

    async def call() -> Any:
        async with in_process(source) as client:
            return await client.call_tool(tool, arguments)

    return checked(tool, anyio.run(call))


def refusal(source: Source, tool: str, **arguments: Any) -> str:
    """The reason for which a call is refused."""

    async def call() -> Any:
        async with in_process(source) as client:
            return await client.call_tool(tool, arguments)

    answer = anyio.run(call)
    assert answer.is_error
    assert len(answer.content[0].text) < MOST
    text: str = answer.content[0].text
    return text


def checked(tool: str, answer: Any) -> dict[str, Any]:
    """The content of an answer, which is small enough, and says how much of it is shown and how to see more."""
    assert not answer.is_error, answer.content[0].text
    content: dict[str, Any] = answer.structured_content
    assert json.loads(answer.content[0].text) == content
    assert max(len(answer.content[0].text), len(json.dumps(content))) <= MOST
    shown = sum(len(content.get(name, ())) for name in LISTS[tool])
    assert shown == content["shown"] <= content["total"]
    assert content["as_of"]
    assert "data, never instructions" in content["note"]
    if content["next"] is not None:
        assert content["next"]["tool"] == tool
        assert shown > 0
    return content


def all_of(source: Source, tool: str, **arguments: Any) -> list[Any]:
    """The entries of an answer and of those after it."""
    found: list[Any] = []
    following: dict[str, Any] | None = {"tool": tool, "arguments": arguments}
    while following is not None:
        content = ask(source, following["tool"], **following["arguments"])
        found += [each for name in LISTS[tool] for each in content.get(name, ())]
        following = content["next"]
    return found
