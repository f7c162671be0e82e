"""Runs modules in processes forked from one that has loaded everything which a crawl loads.

`python -m support.fork_server SOCKET` serves until its standard input ends. A module runs in a grandchild: its parent
waits for it, tells its exit code, and kills it when whoever asked has gone.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path

from scrapy.cmdline import execute

from mlentory_crawl.commands.command_line import main
from support.fork_client import ADDRESS, INTERPRETER
from support.warm import warm

STAND_IN = Path(__file__).with_name("python")
LOADED = "FORK_LOADED"
"""Names a file for the names of the modules that a forked command had to load itself."""


def serve(path: str) -> None:
    """Fork for whoever asks at a socket.

    Args:
        path: where to make the socket.
    """
    warm()
    # What is loaded stays: no collection in a fork walks over it, and copies its pages by that.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        os.write(1, b"ready\n")
        while True:
            ready, _, _ = select.select([listener.fileno(), 0], [], [])
            if 0 in ready:
                return
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _attend(connection, path)
            connection.close()


def _attend(connection: socket.socket, path: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, streams, _, _ = socket.recv_fds(connection, 8, 3)
    body = b""
    while len(body) < int.from_bytes(size, "big"):
        body += connection.recv(1 << 20)
    arguments, cwd, environment = json.loads(body)
    child = os.fork()
    if child == 0:
        connection.close()
        _become(arguments, cwd, {**environment, ADDRESS: path, INTERPRETER: sys.executable}, streams)
    for stream in streams:
        os.close(stream)

    def kill_when_alone() -> None:
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            if not connection.recv(1):
                os.kill(child, signal.SIGKILL)

    threading.Thread(target=kill_when_alone, daemon=True).start()
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(BrokenPipeError):  # whoever asked has gone
        connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(arguments: list[str], cwd: str, environment: dict[str, str], streams: list[int]) -> None:
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    further = environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:1] = [cwd, *(each for each in further if each and each not in sys.path)]
    sys.executable = str(STAND_IN)
    loaded = set(sys.modules)
    try:
        _run(*arguments)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:  # noqa: BLE001  as the interpreter itself would end
        traceback.print_exc()
        code = 1
    if LOADED in environment:
        Path(environment[LOADED]).write_text("\n".join(sorted(set(sys.modules) - loaded)))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run(module: str, *arguments: str) -> None:
    # Settings are read from the environment when they are loaded.
    sys.modules.pop("mlentory_crawl.settings", None)
    sys.argv = [module, *arguments]
    if module == "scrapy":
        execute()
    elif module == "mlentory_crawl":
        sys.exit(main())
    else:
        sys.modules.pop(module, None)  # what runs as a program is loaded once more as `__main__`
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve(sys.argv[1])
