"""Results of evaluations, as the catalog's records state them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from fair4ml.addresses import meant
from fair4ml.metrics import metric, metric_name
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import Stored

SETTINGS = ("config", "split", "revision")
HARNESS = "harness"
DATES = ("dateCreated", "datePublished", "dateModified")
_SHOWN = frozenset({*SETTINGS, HARNESS})


@dataclass(frozen=True, slots=True)
class Result:
    """One value of one evaluation of one model.

    Attributes:
        model: the IRI of the model, and its name.
        dataset: the name of the dataset.
        joined: the IRI that stands for it and for every one that is stated to be the same.
        platform: whose record states it.
        task: of the evaluation, if stated.
        metric: the canonical name.
        value: as a number where it is one, else as text.
        raw: what was written where the number says less.
        settings: ``config``, ``split`` and ``revision`` of the dataset, where stated.
        harness: the program that evaluated, where stated.
        sources: where it was published.
        date: when it was made, else when it was published or changed last, if stated.
        verified: whether the platform says that it checked it.
        record: the catalog key of the record that states it.
    """

    model: str
    name: str
    dataset: str
    joined: str
    platform: str
    task: str | None
    metric: str
    value: float | str
    raw: str | None
    settings: dict[str, str]
    harness: str | None
    sources: list[str]
    date: str | None
    verified: bool
    record: str


@dataclass(frozen=True, slots=True)
class Board:
    """Results that can be compared: of one metric on one part of one dataset, on one scale.

    Attributes:
        metric: its canonical name.
        dataset: the dataset's name.
        settings: what part of it.
        scale: ``of 1`` or ``of 100`` where the metric is a share, else ``as stated``.
        higher_is_better: the direction; None where it is not known, and nothing is ranked.
        results: best first; without a direction by model.
    """

    metric: str
    dataset: str
    settings: dict[str, str]
    scale: str
    higher_is_better: bool | None
    results: list[Result]


def results(reader: CatalogReader, dataset: str, wanted: str | None, task: str | None) -> Iterator[Result]:
    """The results on a dataset.

    Args:
        reader: the catalog.
        dataset: its IRI, its id on the Hub, or its name; those that are stated to be the same are meant, too.
        wanted: the metric, in any spelling; None for all.
        task: the name or the code of a task; None for all.
    """
    asked = None if wanted is None else metric_name(wanted)
    joined = _joined(reader, _named(reader, dataset))
    names = _names(reader, joined)
    for stored in reader.by_row(_records(reader, joined)):
        for result in _of_record(stored, names, joined):
            fits = task is None or task.casefold() in (result.task or "").casefold().split("|")
            if (asked is None or result.metric == asked) and fits:
                yield result


def boards(found: list[Result]) -> list[Board]:
    """Results sorted into what can be compared, largest first."""
    groups: dict[tuple[Any, ...], list[Result]] = {}
    for result in found:
        if isinstance(result.value, str):
            continue
        settings = tuple(sorted((name, value) for name, value in result.settings.items() if name != "revision"))
        # Datasets of one name on two platforms may be two.
        key = (result.metric, result.joined, settings, _scale(result.metric, result.value))
        groups.setdefault(key, []).append(result)
    made = []
    for (name, _, settings, scale), members in groups.items():
        known = metric(name)
        better = known.higher_is_better if known is not None else None
        sign = 0 if better is None else -1 if better else 1
        members.sort(key=lambda each: (sign * float(each.value), each.name))
        made.append(Board(name, members[0].dataset, dict(settings), scale, better, members))
    return sorted(made, key=lambda board: (-len(board.results), board.metric, str(board.settings), board.scale))


def _scale(name: str, value: float | str) -> str:
    known = metric(name)
    if known is None or known.maximum != 1 or isinstance(value, str):
        return "as stated"
    return "of 1" if value <= 1 else "of 100"


def _named(reader: CatalogReader, dataset: str) -> list[str]:
    iris = [reader.resolve(iri) for iri in meant(dataset)]
    rows = reader.execute(
        """SELECT iri FROM entity WHERE iri IN (SELECT value FROM json_each(?1))
           UNION SELECT iri FROM entity WHERE class = 'Dataset' AND lower(name) = lower(?2)""",
        (orjson.dumps(iris), dataset),
    )
    return list(dict.fromkeys(reader.resolve(iri) for (iri,) in rows))


def _joined(reader: CatalogReader, named: list[str]) -> dict[str, str]:
    """The datasets that are named, and those that are stated to be the same: by each the IRI that stands for it.

    That something is the same as a dataset counts, whoever of the two says so, and of those that are named that they
    are the same as a third. Others may share an address without being one: two parts of a collection do.
    """
    rows = reader.execute(
        """SELECT iri FROM entity AS d WHERE class = 'Dataset' AND described
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
    rows = reader.execute(
        "SELECT iri, coalesce(name, iri) FROM entity WHERE iri IN (SELECT value FROM json_each(?))",
        (orjson.dumps(list(iris)),),
    )
    return dict(rows.fetchall())


def _records(reader: CatalogReader, datasets: Iterable[str]) -> list[int]:
    rows = reader.execute(
        """SELECT DISTINCT e.record FROM json_each(?) AS j JOIN entity AS d ON d.iri = j.value
           JOIN edge AS e ON e.target = d.id AND e.type = 'EVALUATION_DATASET' ORDER BY 1""",
        (orjson.dumps(reader.also_called(datasets)),),
    )
    return [record for (record,) in rows]


def _of_record(stored: Stored, datasets: dict[str, str], joined: dict[str, str]) -> Iterator[Result]:
    root, parts = stored.document["root"], {part["iri"]: part for part in stored.document["parts"]}
    names = {each["iri"]: each.get("name") for each in (*stored.document["stubs"], *parts.values(), root)}
    evaluations = [each for each in (root, *parts.values()) if each["class"] == "MLModelEvaluation"]
    for evaluation in evaluations:
        on = [iri for iri in evaluation.get("evaluationDataset", ()) if iri in datasets]
        stated = {
            part["propertyID"]: str(part["value"])
            for iri in evaluation.get("additionalProperty", ())
            if (part := parts.get(iri)) is not None and part.get("propertyID") in _SHOWN and "value" in part
        }
        harness = stated.pop(HARNESS, None)
        for iri in evaluation.get("evaluationResults", ()) if on else ():
            part = parts.get(iri)
            if part is None or part.get("value") is None or isinstance(part["value"], bool):
                continue
            of = part.get("propertyID") or next(iter(evaluation.get("evaluationMetrics", ())), None)
            model = next(iter(evaluation.get("evaluatedMLModel", ())), stored.iri)
            about = [names.get(each) or each for each in evaluation.get("about", ())]
            yield Result(
                model=model,
                name=names.get(model) or model,
                dataset=datasets[on[0]],
                joined=joined[on[0]],
                platform=stored.key.partition("/")[0],
                task="|".join(about) or None,
                metric=of or "unnamed",
                value=part["value"],
                raw=part.get("description"),
                settings=stated,
                harness=harness,
                sources=[*evaluation.get("isBasedOn", ()), *evaluation.get("citation", ())],
                date=next((evaluation[name] for name in DATES if name in evaluation), None),
                verified="verified" in evaluation.get("keywords", ()),
                record=stored.key,
            )
