"""The console script ``mlentory``: every command from any folder; those that do not crawl run without Scrapy."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches

from mlentory_crawl import __version__
from mlentory_crawl.commands.groups import GROUPS, SUMMARIES, command_of
from mlentory_crawl.config import VARIABLES, read_environment
from mlentory_crawl.console import console, fail, styled, table
from mlentory_crawl.exceptions import SettingError, WrongUsage

OF_SCRAPY = ("list", "shell", "fetch", "view", "genspider", "settings", "check", "edit", "bench", "parse")
"""Scrapy's own commands that are of use in this project; they are passed on to Scrapy, like ``crawl``."""


def main() -> int:
    """Run the command that the command line names, and return its exit code."""
    words = sys.argv[1:]
    if not words or words[0] in ("-h", "--help", "help"):
        _print_help()
        return 0
    if words[0] in ("--version", "-V"):
        console().print(f"mlentory_crawl {__version__}")
        return 0
    name, *rest = words
    if name in SUMMARIES and name != "crawl":
        return _run(name, rest)
    if name == "crawl" or name in OF_SCRAPY:
        return _run_in_scrapy(words)
    near = get_close_matches(name, [*SUMMARIES, *OF_SCRAPY], n=1)
    fail(f"there is no command {name}" + (f"; did you mean {near[0]}?" if near else "; mlentory -h lists them"))
    return 2


def parser_of(name: str) -> argparse.ArgumentParser:
    """Return the parser of a command's options; its other arguments are what the parser leaves over."""
    command = command_of(name)
    parser = argparse.ArgumentParser(
        prog=f"mlentory {name}",
        usage=f"mlentory {name} {command.syntax}",
        description=command.description or command.__doc__,
        conflict_handler="resolve",
    )
    parser.add_argument(
        "-s", dest="set", action="append", default=[], metavar="NAME=VALUE", help="a setting for this command"
    )
    command.add_options(parser)
    return parser


def _run(name: str, words: Sequence[str]) -> int:
    opts, args = parser_of(name).parse_known_args(words)
    settings = read_environment(VARIABLES)
    try:
        for given in opts.set:
            setting, equals, value = given.partition("=")
            if not equals:
                raise WrongUsage(f"-s {given}: NAME=VALUE is expected")
            settings[setting] = value or None
        return command_of(name)(settings).run(args, opts)
    except (WrongUsage, SettingError) as error:
        fail(f"mlentory {name}: {error}")
        return 2


def _run_in_scrapy(words: Sequence[str]) -> int:
    # Scrapy finds the project by this variable, whatever folder it is run in.
    os.environ["SCRAPY_SETTINGS_MODULE"] = "mlentory_crawl.settings"
    from scrapy.cmdline import execute

    try:
        execute(["mlentory", *words])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def _print_help() -> None:
    out = console()
    out.print(
        styled(
            ("mlentory", "bold"), f" {__version__}: which machine-learning models exist, and who says what of them\n"
        )
    )
    out.print("Usage: mlentory COMMAND [options]      mlentory COMMAND -h shows its options\n")
    commands = table("", "", "")
    commands.show_header = False
    for group, listed in GROUPS.items():
        for place, (name, summary) in enumerate(listed.items()):
            commands.add_row(styled((group if place == 0 else "", "bold")), styled((name, "cyan")), summary)
    out.print(commands)
    out.print(f"\nScrapy's own commands work as well: {', '.join(OF_SCRAPY[:5])}, ...")
