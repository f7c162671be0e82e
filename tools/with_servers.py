"""Runs a command with real servers: `python tools/with_servers.py COMMAND [ARGUMENT ...]`.

The servers are those that the environment names; else new and empty ones, which end with the command: those of
``docker-compose.yml`` where Docker works, or those of the services folder where it lies beside the checkout. Where
there are none the command is left out: one line says so, and the exit code is 0.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ROOT / "../shared/services/services"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
NAMES = ("NEO4J_URI", "ELASTICSEARCH_URL", "MONGODB_URI")
SERVERS = ("neo4j", "elasticsearch", "mongodb")
COMPOSE_FILES = ("docker-compose.yml", "docker-compose.ports.yml")


class Unavailable(Exception):
    """There are no servers to be had this way; the text says why."""


def say(text: str) -> None:
    """Tell the user one line, apart from what the command prints."""
    print(f"with_servers: {text}", file=sys.stderr, flush=True)


def free_ports(count: int) -> list[str]:
    """Ports that nobody uses at present."""
    with ExitStack() as held:
        return [str(held.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]) for _ in range(count)]


def ask(command: Sequence[str | Path], environment: dict[str, str]) -> str:
    """Run a command and return what it prints.

    Raises:
        Unavailable: it fails.
    """
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable((done.stderr.strip().splitlines() or [f"{command[0]} fails"])[-1])
    return done.stdout


@contextmanager
def named() -> Iterator[dict[str, str]]:
    """The servers that the environment names."""
    found = [name for name in NAMES if os.environ.get(name)]
    if not found:
        raise Unavailable(f"none of {', '.join(NAMES)} is set")
    yield {}


@contextmanager
def docker() -> Iterator[dict[str, str]]:
    """The servers of `COMPOSE_FILES`, as a project of its own with volumes and ports of its own."""
    program = shutil.which("docker")
    if not program:
        raise Unavailable("there is no Docker")
    bolt, browser, rest, mongodb = free_ports(4)
    password = secrets.token_hex(16)
    environment = {
        **{f"{name}_PASSWORD": password for name in ("NEO4J", "ELASTICSEARCH", "MONGODB", "SCRAPYD")},
        "NEO4J_BOLT_PORT": bolt, "NEO4J_HTTP_PORT": browser, "ELASTICSEARCH_PORT": rest, "MONGODB_PORT": mongodb,
    }  # fmt: skip
    ask([program, "info"], {})
    project = f"mlentory-{secrets.token_hex(4)}"
    compose = [
        program,
        "compose",
        "--project-name",
        project,
        "--project-directory",
        str(ROOT),
        "--env-file",
        os.devnull,
        *(word for name in COMPOSE_FILES for word in ("--file", str(ROOT / name))),
    ]
    ask([*compose, "version"], environment)
    try:
        ask([*compose, "up", "--detach", "--wait", *SERVERS], environment)
        yield {
            "NEO4J_URI": f"bolt://127.0.0.1:{bolt}", "NEO4J_USERNAME": "neo4j", "NEO4J_PASSWORD": password,
            "ELASTICSEARCH_URL": f"http://127.0.0.1:{rest}",
            "ELASTICSEARCH_USERNAME": "elastic", "ELASTICSEARCH_PASSWORD": password,
            "MONGODB_URI": f"mongodb://127.0.0.1:{mongodb}", "MONGODB_PASSWORD": password,
        }  # fmt: skip
    finally:
        ask([*compose, "down", "--volumes"], environment)


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """The servers of the services folder, with data of their own; what is installed stays for the next time."""
    if not SERVICES.is_file():
        raise Unavailable("there is no services folder beside the checkout")
    home = CACHE / "mlentory_crawl" / "servers"
    home.mkdir(parents=True, exist_ok=True)
    roles = (
        "NEO4J_PORT", "NEO4J_HTTP_PORT", "ELASTICSEARCH_PORT", "ELASTICSEARCH_TRANSPORT_PORT", "MONGODB_PORT",
    )  # fmt: skip
    environment = {"SERVICES_HOME": str(home), **dict(zip(roles, free_ports(len(roles)), strict=True))}
    with (home / "in-use").open("w") as lock:
        # The kernel frees it when this process ends: what still runs then was left behind by a kill.
        fcntl.flock(lock, fcntl.LOCK_EX)
        _stop_services(environment, home)
        try:
            told = ask([SERVICES, "start", *SERVERS], environment)
            yield dict(line.split("=", 1) for line in told.splitlines())
        finally:
            _stop_services(environment, home)


def _stop_services(environment: dict[str, str], home: Path) -> None:
    ask([SERVICES, "stop", *SERVERS], environment)
    for name in SERVERS:
        shutil.rmtree(home / name / "data", ignore_errors=True)


def run(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run the command to its end, and return its exit code."""
    process = subprocess.Popen(command, env={**os.environ, **environment})
    # A terminal's Ctrl-C reaches the command as well: what it does then decides.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    code = process.wait()
    return code if code >= 0 else 128 - code


def _terminate(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def main(command: Sequence[str]) -> int:
    """Run the command with the first servers that can be had; return its exit code, or 0 if there are none."""
    if not command:
        say("name a command")
        return 2
    signal.signal(signal.SIGTERM, _terminate)
    reasons = []
    sources: tuple[Callable[[], AbstractContextManager[dict[str, str]]], ...] = (named, docker, services)
    for source in sources:
        with ExitStack() as running:
            try:
                environment = running.enter_context(source())
            except Unavailable as reason:
                reasons.append(str(reason))
                continue
            say(f"servers from {source.__name__}")
            return run(command, environment)
    say(f"skipped, there are no servers: {'; '.join(reasons)}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
