"""The evaluations of the models that the demo tells of, as their cards state them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlentory_crawl.sample_hub.templates import Json

# By dataset: its display name, the metric's type and name, the task, and the shots of the board.
_BENCHMARKS = {
    "example-bench/helpdesk-qa": ("HelpdeskQA", "accuracy", "Accuracy", "question-answering", 5),
    "example-bench/ticket-summaries": ("Ticket Summaries", "rougeL", "ROUGE-L", "summarization", 0),
}
_BOARD = {"name": "Example Board", "url": "https://example.org/boards/helpdesk"}


@dataclass(frozen=True, slots=True)
class Result:
    """A result on a dataset.

    Attributes:
        dataset: the id of the dataset.
        value: percent, as most cards state it.
        split: the part of the dataset.
        shots: the number of examples; None for that of the board.
        is_own: whether only the owner of the model states it, and no board.
    """

    dataset: str
    value: float | str
    split: str = "test"
    shots: int | None = None
    is_own: bool = False


def index(name: str, results: Sequence[Result]) -> list[Json]:
    """The ``model-index`` of a card.

    Args:
        name: the name of the model.
        results: its results.
    """
    return [{"name": name, "results": [_entry(result) for result in results]}]


def _entry(result: Result) -> Json:
    title, metric, label, task, shots = _BENCHMARKS[result.dataset]
    entry: Json = {
        "task": {"type": task, "name": task.replace("-", " ").capitalize()},
        "dataset": {
            "type": result.dataset,
            "name": title,
            "split": result.split,
            "args": {"num_few_shot": shots if result.shots is None else result.shots},
        },
        "metrics": [{"type": metric, "name": label, "value": result.value}],
    }
    return entry if result.is_own else entry | {"source": _BOARD}
