"""``python -m mlentory_crawl.sample_hub``: serve made-up or captured models on this machine."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Sequence

from mlentory_crawl.sample_hub.options import add_arguments, described, say
from mlentory_crawl.sample_hub.web_server import Server


def run(options: argparse.Namespace) -> int:
    """Serve until a signal comes; the exit code.

    Args:
        options: as `add_arguments` declares them.
    """
    try:
        server, models, port = described(options)
    except (OSError, ValueError) as error:
        say(str(error))
        return 2
    # What was loaded stays: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    try:
        asyncio.run(_serve(server, models, port))
    except OSError as error:
        # The error's own text repeats the address.
        say(f"port {port}: {os.strerror(error.errno or 0)}")
        return 1
    return 0


async def _serve(server: Server, models: int, port: int) -> None:
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    listener = await server.listen(port)
    port = listener.sockets[0].getsockname()[1]
    sys.stdout.write(f"sample hub: {models} models on http://127.0.0.1:{port}\n")
    sys.stdout.write(f"to crawl it: export HF_ENDPOINT=http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    await end.wait()
    listener.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m mlentory_crawl.sample_hub", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
