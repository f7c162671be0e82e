"""What the project's commands share: reading the catalog, tables for people, JSON for programs."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import sys
from abc import abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
from rich import console as rich_console
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from mlentory_crawl.catalog.database import damage_told
from mlentory_crawl.data_directory import restrict
from mlentory_crawl.exceptions import MlentoryError, SettingError, StoreError
from mlentory_crawl.printable import log_printable, one_line, printable

_UNREAD = re.compile("[\udc80-\udcff]")
"""Bytes of a command line that are no characters of the locale, as Python has them."""


class ProjectCommand(ScrapyCommand):
    """A command that reads or keeps the data directory; a failure is one line on the standard error and exit code 1.

    Attributes:
        writes: whether it makes files in the data directory.
        takes_words: whether it takes more than options.
        takes_files: whether it takes names of files, which are what they are in any locale.
    """

    writes = False
    takes_words = True
    takes_files = False

    requires_project = True
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012  (declared so by Scrapy)

    @property
    def data_dir(self) -> Path:
        """The data directory that the settings name."""
        assert self.settings is not None
        return Path(self.settings["MLENTORY_DATA_DIR"])

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        log_printable()
        try:
            # Scrapy hands unknown options over as arguments.
            if unknown := [arg for arg in args if arg.startswith("-") and arg != "-"]:
                raise UsageError(f"there is no option {' '.join(unknown)}", print_help=False)
            if args and not self.takes_words:
                raise UsageError(f"it takes options only, not {' '.join(args)}", print_help=False)
            if not self.takes_files:
                args = list(map(_typed, args))
                opts = argparse.Namespace(**{name: _typed(given) for name, given in vars(opts).items()})
            self.exitcode = self._ended(args, opts)
        except UsageError as error:
            raise UsageError(one_line(str(error)), print_help=error.print_help) from error

    def _ended(self, args: list[str], opts: argparse.Namespace) -> int:
        assert self.settings is not None
        if sys.stdout is None:
            fail("there is no standard output to write to")
            return 1
        try:
            if self.writes:
                restrict(self.settings["MLENTORY_DATA_ACCESS"])
            with damage_told(self.data_dir):
                code = self.carry_out(args, opts)
            sys.stdout.flush()
        except SettingError as error:
            raise UsageError(str(error), print_help=False) from error
        except (MlentoryError, StoreError) as error:
            fail(str(error))
            return 1
        except BrokenPipeError:
            _write_no_more()  # who reads it has had enough, as `head` does
            return 0
        except OSError as error:
            _write_no_more()
            fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
            return 1
        return code

    @abstractmethod
    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        """Do it, and return the exit code."""


def _typed(given: Any) -> Any:
    """Words of a command line as UTF-8, where the locale knows too few characters to read them."""
    if isinstance(given, list):
        return list(map(_typed, given))
    if isinstance(given, str) and _UNREAD.search(given):
        return os.fsencode(given).decode("utf-8", "replace")
    return given


def _write_no_more() -> None:
    """Keep the interpreter, which writes out what is left when it ends, from failing on it again."""
    with contextlib.suppress(io.UnsupportedOperation):  # it is no file, so nothing is left to write
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """The option that every command has that prints facts."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def print_json(value: Any) -> None:
    """Write one JSON document to the standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def print_text(text: str) -> None:
    """Write a text in a format for programs to the standard output, as UTF-8 whatever the terminal speaks."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def fail(message: str) -> None:
    """Write one line to the standard error."""
    print(one_line(message), file=sys.stderr)


class PlainConsole(Console):
    """A console that prints texts as they are: no markup, no emoji codes, and only what is `printable`.

    Styles are given apart from the text: `styled`, `rich.text.Text`.
    """

    def __init__(self) -> None:
        # As wide as tables need where the output is no terminal.
        width = None if sys.stdout.isatty() else 140
        super().__init__(width=width, soft_wrap=False, markup=False, emoji=False, highlight=False)

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # the command ends it

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text), **options)

    def render(
        self, renderable: RenderableType, options: rich_console.ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)


class PlainTable(Table):
    """A table in which the text of a cell is one line, so that nobody's text looks like a further row."""

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        super().add_row(*(one_line(cell) if isinstance(cell, str) else cell for cell in cells), **options)


def console() -> Console:
    """The standard output, for people."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return PlainConsole()


def styled(*pieces: str | tuple[str, str]) -> Text:
    """A line of pieces, each a text or a text with its style.

    Args:
        pieces: texts, and pairs of text and style.
    """
    parts = [piece if isinstance(piece, tuple) else (piece, "") for piece in pieces]
    return Text.assemble(*((printable(text), style) for text, style in parts))


def table(*columns: str, right: tuple[str, ...] = (), title: str | None = None) -> Table:
    """An empty table.

    Args:
        columns: the headings.
        right: those whose cells are numbers.
        title: what stands above it.
    """
    made = PlainTable(
        title=title and one_line(title), title_justify="left", box=None, pad_edge=False, header_style="bold"
    )
    for column in columns:
        made.add_column(one_line(column), justify="right" if column in right else "left", overflow="fold")
    return made
