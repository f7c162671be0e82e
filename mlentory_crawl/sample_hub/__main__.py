"""``python -m mlentory_crawl.sample_hub``: serve made-up or captured models on this machine."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from mlentory_crawl.sample_hub.captured import CapturedModels
from mlentory_crawl.sample_hub.conditions import Conditions
from mlentory_crawl.sample_hub.hub import Hub, Source
from mlentory_crawl.sample_hub.models import MadeUpModels
from mlentory_crawl.sample_hub.server import Server

MODELS = 1000
"""How many made-up models there are where nothing else is said."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument(
        "--models", type=int, metavar="N", help=f"N made-up models (default: {MODELS}, or none with --records)"
    )
    parser.add_argument(
        "--records",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="captured records, .jsonl or .jsonl.gz, one a line",
    )
    parser.add_argument("--clones", type=int, metavar="N", help="grow or cut the captured records to N")
    parser.add_argument("--odd", action="store_true", help="spoil one record in 50, so that nobody can use it")
    parser.add_argument("--seed", type=int, default=1, help="of the made-up models and of the faults (default: 1)")
    parser.add_argument("--quota", type=int, default=0, help="API requests per window; six times as many for files")
    parser.add_argument("--window", type=int, default=300, metavar="SECONDS", help="of the quota (default: 300)")
    parser.add_argument(
        "--fail", type=float, default=0, metavar="SHARE", help="share of answers that are broken, 0 to 1"
    )
    parser.add_argument("--latency", type=float, default=0, metavar="MS", help="milliseconds before each answer")
    parser.add_argument("--refuse", nargs="+", default=[], metavar="FIELD", help="refuse fields")
    parser.add_argument("--gzip", action="store_true", help="compress for clients that accept it")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input does")


def run(options: argparse.Namespace) -> int:
    """Serve until a signal comes; the exit code.

    Args:
        options: as `add_arguments` declares them.
    """
    try:
        conditions = Conditions(
            quota=options.quota,
            window=options.window,
            fail=options.fail,
            latency=options.latency,
            refuse=options.refuse,
            gzip=options.gzip,
            seed=options.seed,
        )
        hub = Hub(_sources(options), odd=options.odd)
    except (OSError, ValueError) as error:
        _say(str(error))
        return 2
    # What was loaded stays: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    try:
        asyncio.run(_serve(Server(hub, conditions), len(hub), options))
    except OSError as error:
        _say(f"port {options.port}: {error}")
        return 1
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"sample hub: {text}\n")


def _sources(options: argparse.Namespace) -> list[Source]:
    sources: list[Source] = []
    if options.clones is not None and not (options.records and options.clones > 0):
        raise ValueError("--clones takes a positive number, and needs --records")
    if options.models or not options.records:
        sources.append(MadeUpModels(MODELS if options.models is None else options.models, options.seed))
    if options.records:
        captured = CapturedModels(options.records, options.clones)
        if captured.dropped:
            _say(f"{captured.dropped} records dropped: no id, or the id of an earlier one")
        if captured.completed:
            made_up = ", ".join(f"{name} in {count}" for name, count in sorted(captured.completed.items()))
            _say(f"captured records had fields missing, which are made up: {made_up}")
        sources.append(captured)
    return sources


async def _serve(server: Server, models: int, options: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    if options.with_parent:
        threading.Thread(target=_await_end_of_input, args=(loop, end), daemon=True).start()
    listener = await server.listen(options.port)
    port = listener.sockets[0].getsockname()[1]
    sys.stdout.write(f"sample hub: {models} models on http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    await end.wait()
    listener.close()


def _await_end_of_input(loop: asyncio.AbstractEventLoop, end: asyncio.Event) -> None:
    while os.read(sys.stdin.fileno(), 1 << 12):
        pass
    with contextlib.suppress(RuntimeError):  # a signal has ended it already
        loop.call_soon_threadsafe(end.set)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m mlentory_crawl.sample_hub", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
