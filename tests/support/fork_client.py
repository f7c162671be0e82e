"""Asks a fork server to run a module, and waits for its end; loads the standard library alone."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

ADDRESS = "FORK_SERVER"
"""Names the socket of the server, for commands that are forked from it."""
INTERPRETER = "FORK_INTERPRETER"
"""Names the real interpreter, where `sys.executable` names the script beside this file."""


def ask(address: str, arguments: list[str], cwd: str, environment: dict[str, str], streams: list[int]) -> socket.socket:
    """Have a module run; the connection on which its exit code comes. To close it is to kill the module.

    Args:
        address: of the server.
        arguments: the module's name, and its own arguments.
        cwd: the folder to run it in.
        environment: all its environment variables.
        streams: descriptors of its standard input, output and error.
    """
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    body = json.dumps([arguments, cwd, environment]).encode()
    socket.send_fds(connection, [len(body).to_bytes(8, "big")], streams)
    connection.sendall(body)
    return connection


def exit_code(connection: socket.socket) -> int:
    """The exit code of what was asked for, once it has ended.

    Raises:
        TimeoutError: it has not ended when the connection's patience is over.
        ConnectionError: the server has gone.
    """
    told = connection.recv(8)
    if not told:
        raise ConnectionError("the fork server has gone")
    return int(told)


def _main() -> int:
    words = [word for word in sys.argv[1:] if word != "-P"]
    if words[0] != "-m":
        os.execv(os.environ[INTERPRETER], sys.argv[:1] + sys.argv[1:])
    with ask(os.environ[ADDRESS], words[1:], str(Path.cwd()), dict(os.environ), [0, 1, 2]) as connection:
        return exit_code(connection)


if __name__ == "__main__":
    sys.exit(_main())
