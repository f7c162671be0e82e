"""The page of a leaderboard: results that can be compared, and apart from them those that cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from mlentory_crawl.catalog.queries.boards import Board, Leaderboard
from mlentory_crawl.catalog.queries.evaluations import Result
from mlentory_crawl.catalog.queries.find import NotFound
from mlentory_crawl.catalog.queries.results_index import evaluated_index
from mlentory_crawl.service.api.boards import results_on
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.page_templates import page

router = APIRouter()

INDEXED = 100
"""The number of datasets that are listed."""
MOST_ROWS, FEWEST, SHOWN = 500, 10, 50
"""The number of results of all boards on a page, and the least and the greatest number of one of them."""
Given = Annotated[str, Query(max_length=1_000)]
CELLS: dict[str, Callable[[Result], str]] = {
    "revision": lambda result: result.settings.get("revision", "")[:8],
    "task": lambda result: result.task or "",
    "harness": lambda result: result.harness or "",
    "stated by": lambda result: result.platform,
    "date": lambda result: (result.date or "")[: len("2026-11-20")],
    "verified": lambda result: "yes" if result.verified else "",
    "notes": lambda result: result.notes or "",
}
"""The columns beside model and value."""


@dataclass(frozen=True, slots=True)
class Place:
    """A result with its rank; None if the board is not ranked."""

    rank: int | None
    result: Result
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A board as its page shows it.

    Attributes:
        board: the board.
        columns: the columns in which its results differ.
        common: what holds for all of them.
        places: the first results.
    """

    board: Board
    columns: list[str]
    common: list[str]
    places: list[Place]


@router.get("/leaderboards")
def leaderboards(request: Request, dataset: Given = "", metric: Given = "", task: Given = "") -> Response:
    """Show who is best on a dataset, or ask for one."""
    source = source_of(request)
    if not dataset.strip():
        index, _ = source.kept(evaluated_index)
        return page(request, "board_index", index=index[:INDEXED], total=len(index))
    try:
        (found, _), why = results_on(source, dataset, metric or None, task or None), ""
    except NotFound as error:
        found, why = Leaderboard([], []), str(error)
    unranked: dict[str, list[Result]] = {}
    for result in found.unranked:
        unranked.setdefault(result.problem or "", []).append(result)
    several = [board for board in found.boards if len(board.results) > 1]
    return page(
        request,
        "boards",
        dataset=dataset,
        boards=[_shown(board, min(SHOWN, max(FEWEST, MOST_ROWS // len(several)))) for board in several],
        metric=metric,
        alone=[board for board in found.boards if len(board.results) == 1],
        unranked=unranked,
        why=why,
        is_data=not why,
        complete=found.complete,
    )


def _shown(board: Board, most: int) -> Shown:
    values = {name: {cell(result) for result in board.results} for name, cell in CELLS.items()}
    columns = [name for name, found in values.items() if len(found) > 1]
    common = [f"{name} {only}" for name, found in values.items() if len(found) == 1 for only in found if only]
    return Shown(board, columns, common, list(_places(board, columns, most)))


def _places(board: Board, columns: list[str], most: int) -> Iterator[Place]:
    ranks = board.ranks()
    for place, result in enumerate(board.results[:most]):
        rank = None if ranks is None else ranks[place]
        yield Place(rank, result, [CELLS[name](result) for name in columns])
