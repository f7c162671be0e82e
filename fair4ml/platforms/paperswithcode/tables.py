"""The records inside an evaluation table of the archive of Papers with Code.

A table is recursive twice: tasks have subtasks, and datasets subdatasets. Each dataset of each task becomes a record,
and so does each row of its leaderboard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from fair4ml.identifiers import hashed

DEEPEST = 32
"""The number of levels that a record may be nested; one below them is invalid by its depth, and not read further."""

Record = tuple[str, str, Any]
"""Kind, native id, and payload."""


def records(table: Any) -> Iterator[Record]:
    """The records of one element of ``evaluation-tables``, in its order; a non-object becomes an invalid record.

    Args:
        table: a task with its datasets and subtasks, decoded.
    """
    pending: list[tuple[Any, list[Any]]] = [(table, [])]
    while pending:
        task, above = pending.pop()
        if not isinstance(task, dict):
            yield "archived-table", hashed("task", *above, task), task
            continue
        tasks = [*above, task.get("task")]
        yield from _of_datasets(task, tasks)
        if len(tasks) <= DEEPEST:
            pending += [(subtask, tasks) for subtask in reversed(_listed(task.get("subtasks")))]


def table_key(tasks: Sequence[Any], datasets: Sequence[Any]) -> str:
    """The key of a table: a hash of the tasks and datasets that it is nested in, outermost first."""
    return hashed("table", len(tasks), *tasks, *datasets)


def _of_datasets(task: dict[str, Any], tasks: list[Any]) -> Iterator[Record]:
    categories = task.get("categories")
    pending: list[tuple[Any, list[Any]]] = [(each, []) for each in reversed(_listed(task.get("datasets")))]
    while pending:
        dataset, above = pending.pop()
        if not isinstance(dataset, dict):
            yield "archived-table", hashed("dataset", table_key(tasks, above), dataset), dataset
            continue
        datasets = [*above, dataset.get("dataset") or dataset.get("subdataset")]
        key = table_key(tasks, datasets)
        place = {"tasks": tasks, "datasets": datasets}
        told = {name: dataset.get(name) for name in ("description", "dataset_citations", "dataset_links")}
        yield "archived-table", key, {**told, "categories": categories, "key": key, **place}
        sota = dataset.get("sota")
        yield from _of_rows(_listed(sota.get("rows") if isinstance(sota, dict) else sota), key, place)
        if len(datasets) <= DEEPEST:
            pending += [(each, datasets) for each in reversed(_listed(dataset.get("subdatasets")))]


def _of_rows(rows: list[Any], table: str, place: dict[str, list[Any]]) -> Iterator[Record]:
    met: Counter[str] = Counter()
    for row in rows:
        if not isinstance(row, dict):
            yield "archived-result", hashed("row", table, row), row
            continue
        # The paper's address, not its title: titles are corrected.
        identity = [row.get(name) for name in ("model_name", "paper_url", "paper_date", "uses_additional_data")]
        key = hashed("row", table, *identity)
        number = met[key]
        met[key] += 1
        if number:
            key = hashed("row", key, number)
        yield "archived-result", key, {**row, "key": key, "number": number, **place}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
