"""``mlentory leaderboard``: how models do on a dataset, by metric."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import asdict
from textwrap import shorten

from rich.console import Console

from fair4ml.normalize.metrics import metric_name
from mlentory_crawl.catalog.queries.boards import Board
from mlentory_crawl.catalog.queries.evaluations import Result
from mlentory_crawl.commands.base import ProjectCommand, add_json_option
from mlentory_crawl.console import console, fail, number, print_json, styled, table
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.face import Catalog
from mlentory_crawl.printable import one_line


class Command(ProjectCommand):
    """Shows results on a dataset; what cannot be compared is not ranked together."""

    syntax = "--dataset D [--metric M] [--task T] [--limit N] [--offset N] [--sources]"

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        add_json_option(parser)
        parser.add_argument("--dataset", metavar="D", help="its id on the Hub, its name, or its IRI")
        parser.add_argument("--metric", metavar="M", help="in any spelling: acc, Accuracy, macro-F1")
        parser.add_argument("--task", metavar="T", help="the name of a task")
        parser.add_argument("--limit", type=int, default=10, metavar="N", help="results of each table (default: 10)")
        parser.add_argument("--offset", type=int, default=0, metavar="N", help="leave out the first N of each table")
        parser.add_argument("--sources", action="store_true", help="say where each result was published")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if args or not opts.dataset:
            raise WrongUsage("name the dataset: --dataset D")
        if opts.limit < 1 or opts.offset < 0:
            raise WrongUsage("--limit is 1 or more, --offset 0 or more")
        with Catalog(self.settings) as catalog:
            found = catalog.leaderboard(opts.dataset, opts.metric, opts.task)
            is_empty = not found.boards and not found.unranked
            reason = catalog.without_results(opts.dataset) if is_empty and not (opts.metric or opts.task) else None
        shown = slice(opts.offset, opts.offset + opts.limit)
        if opts.json:
            print_json(asdict(found.cut(shown)))
        else:
            out = console()
            for board in found.boards:
                if board.results[shown]:
                    _print(out, board, shown, sources=opts.sources)
            _print_unranked(out, found.unranked, shown, sources=opts.sources)
        if is_empty:
            fail(reason or f"no result on {opts.dataset}" + (f" by {opts.metric}" if opts.metric else ""))
        return int(is_empty)


Cell = Callable[[Result], str]

CELLS: dict[str, Cell] = {
    "of": lambda result: result.settings.get("revision", "")[:8],
    "task": lambda result: result.task or "",
    "harness": lambda result: result.harness or "",
    "stated by": lambda result: result.platform,
    "date": lambda result: (result.date or "")[: len("2026-11-20")],
    "checked": lambda result: "yes" if result.verified else "",
    "notes": lambda result: shorten(", ".join(_notes(result)), 80),
}
"""The columns beside model and value."""


def _print(out: Console, board: Board, part: slice, *, sources: bool) -> None:
    settings = _settings(board.settings)
    direction = {True: "higher is better", False: "lower is better", None: "not ranked: the direction is not known"}
    title = f"{board.metric} on {board.dataset}" + (f" ({settings})" if settings else "")
    results = board.results[part]
    # What is the same for all is said once.
    columns = {name: {cell(result) for result in results} for name, cell in CELLS.items()}
    common = [f"{name} {only}" for name, found in columns.items() if len(found) == 1 for only in found if only]
    shown = table(
        *("", "model", "value"),
        *(name for name, found in columns.items() if len(found) > 1),
        right=("", "value"),
        title=f"{title}, {board.scale}, {direction[board.higher_is_better]}",
    )
    ranks = board.ranks()
    for place, result in enumerate(results, part.start):
        shown.add_row(
            "" if ranks is None else str(ranks[place]),
            result.name,
            number(result.value, result.raw),
            *(CELLS[name](result) for name, found in columns.items() if len(found) > 1),
            below=[styled((one_line(each), "dim")) for each in result.sources] if sources else (),
        )
    out.print(shown)
    if common:
        out.print(f"for all: {one_line(', '.join(common))}", style="dim")
    _print_more(out, part, len(board.results))
    out.print("")


def _print_unranked(out: Console, unranked: list[Result], part: slice, *, sources: bool) -> None:
    for problem in dict.fromkeys(each.problem for each in unranked[part]):
        shown = table("model", "metric", "value", "measured", right=("value",), title=f"Not ranked: {problem}")
        for each in unranked[part]:
            if each.problem == problem:
                told = [styled((one_line(source), "dim")) for source in each.sources] if sources else ()
                value = number(each.value, each.raw)
                shown.add_row(each.name, each.metric, value, _settings(each.settings), below=told)
        out.print(shown, "")
    _print_more(out, part, len(unranked))


def _notes(result: Result) -> Iterator[str]:
    if result.stated is not None and metric_name(result.stated) != result.metric:
        yield result.stated
    if result.notes is not None:
        yield result.notes


def _settings(settings: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())


def _print_more(out: Console, part: slice, total: int) -> None:
    if part.stop < total:
        out.print(f"and {total - part.stop:,} more: --offset {part.stop} shows the next", style="dim")
