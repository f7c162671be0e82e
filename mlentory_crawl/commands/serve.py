"""``mlentory serve``: the catalog in a browser and over HTTP."""

from __future__ import annotations

import argparse
from importlib.util import find_spec

from mlentory_crawl.commands.base import ProjectCommand, add_examples, add_json_option
from mlentory_crawl.exceptions import MlentoryError, WrongUsage
from mlentory_crawl.extras import install_command

KEYS = "keys"
OF_KEYS = ("add", "list", "revoke")


class Command(ProjectCommand):
    """Serves the catalog until it is stopped: pages for people, an API for programs; nothing can be changed by it."""

    syntax = (
        "[--host ADDRESS] [--port N] | --mcp-stdio"
        " | keys add --owner WHO [--role ROLE] [--days N] | keys list | keys revoke ID"
    )
    writes = True

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="listen here (default: 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8010, metavar="N", help="and on this port (default: 8010)")
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
        add_json_option(parser)
        add_examples(
            parser,
            "mlentory serve",
            "mlentory serve keys add --owner dashboard --role operator",
            "mlentory serve keys revoke 4kq81x0z",
        )

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if args:
            if args[0] != KEYS or len(args) < 2 or args[1] not in OF_KEYS:
                raise WrongUsage(f"expected no words, or keys {', '.join(OF_KEYS)}, not {' '.join(args)}")
            from mlentory_crawl.commands import serve_keys  # needs neither the catalog nor a web server

            return serve_keys.carry_out(self.data_dir, args[1], args[2:], opts)
        if not 0 <= opts.port < 1 << 16:
            raise WrongUsage(f"--port {opts.port}: expected a number from 0 to 65535")
        if not all(map(find_spec, ("fastapi", "jinja2", "mcp"))):
            raise MlentoryError(f"serving needs FastAPI: {install_command('serve')}")
        if opts.mcp_stdio:
            from mlentory_crawl.service.agents.standard_streams import serve_standard_streams

            return serve_standard_streams(self.settings)
        from mlentory_crawl.service.listening import serve  # only this command needs a web server

        return serve(self.settings, opts.host, opts.port)
