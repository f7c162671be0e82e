"""Results of evaluations, as the catalog's records state them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson

from fair4ml.normalize.metric_scales import Measured, Scale, scales
from fair4ml.normalize.metrics import metric_name
from fair4ml.platforms import meant
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import Stored

SETTINGS = ("config", "split", "task", "num_few_shot", "args", "metric_args", "metric_config")
"""The settings that results must share to be comparable, where they are stated, by their names in records."""
REVISION, HARNESS = "revision", "harness"
DATES = ("dateCreated", "datePublished", "dateModified")
VERIFIED = "verified"
_SHOWN = frozenset({*SETTINGS, REVISION, HARNESS})
_OF_METRICS = frozenset({"num_few_shot", "metric_args", "metric_config"})
"""The settings in which results that were published together may differ."""
NO_NUMBER = "the value is not a number"


LEARNING, PART = "reinforcement-learning", "#"
"""In this task, a dataset that is a part of a model is an environment, identified by its name (LunarLander-v2)."""


@dataclass(frozen=True, slots=True)
class Result:
    """One value of one evaluation of one model.

    Attributes:
        model, name: the IRI and the name of the model.
        dataset: the name of the dataset.
        joined: the IRI that represents the dataset and all datasets that are stated to be the same.
        platform: the platform whose record states it.
        task: the task of the evaluation, if stated.
        metric: the canonical name of the metric.
        stated: the record's name of the metric.
        value: the value as a number if it is one, else as text.
        raw: the text of the value, if it says more than the number.
        scale: ``of 1`` or ``of 100`` if the metric is a share, else ``as stated``.
        problem: the reason why it cannot be ranked among others, or none.
        settings: the settings of the measurement, if stated: those of `SETTINGS`, and the ``revision`` of the dataset.
        harness: the program that evaluated, if stated.
        notes: further remarks on the evaluation.
        sources: the places where it was published.
        date: the date of the evaluation, else that of its publication or last change, if stated.
        verified: whether the platform states that it verified the result.
        record: the catalog key of the record that states it.
    """

    model: str
    name: str
    dataset: str
    joined: str
    platform: str
    task: str | None
    metric: str
    stated: str | None
    value: float | str
    raw: str | None
    scale: str
    problem: str | None
    settings: dict[str, str]
    harness: str | None
    notes: str | None
    sources: list[str]
    date: str | None
    verified: bool
    record: str


def results(
    reader: CatalogReader, dataset: str, wanted: str | None, task: str | None, most: int | None = None
) -> tuple[list[Result], bool]:
    """Return the results on a dataset, each once: copied cards repeat those of the model that they were copied from.

    Args:
        reader: the catalog.
        dataset: its IRI, its id on the Hub, or its name; datasets that are stated to be the same are included.
        wanted: the metric, in any spelling; None for all.
        task: the name or the code of a task; None for all.
        most: the maximum number of records that are read, the newest ones; None for all.

    Returns:
        The results, and whether all records were read.
    """
    asked = None if wanted is None else metric_name(wanted)
    joined = _joined(reader, datasets_named(reader, dataset))
    names = _names(reader, joined)
    found: list[Result] = []
    copied: list[Result] = []
    records = _records(reader, joined, None if most is None else most + 1)
    for stored in reader.by_row(records[:most]):
        for result in _of_record(stored, names, joined):
            fits = task is None or task.casefold() in (result.task or "").casefold().split("|")
            if (asked is None or result.metric == asked) and fits:
                is_copied = stored.document["root"]["class"] == "MLModel" and stored.iri != result.model
                (copied if is_copied else found).append(result)
    told = set(map(_told, found))
    for result in copied:
        if (key := _told(result)) not in told:
            told.add(key)
            found.append(result)
    return found, most is None or len(records) <= most


def _told(result: Result) -> tuple[Any, ...]:
    settings = tuple(sorted(result.settings.items()))
    of = (result.model, result.platform, result.joined, result.metric, settings, result.task, result.harness)
    return *of, result.value, tuple(result.sources)


def evaluated_datasets(reader: CatalogReader, most: int) -> list[str]:
    """Return the datasets with the largest numbers of evaluations."""
    rows = reader._execute(
        """SELECT d.iri FROM entity AS d JOIN edge AS e ON e.target = d.id AND e.type = 'EVALUATION_DATASET'
           WHERE d.class = 'Dataset' AND instr(d.iri, '#') = 0 GROUP BY d.id ORDER BY count(*) DESC, d.iri LIMIT ?""",
        (most,),
    )
    return [iri for (iri,) in rows]


def datasets_named(reader: CatalogReader, dataset: str) -> list[str]:
    """Return the entities that a name of a dataset means."""
    iris = [reader.resolve(iri) for iri in meant(dataset)]
    rows = reader._execute(
        """SELECT iri FROM entity WHERE iri IN (SELECT value FROM json_each(?1))
           UNION SELECT iri FROM entity WHERE class = 'Dataset' AND lower(name) = lower(?2)""",
        (orjson.dumps(iris), dataset),
    )
    return list(dict.fromkeys(reader.resolve(iri) for (iri,) in rows))


def _joined(reader: CatalogReader, named: list[str]) -> dict[str, str]:
    """Return the named datasets and those that are stated to be the same, each with the IRI that represents them.

    A statement that two datasets are the same counts whichever of them makes it. Of a named dataset, statements about
    any other IRI count as well; other datasets may share such an IRI without being the same, as two parts of a
    collection do.
    """
    rows = reader._execute(
        """SELECT iri FROM entity AS d WHERE class = 'Dataset' AND instr(iri, '#') = 0 AND described
           AND EXISTS (SELECT 1 FROM edge WHERE target = d.id AND type = 'EVALUATION_DATASET')"""
    )
    datasets = {*named, *(iri for (iri,) in rows)}
    stands_for = {iri: iri for iri in sorted(datasets)}

    def end(iri: str) -> str:
        while (above := stands_for.setdefault(iri, iri)) != iri:
            iri = above
        return iri

    for stored in reader.about(list(stands_for)):
        for other in map(reader.resolve, stored.document["root"].get("sameAs", ())):
            if other in datasets or stored.iri in named:
                ends = end(stored.iri), end(other)
                stands_for[max(ends)] = min(ends)
    wanted = {end(iri) for iri in named}
    return {iri: end(iri) for iri in list(stands_for) if end(iri) in wanted}


def _names(reader: CatalogReader, iris: Iterable[str]) -> dict[str, str]:
    rows = reader._execute(
        "SELECT iri, coalesce(name, iri) FROM entity WHERE iri IN (SELECT value FROM json_each(?))",
        (orjson.dumps(list(iris)),),
    )
    return dict(rows.fetchall())


def _records(reader: CatalogReader, datasets: Iterable[str], most: int | None) -> list[int]:
    rows = reader._execute(
        """SELECT DISTINCT e.record FROM json_each(?) AS j JOIN entity AS d ON d.iri = j.value
           JOIN edge AS e ON e.target = d.id AND e.type = 'EVALUATION_DATASET' ORDER BY 1 DESC LIMIT ?""",
        (orjson.dumps(reader.also_called(datasets)), -1 if most is None else most),
    )
    return [record for (record,) in rows]


def _of_record(stored: Stored, datasets: dict[str, str], joined: dict[str, str]) -> Iterator[Result]:
    """Return the results of a record on the datasets, each with the scale that its siblings show."""
    blocks: dict[Hashable, list[tuple[Result, bool]]] = {}
    for result, is_percent in _stated(stored, datasets, joined):
        settings = [each for each in sorted(result.settings.items()) if each[0] not in _OF_METRICS]
        key = (result.model, result.joined, result.task, result.harness, *settings, *result.sources)
        blocks.setdefault(key, []).append((result, is_percent))
    for block in blocks.values():
        numbers = [(each, is_percent) for each, is_percent in block if not isinstance(each.value, str)]
        measured = [Measured(each.metric, float(each.value), is_percent) for each, is_percent in numbers]
        for (each, _), scale in zip(numbers, scales(measured), strict=True):
            is_known = isinstance(scale, Scale)
            yield replace(each, scale=scale if is_known else Scale.STATED, problem=None if is_known else scale)
        yield from (each for each, _ in block if isinstance(each.value, str))


def _stated(stored: Stored, datasets: dict[str, str], joined: dict[str, str]) -> Iterator[tuple[Result, bool]]:
    """Return the results on the datasets, and whether each is stated to be a percentage."""
    root, parts = stored.document["root"], {part["iri"]: part for part in stored.document["parts"]}
    described = (*stored.document["stubs"], *parts.values(), root)
    names = {each["iri"]: each["name"] for each in described if "name" in each}
    evaluations = [each for each in (root, *parts.values()) if each["class"] == "MLModelEvaluation"]
    for evaluation in evaluations:
        on = [iri for iri in evaluation.get("evaluationDataset", ()) if iri in datasets]
        settings = {
            part["propertyID"]: str(part["value"])
            for iri in evaluation.get("additionalProperty", ())
            if (part := parts.get(iri)) is not None and part.get("propertyID") in _SHOWN and "value" in part
        }
        harness = settings.pop(HARNESS, None)
        keywords = evaluation.get("keywords", ())
        about = [names.get(each, each) for each in evaluation.get("about", ())]
        for iri in evaluation.get("evaluationResults", ()) if on else ():
            part = parts.get(iri)
            if part is None or part.get("value") is None or isinstance(part["value"], bool):
                continue
            of = part.get("propertyID") or next(iter(evaluation.get("evaluationMetrics", ())), None)
            model = next(iter(evaluation.get("evaluatedMLModel", ())), stored.iri)
            result = Result(
                model=model,
                name=names.get(model, model),
                dataset=datasets[on[0]],
                joined=datasets[on[0]] if LEARNING in about and PART in on[0] else joined[on[0]],
                platform=stored.key.partition("/")[0],
                task="|".join(about or [word for word in keywords if word != VERIFIED]) or None,
                metric=of or "unnamed",
                stated=part.get("name"),
                value=part["value"],
                raw=part.get("description"),
                scale=Scale.STATED,
                problem=NO_NUMBER if isinstance(part["value"], str) else None,
                settings=settings,
                harness=harness,
                notes=evaluation.get("description"),
                sources=[*evaluation.get("isBasedOn", ()), *evaluation.get("citation", ())],
                date=next((evaluation[name] for name in DATES if name in evaluation), None),
                verified=VERIFIED in keywords,
                record=stored.key,
            )
            yield result, part.get("unitText") == "%"
