"""The base of the commands: arguments in the right encoding, and failures in one line."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import shutil
import sys
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlentory_crawl.catalog.database import damage_reported
from mlentory_crawl.console import fail
from mlentory_crawl.data_directory import restrict
from mlentory_crawl.exceptions import MlentoryError, SettingError, WrongUsage
from mlentory_crawl.printable import log_printable, one_line
from mlentory_crawl.suggestions import did_you_mean, suggested

_UNREAD = re.compile("[\udc80-\udcff]")
"""Bytes of a command line that are not characters in the locale, as Python represents them."""


class ProjectCommand(ABC):
    """A command that reads or writes the data directory; a failure is one line on the standard error and exit code 1.

    Args:
        settings: the project's settings.

    Attributes:
        syntax: the arguments, as the help shows them.
        description: the text of its own help; None if the docstring is enough.
        writes: whether it creates files in the data directory.
        takes_words: whether it takes arguments other than options.
        takes_files: whether it takes names of files, which stay as given whatever the locale.
    """

    syntax = ""
    description: str | None = None
    writes = False
    takes_words = True
    takes_files = False

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        self.data_dir = Path(settings["MLENTORY_DATA_DIR"])

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""

    def run(self, args: list[str], opts: argparse.Namespace) -> int:
        """Run the command, print what went wrong, and return the exit code.

        Args:
            args: the arguments other than options, and unknown options.
            opts: the options that `add_options` declares.

        Raises:
            WrongUsage: the arguments or the settings are invalid.
        """
        log_printable()
        try:
            if unknown := [arg for arg in args if arg.startswith("-") and arg != "-"]:
                raise WrongUsage(f"there is no option {' '.join(unknown)}{self._near(unknown[0])}")
            if args and not self.takes_words:
                raise WrongUsage(f"it takes options only, not {' '.join(args)}")
            if not self.takes_files:
                args = list(map(_typed, args))
                opts = argparse.Namespace(**{name: _typed(given) for name, given in vars(opts).items()})
            return self._ended(args, opts)
        except (WrongUsage, SettingError) as error:
            raise WrongUsage(one_line(str(error))) from error

    def _near(self, unknown: str) -> str:
        """Return the most similar option, as the end of a sentence; an empty text if there is none."""
        parser = argparse.ArgumentParser()
        self.add_options(parser)
        options = re.findall(r"--[a-z][a-z-]*", parser.format_usage())
        name = unknown.partition("=")[0]
        begun = [option for option in options if option.startswith(name)] if name.startswith("--") else []
        hint = suggested(begun[:3]) or did_you_mean(name, options)
        return f"; {hint}" if hint else ""

    def _ended(self, args: list[str], opts: argparse.Namespace) -> int:
        if sys.stdout is None:
            fail("there is no standard output to write to")
            return 1
        try:
            if self.writes:
                restrict(self.settings["MLENTORY_DATA_ACCESS"])
            with damage_reported(self.data_dir):
                code = self.carry_out(args, opts)
            sys.stdout.flush()
        except (WrongUsage, SettingError):
            raise
        except MlentoryError as error:
            fail(str(error))
            return 1
        except BrokenPipeError:
            write_no_more()  # the reader has closed its end, as `head` does
            return 0
        except OSError as error:
            write_no_more()
            fail(f"{error.filename or 'the output cannot be written'}: {error.strerror or error}")
            return 1
        return code

    @abstractmethod
    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        """Run the command, and return the exit code."""


def _typed(given: Any) -> Any:
    """Decode words of a command line as UTF-8 if the locale has too few characters to decode them."""
    if isinstance(given, list):
        return list(map(_typed, given))
    if isinstance(given, str) and _UNREAD.search(given):
        return os.fsencode(given).decode("utf-8", "replace")
    return given


def write_no_more() -> None:
    """Discard the rest of the output, so that the interpreter does not fail again when it flushes it at exit."""
    with contextlib.suppress(io.UnsupportedOperation):  # not a file, so nothing is left to write
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def add_examples(parser: argparse.ArgumentParser, *command_lines: str) -> None:
    """Add command lines to the end of the help.

    Args:
        parser: the parser of a command, which has its description already.
        command_lines: the examples.
    """
    width = min(shutil.get_terminal_size().columns, 100) - 2
    parser.formatter_class = argparse.RawDescriptionHelpFormatter  # which leaves the description as it is, too
    parser.description = textwrap.fill(parser.description or "", width)
    parser.epilog = "\n".join(("Examples:", *(f"  {each}" for each in command_lines)))


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Declare the option that every command that prints facts has."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
