"""Made-up evaluations, in the Hub's two forms: ``evalResults`` and ``model-index``."""

from __future__ import annotations

from random import Random

from mlentory_crawl.sample_hub.templates import Json, number
from mlentory_crawl.sample_hub.words import BENCHMARKS, METRICS, ODD_VALUES


def eval_results(chance: Random) -> list[Json]:
    """The results that the Hub reads from the files under ``.eval_results``, of which a few cannot be read."""
    entries = [_eval_result(chance) for _ in range(chance.randrange(1, 4))]
    if chance.random() < 0.05:
        entries.append({"filename": ".eval_results/draft.yaml", "error": "Invalid YAML"})
    return entries


def results(task: str, chance: Random) -> list[Json]:
    """The ``results`` of a model index, mostly few, sometimes those of a whole leaderboard."""
    possible = [(benchmark, metric) for benchmark in BENCHMARKS for metric in METRICS[task]]
    count = min(chance.choice([1, 2, 4, 6, 10, 24]), len(possible))
    return [_result(task, benchmark, metric, chance) for benchmark, metric in chance.sample(possible, count)]


def _eval_result(chance: Random) -> Json:
    id, name = chance.choice(BENCHMARKS)
    task = id.rpartition("/")[2]
    data: Json = {
        "dataset": {"id": id, "task_id": task},
        "value": chance.randrange(1000) / 10,
        "date": f"2026-{chance.randrange(1, 10):02}-{chance.randrange(1, 29):02}",
        "source": {"url": f"https://example.org/results/{task}", "name": f"{name} leaderboard"},
    }
    if chance.random() < 0.3:
        data["notes"] = "5-shot"
    return {"filename": f".eval_results/{task}.yaml", "data": data}


def _result(task: str, benchmark: tuple[str, str], metric: tuple[str, int, int], chance: Random) -> Json:
    id, name = benchmark
    type, low, high = metric
    digits = chance.choice(["digits1", "digits2", "digits3", "digits4"])
    value: object = number(
        digits, before=f"0.{chance.randrange(2, 9)}" if high == 1 else f"{chance.randrange(low, high)}."
    )
    if chance.random() < 0.05:
        value = chance.choice(ODD_VALUES)
    measured: Json = {"type": type, "value": value, "name": type.replace("_", " ").title()}
    if chance.random() < 0.5:
        measured["verified"] = False
    dataset: Json = {"name": name, "type": id}
    if chance.random() < 0.5:
        split = chance.choice(["test", "validation"])
        dataset |= {"config": "default", "split": split, "args": {"num_few_shot": chance.randrange(6)}}
    result: Json = {
        "task": {"type": task, "name": task.replace("-", " ").title()},
        "dataset": dataset,
        "metrics": [measured],
    }
    if chance.random() < 0.25:
        result["source"] = {"url": "https://example.org/boards/open-harbor", "name": "Open Harbor Leaderboard"}
    return result
