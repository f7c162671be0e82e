"""The console script ``mlentory``: every command from any folder; those that do not crawl run without Scrapy."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from mlentory_crawl import __version__
from mlentory_crawl.commands.base import write_no_more
from mlentory_crawl.commands.groups import GROUPS, SUMMARIES, command_of
from mlentory_crawl.config.environment import read_environment
from mlentory_crawl.config.variables import VARIABLES
from mlentory_crawl.console import console, fail, print_text, styled, table
from mlentory_crawl.exceptions import SettingError, WrongUsage
from mlentory_crawl.suggestions import did_you_mean

OF_SCRAPY = ("list", "genspider", "shell", "fetch", "view", "parse", "check", "settings", "edit", "runspider", "bench")
"""Scrapy's own commands that are of use in this project."""
INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ends, as shells have it."""
SHELLS = ("bash", "zsh", "tcsh")


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that the command line names, and return its exit code.

    Args:
        words: the words of the command line; None for those of this process.
    """
    try:
        return _main(sys.argv[1:] if words is None else words)
    except BrokenPipeError:  # the reader has closed its end, as `head` does
        write_no_more()
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED


def _main(words: Sequence[str]) -> int:
    name, rest = (words[0], words[1:]) if words else ("--help", ())
    if name == "help" and rest:
        return _main([rest[0], "-h"])
    if name in ("-h", "--help", "help"):
        _print_help()
        return 0
    if name == "--version":
        console().print(f"mlentory_crawl {__version__}")
        return 0
    if name == "--print-completion":
        return _print_completion(rest)
    if name in SUMMARIES and name != "crawl":
        return _run(name, rest)
    if name == "crawl" or name in OF_SCRAPY:
        return _run_in_scrapy(words)
    hint = did_you_mean(name, [*SUMMARIES, *OF_SCRAPY], "mlentory -h lists them")
    fail(f"there is no command {name}; {hint}")
    return 2


def _run(name: str, words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog=f"mlentory {name}", allow_abbrev=False)
    _declare(parser, name)
    opts, args = parser.parse_known_args(words)
    try:
        settings = read_environment(VARIABLES)
        for given in opts.set:
            setting, equals, value = given.partition("=")
            if not equals:
                raise WrongUsage(f"-s {given}: expected NAME=VALUE")
            settings[setting] = value or None
        return command_of(name)(settings).run(args, opts)
    except (WrongUsage, SettingError) as error:
        fail(f"mlentory {name}: {error}")
        return 2


def _declare(parser: argparse.ArgumentParser, name: str) -> None:
    """Declare the options of a command; its other arguments are what the parser leaves over."""
    command = command_of(name)
    parser.usage = f"mlentory {name} {command.syntax or '[options]'}"
    parser.description = command.description or command.__doc__
    parser.add_argument(
        "-s", dest="set", action="append", default=[], metavar="NAME=VALUE", help="change a setting for this command"
    )
    command.add_options(parser)


def _run_in_scrapy(words: Sequence[str]) -> int:
    os.environ["SCRAPY_SETTINGS_MODULE"] = "mlentory_crawl.settings"  # the project, whatever folder it is run in
    from scrapy.cmdline import execute  # takes most of the time of a command that only reads

    try:
        execute(["mlentory", *words])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def _print_help() -> None:
    out = console()
    title = f" {__version__}: which machine-learning models exist, and who says what\n"
    out.print(styled(("mlentory", "bold"), title))
    commands = table("", "", "")
    commands.show_header = False
    for group, summaries in GROUPS.items():
        for place, (name, summary) in enumerate(summaries.items()):
            commands.add_row(styled((group if place == 0 else "", "bold")), styled((name, "cyan")), summary)
    out.print(commands)
    out.print(
        f"\nScrapy's own commands work, too: {', '.join(OF_SCRAPY[:4])}, ..."
        "\nmlentory COMMAND -h      options       mlentory --version"
        f"\nmlentory --print-completion {'|'.join(SHELLS[:2])}"
    )


def _print_completion(words: Sequence[str]) -> int:
    if len(words) != 1 or words[0] not in SHELLS:
        fail(f"mlentory --print-completion: expected one of {', '.join(SHELLS)}")
        return 2
    import shtab

    from fair4ml.platforms import platforms

    parser = argparse.ArgumentParser(prog="mlentory")
    parser.add_argument("--version", action="store_true")
    parser.add_argument("--print-completion", choices=SHELLS)
    commands = parser.add_subparsers()
    for name, summary in SUMMARIES.items():
        command = commands.add_parser(name, help=summary)
        if name == "crawl":
            command.add_argument("spider", choices=(*platforms(), "dispatcher"))
            command.add_argument("-a", metavar="NAME=VALUE", help="an argument of the spider")
            command.add_argument("-O", metavar="FILE", help="a feed export")
        else:
            _declare(command, name)
    for name in OF_SCRAPY:
        commands.add_parser(name)
    print_text(shtab.complete(parser, words[0]))
    return 0
