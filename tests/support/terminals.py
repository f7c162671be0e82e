"""Commands as they are seen on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping

from support.crawling import ROOT

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_terminal(*words: str, environment: Mapping[str, str], columns: int = 80, stays: bool = True) -> tuple[int, str]:
    """Run `mlentory` with its output on a terminal.

    Args:
        words: the command and its arguments.
        environment: all environment variables.
        columns: the width of the terminal.
        stays: whether it is there until the command ends; else it is closed at once.

    Returns:
        The exit code, and everything that it was sent, without control sequences.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    # What a test runner says of its own terminal does not hold for this one.
    kept = {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-m", "mlentory_crawl", *words], cwd=ROOT, env={**kept, "TERM": "xterm"},
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    sent = b""
    while stays and (chunk := _read(ours)):
        sent += chunk
    os.close(ours)
    return process.wait(), _CONTROL.sub("", sent.decode()).replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # the other side is closed
        return b""
