"""A stand-in of the Hub with made-up, deterministic models: for the demo, the tests and the benchmarks."""

from __future__ import annotations

import argparse
import asyncio
import json
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self
from urllib.request import ProxyHandler, Request, build_opener

from mlentory_crawl.sample_hub.options import add_arguments, described
from mlentory_crawl.sample_hub.web_server import Server

Option = int | float | str | bool | Path | Sequence[str | Path]

_OPENER = build_opener(ProxyHandler({}))


class SampleHub:
    """A sample hub in a thread of its own, which ends with the ``with`` block.

    Args:
        options: those of ``python -m mlentory_crawl.sample_hub``, by name, such as ``models=500, fail=0.1, odd=True``.

    Raises:
        OSError: a file of records cannot be read.
        ValueError: the options are invalid.

    Attributes:
        url: its address, without a trailing slash.
    """

    def __init__(self, **options: Option) -> None:
        words: list[str] = []
        for name, value in options.items():
            flag = f"--{name.replace('_', '-')}"
            if isinstance(value, bool):
                words += [flag] if value else []
            elif isinstance(value, (str, int, float, Path)):
                words += [flag, str(value)]
            else:
                words += [flag, *map(str, value)]
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        given = parser.parse_args(words)
        server, _, port = described(given)
        self._end = asyncio.Event()
        listening: Future[tuple[asyncio.AbstractEventLoop, int]] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(server, port, listening)), name="sample hub", daemon=True
        )
        self._thread.start()
        self._loop, opened = listening.result()
        self.url = f"http://127.0.0.1:{opened}"

    async def _serve(self, server: Server, port: int, listening: Future[tuple[asyncio.AbstractEventLoop, int]]) -> None:
        try:
            listener = await server.listen(port)
        except OSError as error:
            listening.set_exception(error)
            return
        listening.set_result((asyncio.get_running_loop(), listener.sockets[0].getsockname()[1]))
        await self._end.wait()
        listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the hub, and wait until it has stopped."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()

    def ids(self) -> list[str]:
        """The ids of all models, oldest first."""
        ids: list[str] = self._ask("ids")
        return ids

    def stats(self) -> dict[str, Any]:
        """Counts of ``models``, of ``requests`` by route and status, and of ``faults`` by kind."""
        stats: dict[str, Any] = self._ask("stats")
        return stats

    def set(self, **order: Any) -> None:
        """Change the hub, all at once or not at all.

        Args:
            order: as `mlentory_crawl.sample_hub.control.Control` takes it.

        Raises:
            urllib.error.HTTPError: the order cannot be carried out.
        """
        self._ask("set", json.dumps(order).encode())

    def _ask(self, what: str, body: bytes | None = None) -> Any:
        request = Request(f"{self.url}/__sample_hub/{what}", body)  # noqa: S310  (its own address)
        with _OPENER.open(request, timeout=60) as answer:
            return json.load(answer)
