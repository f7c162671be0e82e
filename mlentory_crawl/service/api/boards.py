"""Leaderboards: results on datasets; what cannot be compared is not ranked together."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries import boards
from mlentory_crawl.catalog.queries.boards import Board, Leaderboard
from mlentory_crawl.catalog.queries.evaluations import Result
from mlentory_crawl.catalog.queries.find import NotFound
from mlentory_crawl.catalog.queries.results_index import EvaluatedDataset, evaluated_index
from mlentory_crawl.service.api.named import Name, PathName
from mlentory_crawl.service.json_answers import json_answer, source_of, tagged
from mlentory_crawl.service.paging import Extent, Paged, extent, named_like, neighbors
from mlentory_crawl.service.parameters import Value
from mlentory_crawl.service.source import Source

router = APIRouter(tags=["leaderboards"])
MOST_WITH_RESULTS = 5_000
"""The number of records up to which all results on a dataset are read."""


class Index(Paged):
    """The part of the datasets that is asked for."""

    q: Annotated[str, Field(max_length=200, description="only datasets with this in their name, in any case")] = ""


class Chosen(Paged):
    """The results that are asked for; the limit is that of each board."""

    metric: Value | None = None
    """The metric, in any spelling."""
    task: Value | None = None
    """The name or the code of a task."""


class ChosenByName(Chosen):
    """A dataset, and the results on it that are asked for."""

    dataset: Name


class IndexAnswer(Extent):
    """Datasets on which models were evaluated."""

    datasets: list[EvaluatedDataset]


class Ranked(TypedDict):
    """Comparable results, best first; `ranks` has none if it is not known which are better."""

    metric: str
    dataset: str
    settings: dict[str, str]
    scale: str
    higher_is_better: bool | None
    total: int
    results: list[Result]
    ranks: list[int] | None


class BoardsAnswer(Extent):
    """The results on a dataset, of the newest records unless `complete`; `total` is that of the longest list."""

    dataset: str
    boards: list[Ranked]
    unranked: list[Result]
    unranked_total: int
    complete: bool


@router.get("/leaderboards", operation_id="leaderboards", response_model=IndexAnswer)
def leaderboards(request: Request, asked: Annotated[Index, Query()]) -> Response:
    """List the datasets on which models were evaluated, the one with most evaluations first."""
    found, version = source_of(request).kept(evaluated_index)
    tag = tagged(request, version)
    fitting = named_like(found, asked.q)
    shown = fitting[asked.offset : asked.offset + asked.limit]
    links = neighbors(request, total=len(fitting), limit=asked.limit, offset=asked.offset)
    return json_answer({**extent(len(fitting), len(shown), asked.offset), "datasets": shown}, tag, **links)


@router.get("/leaderboards/{dataset:path}", operation_id="leaderboard", response_model=BoardsAnswer)
def leaderboard(request: Request, dataset: PathName, asked: Annotated[Chosen, Query()]) -> Response:
    """Rank models on a dataset."""
    return _ranked(request, dataset, asked)


@router.get("/leaderboard", operation_id="leaderboard_by_name", response_model=BoardsAnswer)
def leaderboard_by_name(request: Request, asked: Annotated[ChosenByName, Query()]) -> Response:
    """Rank models on a dataset, which is named by a parameter."""
    return _ranked(request, asked.dataset, asked)


def _ranked(request: Request, dataset: str, asked: Chosen) -> Response:
    found, version = results_on(source_of(request), dataset, asked.metric, asked.task)
    tag = tagged(request, version)
    part = slice(asked.offset, asked.offset + asked.limit)
    lengths = [len(found.unranked), *(len(board.results) for board in found.boards)]
    total = max(lengths)
    told = {
        "dataset": dataset,
        "boards": [_board(board, part) for board in found.boards],
        "unranked": found.unranked[part],
        "unranked_total": len(found.unranked),
        "complete": found.complete,
    }
    shown = max(0, min(total - asked.offset, asked.limit))
    links = neighbors(request, total=total, limit=asked.limit, offset=asked.offset)
    return json_answer({**extent(total, shown, asked.offset), **told}, tag, **links)


def results_on(source: Source, dataset: str, metric: str | None, task: str | None) -> tuple[Leaderboard, str]:
    """Return the results on a dataset, and the version that they are true for.

    Args:
        source: the catalog.
        dataset: its id, its name, or its IRI.
        metric: in any spelling; None for all.
        task: the name or the code of a task; None for all.

    Raises:
        NotFound: there is none; the message says what there is.
    """
    found, version = source.kept(boards.leaderboard, dataset, metric, task, most=MOST_WITH_RESULTS)
    if not found.boards and not found.unranked:
        by = " by ".join(each for each in (metric, task) if each)
        raise NotFound(f"no result on {dataset} for {by}" if by else source.catalog.without_results(dataset))
    return found, version


def _board(board: Board, part: slice) -> Ranked:
    ranks = board.ranks()
    return {
        "metric": board.metric,
        "dataset": board.dataset,
        "settings": board.settings,
        "scale": board.scale,
        "higher_is_better": board.higher_is_better,
        "total": len(board.results),
        "results": board.results[part],
        "ranks": None if ranks is None else ranks[part],
    }
