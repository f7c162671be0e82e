"""``scrapy leaderboard``: how models do on a dataset, by metric."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from scrapy.exceptions import UsageError

from mlentory_crawl.catalog.evaluations import Board, boards, results
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.console import ProjectCommand, add_json_option, console, fail, print_json, styled, table


class Command(ProjectCommand):
    """Shows results on a dataset; what cannot be compared is not ranked together."""

    def syntax(self) -> str:
        return "--dataset D [--metric M] [--task T] [--limit N]"

    def short_desc(self) -> str:
        return "Show how models do on a dataset, by metric"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_json_option(parser)
        parser.add_argument("--dataset", metavar="D", help="its id on the Hub, its name, or its IRI")
        parser.add_argument("--metric", metavar="M", help="in any spelling: acc, Accuracy, macro-F1")
        parser.add_argument("--task", metavar="T", help="the name of a task")
        parser.add_argument("--limit", type=int, default=10, metavar="N", help="results of each table (default: 10)")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if args or not opts.dataset:
            raise UsageError("name the dataset: --dataset D", print_help=False)
        if opts.limit < 1:
            raise UsageError("--limit is 1 or more", print_help=False)
        found = list(results(CatalogReader(self.data_dir), opts.dataset, opts.metric, opts.task))
        made = boards(found)
        texts = [result for result in found if isinstance(result.value, str)]
        if opts.json:
            shown = [
                {**asdict(board), "results": [asdict(each) for each in board.results[: opts.limit]]} for board in made
            ]
            print_json({"boards": shown, "unranked": [asdict(each) for each in texts[: opts.limit]]})
        for board in () if opts.json else made:
            _print(board, opts.limit)
        if texts and not opts.json:
            console().print(f"{len(texts)} values are no numbers and are not ranked.")
        if not found:
            fail(f"no result on {opts.dataset}" + (f" by {opts.metric}" if opts.metric else ""))
        return int(not found)


def _print(board: Board, limit: int) -> None:
    part = ", ".join(f"{name} {value}" for name, value in board.settings.items())
    direction = {True: "higher is better", False: "lower is better", None: "not ranked: the direction is not known"}
    title = f"{board.metric} on {board.dataset}" + (f" ({part})" if part else "")
    shown = table(
        "", "model", "value", "of", "task", "harness", "stated by", "published", "date", "checked", right=("", "value"),
        title=f"{title}, {board.scale}, {direction[board.higher_is_better]}",
    )  # fmt: skip
    rank, before = 0, None
    for place, result in enumerate(board.results[:limit], 1):
        rank = rank if result.value == before else place
        before = result.value
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
        )
    console().print(shown)
    left = len(board.results) - limit
    console().print(styled((f"and {left} more\n", "dim")) if left > 0 else "")
