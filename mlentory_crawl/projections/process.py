"""Processes that a crawl starts and that end with it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

PR_SET_PDEATHSIG = 1
CHUNK = 64 * 1024


async def spawn(module: str, *arguments: str) -> asyncio.subprocess.Process:
    """Run a module of the project in a process of its own, with pipes to its standard streams.

    A terminal's Ctrl-C does not reach it: the crawl decides when it ends.
    """
    import asyncio  # the children themselves use none of it, and it is a fifth of what they load

    pipe = asyncio.subprocess.PIPE
    # Under scrapyd the project is in an egg that only the runner has put on its path.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    # -P: a file in the working directory must not stand in for a library that has its name.
    command = [sys.executable, "-P", "-m", module, *arguments]
    return await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, env=environment, start_new_session=True
    )


async def lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The lines of a stream, however long; its own iteration ends with an error at one of 64 KiB."""
    rest = b""
    while chunk := await stream.read(CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
    if rest:
        yield rest


def die_with_parent() -> None:
    """Have the kernel end this process when its parent dies, where the kernel can (Linux, prctl(2)).

    Where the parent has died before, only the end of the standard input shows it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
