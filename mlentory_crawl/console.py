"""What the project's commands share: reading the catalog, tables for people, JSON for programs."""

from __future__ import annotations

import argparse
import sys
from abc import abstractmethod
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from mlentory_crawl.catalog.database import damage_told
from mlentory_crawl.data_directory import restrict
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.stores.protocols import SettingError, StoreError


class ProjectCommand(ScrapyCommand):
    """A command that reads or keeps the data directory; a failure is one line on the standard error and exit code 1.

    Attributes:
        writes: whether it makes files in the data directory.
    """

    writes = False

    requires_project = True
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012  (declared so by Scrapy)

    @property
    def data_dir(self) -> Path:
        """The data directory that the settings name."""
        assert self.settings is not None
        return Path(self.settings["MLENTORY_DATA_DIR"])

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        # Scrapy hands unknown options over as arguments.
        if unknown := [arg for arg in args if arg.startswith("-") and arg != "-"]:
            raise UsageError(f"there is no option {' '.join(unknown)}", print_help=False)
        assert self.settings is not None
        try:
            if self.writes:
                restrict(self.settings["MLENTORY_DATA_ACCESS"])
            with damage_told(self.data_dir):
                self.exitcode = self.carry_out(args, opts)
        except SettingError as error:
            raise UsageError(str(error), print_help=False) from error
        except (MlentoryError, StoreError) as error:
            fail(str(error))
            self.exitcode = 1
        except OSError as error:
            if error.filename is None:
                raise
            fail(f"{error.filename}: {error.strerror}")
            self.exitcode = 1

    @abstractmethod
    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        """Do it, and return the exit code."""


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """The option that every command has that prints facts."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def print_json(value: Any) -> None:
    """Write one JSON document to the standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def fail(message: str) -> None:
    """Write one line to the standard error."""
    print(" ".join(message.split()), file=sys.stderr)


def console() -> Console:
    """Where tables go; as wide as they need where the output is no terminal."""
    return Console(width=None if sys.stdout.isatty() else 140, soft_wrap=False, highlight=False)


def table(*columns: str, right: tuple[str, ...] = (), title: str | None = None) -> Table:
    """An empty table.

    Args:
        columns: the headings.
        right: those whose cells are numbers.
        title: what stands above it.
    """
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made
