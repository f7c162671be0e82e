"""``mlentory serve``: the catalog in a browser and over HTTP."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import FrameType

from mlentory_crawl.commands.base import ProjectCommand, add_examples, add_json_option
from mlentory_crawl.exceptions import MlentoryError, WrongUsage
from mlentory_crawl.extras import install_command

HOST, PORT = "127.0.0.1", "8010"
WORDS = {"keys": ("add", "list", "revoke"), "audit": ("list", "verify")}


class Command(ProjectCommand):
    """Serves the catalog until it is stopped: pages for people, an API for programs; nothing can be changed by it."""

    syntax = (
        "[--host ADDRESS] [--port N] | --mcp-stdio"
        " | keys add --owner WHO [--role ROLE] [--days N] | keys list | keys revoke ID"
        " | audit list [--last N] | audit verify"
    )
    writes = True

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", metavar="ADDRESS", help="listen here (default: SERVE_HOST, else 127.0.0.1)")
        parser.add_argument("--port", metavar="N", help="and on this port (default: SERVE_PORT, else 8010)")
        parser.add_argument(
            "--mcp-stdio",
            action="store_true",
            help="answer an agent that starts this command, over standard input and output (MCP)",
        )
        of_keys = parser.add_argument_group("keys")
        of_keys.add_argument("--owner", metavar="WHO", help="the person or program that the key is for")
        of_keys.add_argument("--role", default="reader", help="reader (default), curator, operator or admin")
        of_keys.add_argument(
            "--days", type=int, default=365, metavar="N", help="expires after N days (default: 365; 0: never)"
        )
        of_audit = parser.add_argument_group("audit")
        of_audit.add_argument(
            "--last", type=int, default=50, metavar="N", help="list the last N entries (default: 50; 0: all)"
        )
        add_json_option(parser)
        add_examples(
            parser,
            "mlentory serve",
            "mlentory serve keys add --owner dashboard --role operator",
            "mlentory serve keys revoke 4kq81x0z",
            "mlentory serve audit verify",
        )

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if args:
            return self._of_database(args, opts)
        host = opts.host or self.settings["SERVE_HOST"] or HOST
        port = _port(opts.port, self.settings["SERVE_PORT"] or PORT)
        if not all(map(find_spec, ("fastapi", "jinja2", "mcp"))):
            raise MlentoryError(f"serving needs FastAPI: {install_command('serve')}")
        if opts.mcp_stdio:
            from mlentory_crawl.service.agents.standard_streams import serve_standard_streams

            return serve_standard_streams(self.settings)
        with _stopped_by_sigterm():
            from mlentory_crawl.service.listening import serve  # only this command needs a web server

            return serve(self.settings, host, port)

    def _of_database(self, args: list[str], opts: argparse.Namespace) -> int:
        """Carry out what needs neither the catalog nor a web server."""
        if len(args) < 2 or args[1] not in WORDS.get(args[0], ()):
            expected = ", or ".join(f"{name} {', '.join(words)}" for name, words in WORDS.items())
            raise WrongUsage(f"expected no words, or {expected}, not {' '.join(args)}")
        from mlentory_crawl.commands import serve_audit, serve_keys
        from mlentory_crawl.service.gateway.service_database import state_dir

        carry_out = serve_keys.carry_out if args[0] == "keys" else serve_audit.carry_out
        return carry_out(state_dir(self.settings), args[1], args[2:], opts)


def _port(given: str | None, setting: str) -> int:
    name, value = ("SERVE_PORT", setting) if given is None else ("--port", given)
    if not (value.isascii() and value.isdigit() and int(value) < 1 << 16):
        raise WrongUsage(f"{name} {value}: expected a number from 0 to 65535")
    return int(value)


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """End the process with exit code 0 at SIGTERM, which the first process of a container would not even notice.

    The server finishes what it has begun, and then raises the signal once more for whoever handled it before.
    """
    former = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
