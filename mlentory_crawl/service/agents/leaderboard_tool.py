"""The tool that ranks models on a dataset, as far as their results can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.boards import Board, Leaderboard
from mlentory_crawl.catalog.queries.evaluations import Result
from mlentory_crawl.catalog.queries.results_index import evaluated_index
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.service.agents.arguments import Arguments, AsNumber, Name, Offset
from mlentory_crawl.service.agents.fitting import Answer, fitted
from mlentory_crawl.service.agents.offer import STRANGERS, Offer, following
from mlentory_crawl.service.agents.strangers_texts import name_of, source_of
from mlentory_crawl.service.api.boards import results_on
from mlentory_crawl.service.parameters import Value
from mlentory_crawl.service.source import Source

NAME = "leaderboard"
SOURCES, PAGE = 2, 200
"""The sources of a result that an answer shows, and the entries that are read for it."""


class LeaderboardArguments(Arguments):
    """A dataset, and the results on it that are asked for."""

    dataset: Annotated[
        Name | None,
        Field(description="The dataset: id such as `cais/mmlu`, name or IRI. Leave out to list datasets with results."),
    ] = None
    query: Annotated[
        str, Field(max_length=200, description="Without `dataset`: only datasets with this in their name.")
    ] = ""
    metric: Annotated[Value | None, Field(description="Only this metric, in any spelling, such as `accuracy`.")] = None
    task: Annotated[Value | None, Field(description="Only results on this task, such as `text-generation`.")] = None
    board: Annotated[
        Annotated[int, Field(ge=0)] | None,
        AsNumber,
        Field(
            description="All results of one board, by its number (`board`) in a former answer with the same filters."
        ),
    ] = None
    top: Annotated[
        int, AsNumber, Field(ge=1, le=50, description="Without `board`: the number of results of each board to show.")
    ] = 5
    offset: Offset = 0


class EvaluatedOn(TypedDict):
    """A dataset with results."""

    iri: str
    name: str
    evaluations: int
    models: int


class Place(TypedDict):
    """A result; without rank where the order of results is not known."""

    rank: int | None
    model: str
    name: str
    value: float | str
    stated: NotRequired[str]
    stated_by: str
    sources: list[str]
    verified: bool
    date: NotRequired[str]
    harness: NotRequired[str]
    task: NotRequired[str]
    problem: NotRequired[str]


class Ranked(TypedDict):
    """Results that can be compared; or, without a metric, those that can be compared with none."""

    board: int
    metric: str | None
    dataset: str
    settings: dict[str, str]
    scale: str | None
    higher_is_better: bool | None
    total_results: int
    results: list[Place]


class Boards(Answer):
    """Boards of a dataset, results of one board, or datasets that have results."""

    dataset: str | None
    total_results: int
    datasets: NotRequired[list[EvaluatedOn]]
    boards: NotRequired[list[Ranked]]
    results: NotRequired[list[Place]]


def leaderboard(source: Source, asked: LeaderboardArguments) -> dict[str, Any]:
    """Rank models on a dataset, or list the datasets on which models were evaluated.

    Args:
        source: the catalog.
        asked: the dataset, and the results that are asked for.

    Raises:
        NotFound: there is no result.
        WrongUsage: there is no such board.
    """
    if asked.dataset is None:
        return _datasets(source, asked)
    found, version = results_on(source, asked.dataset, asked.metric, asked.task)
    boards = list(_boards(found))
    if asked.board is None:
        list_name, total = "boards", len(boards)
        page: list[Any] = [_board(*each, asked.top) for each in enumerate(boards)][asked.offset :]
    elif asked.board < len(boards):
        list_name, total = "results", len(boards[asked.board].results)
        page = list(_places(boards[asked.board], asked.offset, asked.offset + PAGE))
    else:
        last = len(boards) - 1
        raise WrongUsage(f"board: the boards are numbered from 0 to {last}; leave it out to see them")
    frame = _frame(version, list_name, total, asked.dataset, sum(len(board.results) for board in boards))
    return fitted(frame, ((list_name, each) for each in page), following(NAME, asked, asked.offset, total))


def _datasets(source: Source, asked: LeaderboardArguments) -> dict[str, Any]:
    found, version = source.kept(evaluated_index)
    fitting = [each for each in found if asked.query.casefold() in each.name.casefold()]
    frame = _frame(version, "datasets", len(fitting), None, sum(each.evaluations for each in fitting))
    entries: Iterator[tuple[str, EvaluatedOn]] = (
        (
            "datasets",
            {"iri": each.iri, "name": name_of(each.name), "evaluations": each.evaluations, "models": each.models},
        )
        for each in fitting[asked.offset : asked.offset + PAGE]
    )
    return fitted(frame, entries, following(NAME, asked, asked.offset, len(fitting)))


def _frame(version: str, entries: str, total: int, dataset: str | None, results: int) -> dict[str, Any]:
    return {
        "total": total,
        "dataset": dataset,
        "total_results": results,
        entries: [],
        "as_of": version,
        "note": f"{STRANGERS} Only results of one board can be compared; those of different boards cannot.",
    }


def _boards(found: Leaderboard) -> Iterator[Board]:
    """Yield the boards, and at the end the results that belong to none as if they were one."""
    yield from found.boards
    if found.unranked:
        yield Board("", found.unranked[0].dataset, {}, "", None, found.unranked)


def _board(number: int, board: Board, top: int) -> Ranked:
    return {
        "board": number,
        "metric": name_of(board.metric) or None,
        "dataset": name_of(board.dataset),
        "settings": {name: name_of(value) for name, value in board.settings.items()},
        "scale": board.scale or None,
        "higher_is_better": board.higher_is_better,
        "total_results": len(board.results),
        "results": list(_places(board, 0, top)),
    }


def _places(board: Board, start: int, end: int | None) -> Iterator[Place]:
    ranks: Sequence[int | None] = board.ranks() or [None] * len(board.results)
    for rank, each in list(zip(ranks, board.results, strict=True))[start:end]:
        yield _place(rank, each)


def _place(rank: int | None, each: Result) -> Place:
    told: Place = {
        "rank": rank,
        "model": each.model,
        "name": name_of(each.name),
        "value": name_of(each.value) if isinstance(each.value, str) else each.value,
        "stated_by": each.record,
        "sources": [source_of(source) for source in each.sources[:SOURCES]],
        "verified": each.verified,
    }
    if each.raw is not None:
        told["stated"] = name_of(each.raw)
    if each.date is not None:
        told["date"] = each.date
    if each.harness is not None:
        told["harness"] = name_of(each.harness)
    if each.task is not None:
        told["task"] = name_of(each.task)
    if each.problem is not None:
        told["problem"] = each.problem
    return told


LEADERBOARD = Offer(
    NAME,
    "Leaderboard",
    "Which models are best on a dataset. Results that cannot be compared (other metric, split, settings or scale) stand"
    " on boards of their own and are never ranked together; those that can be compared with nothing are on the last"
    " board, without metric. Without `dataset` it lists the datasets that have results.",
    LeaderboardArguments,
    Boards,
    leaderboard,
)
