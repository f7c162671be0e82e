"""``mlentory leaderboard``: how models do on a dataset, by metric."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from textwrap import shorten

from rich.table import Table

from fair4ml.normalize.metrics import metric_name
from mlentory_crawl.catalog.queries.boards import Board
from mlentory_crawl.catalog.queries.evaluations import Result
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, fail, print_json, styled, table
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.face import Catalog


class Command(ProjectCommand):
    """Shows results on a dataset; what cannot be compared is not ranked together."""

    syntax = "--dataset D [--metric M] [--task T] [--limit N] [--offset N]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)
        parser.add_argument("--dataset", metavar="D", help="its id on the Hub, its name, or its IRI")
        parser.add_argument("--metric", metavar="M", help="in any spelling: acc, Accuracy, macro-F1")
        parser.add_argument("--task", metavar="T", help="the name of a task")
        parser.add_argument("--limit", type=int, default=10, metavar="N", help="results of each table (default: 10)")
        parser.add_argument("--offset", type=int, default=0, metavar="N", help="leave out the first N of each table")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if args or not opts.dataset:
            raise WrongUsage("name the dataset: --dataset D")
        if opts.limit < 1 or opts.offset < 0:
            raise WrongUsage("--limit is 1 or more, --offset 0 or more")
        with Catalog(self.settings) as catalog:
            found = catalog.leaderboard(opts.dataset, opts.metric, opts.task)
        shown = slice(opts.offset, opts.offset + opts.limit)
        if opts.json:
            print_json(asdict(found.cut(shown)))
        else:
            for board in found.boards:
                _print(board, shown)
            if found.unranked:
                _print_unranked(found.unranked, shown)
        is_empty = not found.boards and not found.unranked
        if is_empty:
            fail(f"no result on {opts.dataset}" + (f" by {opts.metric}" if opts.metric else ""))
        return int(is_empty)


def _print(board: Board, part: slice) -> None:
    settings = _settings(board.settings)
    direction = {True: "higher is better", False: "lower is better", None: "not ranked: the direction is not known"}
    title = f"{board.metric} on {board.dataset}" + (f" ({settings})" if settings else "")
    shown = table(
        "", "model", "value", "of", "task", "harness", "stated by", "published", "date", "checked", "notes",
        right=("", "value"),
        title=f"{title}, {board.scale}, {direction[board.higher_is_better]}",
    )  # fmt: skip
    rank, before = 0, None
    for place, result in enumerate(board.results[: part.stop], 1):
        rank = rank if result.value == before else place
        before = result.value
        if place <= part.start:
            continue
        shown.add_row(
            "" if board.higher_is_better is None else str(rank),
            result.name,
            result.raw or f"{result.value:g}",
            result.settings.get("revision", "")[:8],
            result.task or "",
            result.harness or "",
            result.platform,
            ", ".join(result.sources),
            (result.date or "")[:10],
            "yes" if result.verified else "",
            shorten(", ".join(_notes(result)), 80),
        )
    _print_table(shown, len(board.results) - part.stop)


def _print_unranked(unranked: list[Result], part: slice) -> None:
    shown = table("model", "metric", "value", "measured", "why it is not ranked", right=("value",), title="Not ranked")
    for each in unranked[part]:
        value = each.raw or (each.value if isinstance(each.value, str) else f"{each.value:g}")
        shown.add_row(each.name, each.metric, value, _settings(each.settings), each.problem)
    _print_table(shown, len(unranked) - part.stop)


def _notes(result: Result) -> Iterator[str]:
    if result.stated is not None and metric_name(result.stated) != result.metric:
        yield result.stated
    if result.notes is not None:
        yield result.notes


def _settings(settings: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())


def _print_table(shown: Table, left: int) -> None:
    console().print(shown)
    console().print(styled((f"and {left} more: --offset\n", "dim")) if left > 0 else "")
