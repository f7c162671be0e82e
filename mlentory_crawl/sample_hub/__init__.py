"""A stand-in of the Hub with made-up, deterministic models: for the demo, the tests and the benchmarks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self
from urllib.request import ProxyHandler, Request, build_opener

Option = int | float | str | bool | Path | Sequence[str | Path]

_OPENER = build_opener(ProxyHandler({}))


class SampleHub:
    """A sample hub in a process of its own, which ends with the ``with`` block, and with this process.

    Args:
        options: those of ``python -m mlentory_crawl.sample_hub``, by name, such as ``models=500, fail=0.1, odd=True``.

    Raises:
        RuntimeError: it did not start; standard error says why.

    Attributes:
        url: where it answers, without a slash at the end.
        process: the process.
    """

    def __init__(self, **options: Option) -> None:
        command = [sys.executable, "-m", __name__, "--with-parent"]
        for name, value in options.items():
            flag = f"--{name.replace('_', '-')}"
            if isinstance(value, bool):
                command += [flag] if value else []
            elif isinstance(value, (str, int, float, Path)):
                command += [flag, str(value)]
            else:
                command += [flag, *map(str, value)]
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.communicate()
            raise RuntimeError(f"the sample hub did not start: exit code {self.process.returncode}")
        self.url = line.split()[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, and wait until it has ended."""
        self.process.terminate()
        self.process.communicate()

    def ids(self) -> list[str]:
        """The ids of all models, oldest first."""
        ids: list[str] = self._ask("ids")
        return ids

    def stats(self) -> dict[str, Any]:
        """How many ``models`` there are, ``requests`` by route and status, and ``faults`` by kind."""
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
