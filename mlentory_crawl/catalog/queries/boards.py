"""Leaderboards: results grouped by what can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from fair4ml.identifiers import HUGGING_FACE
from fair4ml.normalize.metric_scales import Scale
from fair4ml.normalize.metrics import metric_within
from mlentory_crawl.catalog.queries.evaluations import SETTINGS, Result, datasets_named, evaluated_datasets, results
from mlentory_crawl.catalog.queries.find import or_rather
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.notebooks.shown import Shown

DATASETS = f"{HUGGING_FACE}datasets/"
SUGGESTED = 3
"""The number of datasets with results that are named where there is none on the one asked for."""


@dataclass(frozen=True, slots=True)
class Board:
    """Comparable results: of one metric on one part of one dataset, measured in the same way and on the same scale.

    Attributes:
        metric: the canonical name of the metric.
        dataset: the name of the dataset.
        settings: the part of the dataset, and the settings of the measurement.
        scale: ``of 1`` or ``of 100`` if the metric is a share, else ``as stated``.
        higher_is_better: the direction; None if it is not known, and the results are not ranked.
        results: the results, best first; sorted by model if there is no direction.
    """

    metric: str
    dataset: str
    settings: dict[str, str]
    scale: str
    higher_is_better: bool | None
    results: list[Result]

    def ranks(self) -> list[int] | None:
        """Return the rank of each result, the same for equal values; None if they are not ranked."""
        if self.higher_is_better is None:
            return None
        found: list[int] = []
        for place, result in enumerate(self.results):
            is_equal = place > 0 and result.value == self.results[place - 1].value
            found.append(found[-1] if is_equal else place + 1)
        return found


@dataclass(frozen=True, slots=True)
class Leaderboard(Shown):
    """Results on a dataset.

    Attributes:
        boards: the comparable results, by what they have in common; largest board first.
        unranked: the results that have a problem.
        complete: whether all records with results were read.
    """

    boards: list[Board]
    unranked: list[Result]
    complete: bool = True

    def cut(self, part: slice) -> Leaderboard:
        """Return the leaderboard with only a part of each list of results."""
        boards = [replace(board, results=board.results[part]) for board in self.boards]
        return Leaderboard(boards, self.unranked[part], self.complete)


def leaderboard(
    reader: CatalogReader, dataset: str, metric: str | None = None, task: str | None = None, *, most: int | None = None
) -> Leaderboard:
    """Gather the results on a dataset.

    Args:
        reader: the catalog.
        dataset: its IRI, its id on the Hub, or its name; datasets that are stated to be the same are included.
        metric: in any spelling; None for all.
        task: the name or the code of a task; None for all.
        most: the maximum number of records that are read, the newest ones; None for all.
    """
    found, is_complete = results(reader, dataset, metric, task, most)
    return Leaderboard(boards(found), [result for result in found if result.problem is not None], is_complete)


def empty(reader: CatalogReader, dataset: str) -> str:
    """Return the reason why there is no result on a dataset, as a sentence for people.

    Args:
        reader: the catalog.
        dataset: as in `leaderboard`.
    """
    with_results = ", ".join(iri.removeprefix(DATASETS) for iri in evaluated_datasets(reader, SUGGESTED))
    others = f"; datasets with results: {with_results}" if with_results else ""
    if datasets_named(reader, dataset):
        return f"{dataset} is known, but no result on it{others}"
    return f"no result on {dataset}{or_rather(reader, dataset) or others}"


def boards(found: Iterable[Result]) -> list[Board]:
    """Group results by what can be compared, largest group first; results with a problem are left out.

    A setting that is not stated is unknown, so it differs from every stated one. Tasks and harnesses are rarely stated:
    they only divide results if there are several, and do not divide results that state one from those that do not.
    """
    groups: dict[tuple[Any, ...], list[Result]] = {}
    for result in found:
        if result.problem is None:
            settings = tuple(sorted((name, value) for name, value in result.settings.items() if name in SETTINGS))
            # Datasets with the same name on two platforms may be different.
            groups.setdefault((result.metric, result.joined, settings), []).append(result)
    made = []
    for (name, _, settings), group in groups.items():
        known = metric_within(name)
        better = known.higher_is_better if known is not None else None
        sign = 0 if better is None else -1 if better else 1
        for scale, of_scale in _by_scale(group).items():
            for of_task in _apart(of_scale, lambda result: result.task):
                for members in _apart(of_task, lambda result: result.harness):
                    members.sort(key=lambda each: (sign * float(each.value), each.name, each.record))
                    made.append(Board(name, members[0].dataset, dict(settings), scale, better, members))
    return sorted(made, key=lambda board: (-len(board.results), board.metric, str(board.settings), board.scale))


def _by_scale(group: list[Result]) -> dict[str, list[Result]]:
    divided: dict[str, list[Result]] = {}
    for each in group:
        divided.setdefault(each.scale, []).append(each)
    of_one = divided.get(Scale.ONE, [])
    # 0 is the same on both scales.
    if Scale.HUNDRED in divided and not any(each.value for each in of_one):
        divided[Scale.HUNDRED] += divided.pop(Scale.ONE, [])
    return divided


def _apart(group: list[Result], of: Callable[[Result], str | None]) -> list[list[Result]]:
    if len({of(each) for each in group} - {None}) < 2:
        return [group]
    divided: dict[str | None, list[Result]] = {}
    for each in group:
        divided.setdefault(of(each), []).append(each)
    return list(divided.values())
