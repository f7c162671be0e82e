"""The evaluations that a model on the Hugging Face Hub comes with."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from fair4ml.entities import MLModelEvaluation, PropertyValue, Stub
from fair4ml.identifiers import hugging_face_owner, is_repo_id, part_iri
from fair4ml.mapping.draft import Draft
from fair4ml.mapping.huggingface_lineage import dataset, hub_dataset, named_dataset
from fair4ml.metrics import metric_name
from fair4ml.sources.huggingface import (
    EvaluationDataset,
    EvaluationEntry,
    Metric,
    ModelIndex,
    ModelInfo,
    Result,
    Source,
)
from fair4ml.tasks import task_stub

VALIDATION_SPLITS = frozenset({"dev", "val", "valid", "validation"})
TEST_SPLITS = frozenset({"test"})

Value = int | float | bool | str | None
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


@dataclass(slots=True)
class Evaluations:
    """What a model's own properties say about its evaluations: IRIs, each once and in order.

    Attributes:
        values: the evaluations, each with its value.
        datasets: what they were done on.
        validated_on: those of the datasets that the model was trained on too, where the split is for validation.
        tested_on: likewise, where the split is for tests.
    """

    values: dict[str, Value] = field(default_factory=dict)
    datasets: dict[str, None] = field(default_factory=dict)
    validated_on: dict[str, None] = field(default_factory=dict)
    tested_on: dict[str, None] = field(default_factory=dict)

    def adds(self, draft: Draft, place: str, iri: str, value: Value) -> bool:
        """Whether an evaluation is told for the first time; to tell it again with another value is an issue."""
        if iri not in self.values:
            self.values[iri] = value
            return True
        if self.values[iri] != value:
            draft.issue(place, "gives a second value of one evaluation")
        return False


@lru_cache(maxsize=65_536)
def owner_stub(name: str) -> Stub:
    """A user or organization on the Hub: its name does not tell which."""
    return Stub(hugging_face_owner(name), "Agent", name)


def evaluations(draft: Draft, source: ModelInfo, owner: str | None, trained_on: list[str]) -> Evaluations:
    """The evaluations of the card and of the evaluation files.

    An evaluation is told from others by its task, dataset, configuration, split, metric and source as they are written,
    never by its value.

    Args:
        draft: gets the evaluations, their results, and the datasets, tasks and people that they name.
        source: the record.
        owner: the name of the model's owner.
        trained_on: the IRIs of the training datasets.
    """
    found = Evaluations()
    for place, result in _results(source):
        _add_result(draft, found, place, result, trained_on)
    for position, file in enumerate(source.eval_results):
        if file is not None and file.error is not None:
            draft.issue(f"evalResults.{position}", "is malformed, says the platform")
        elif file is not None:
            _add_entry(draft, found, f"evalResults.{position}", file.data or file, owner)
    if source.card is not None and source.card.metrics:
        _add_metric_names(draft, found, source.card.metrics)
    return found


def _results(source: ModelInfo) -> Iterator[tuple[str, Result]]:
    yield from _numbered("model-index", source.model_index)
    # The Hub's own version leaves out metrics that the card has.
    if source.card is not None and source.card.model_index != source.model_index:
        yield from _numbered("cardData.model-index", source.card.model_index)


def _numbered(place: str, index: list[ModelIndex | None]) -> Iterator[tuple[str, Result]]:
    for n, model in enumerate(index):
        for m, result in enumerate(model.results if model is not None else ()):
            if result is not None:
                yield f"{place}.{n}.results.{m}", result


def _add_result(draft: Draft, found: Evaluations, place: str, result: Result, trained_on: list[str]) -> None:
    data = result.dataset or EvaluationDataset()
    on = _evaluated_on(draft, place, data)
    if on is not None:
        found.datasets[on] = None
        split = (data.split or "").strip().casefold()
        if split in VALIDATION_SPLITS and on in trained_on:
            found.validated_on[on] = None
        elif split in TEST_SPLITS and on in trained_on:
            found.tested_on[on] = None
    for position, metric in enumerate(result.metrics):
        if metric is not None:
            _add_metric(draft, found, f"{place}.metrics.{position}", result, data, on, metric)


def _add_metric(
    draft: Draft,
    found: Evaluations,
    place: str,
    result: Result,
    data: EvaluationDataset,
    on: str | None,
    metric: Metric,
) -> None:
    canonical = metric_name(metric.type or metric.name or "")
    if canonical is None:
        draft.issue(place, "names no metric")
        return
    task, source = result.task, result.source or Source()
    value, raw = _number(metric.value)
    iri = part_iri(
        draft.iri,
        "evaluation",
        *(task.type, task.name) if task is not None else (None, None),
        *(data.type, data.name, data.revision, data.args, data.config, data.split),
        *(metric.type, metric.name, metric.config, metric.args),
        *(source.url, source.name),
    )
    if not found.adds(draft, place, iri, value):
        return
    about = task_stub(task.type) if task is not None and task.type is not None else None
    keywords = [] if task is None or about is not None else [task.name or task.type]
    if metric.verified:
        keywords.append("verified")
    technique = ", ".join(
        f"{name}: {given}" for name, given in (("config", metric.config), ("args", metric.args)) if given
    )
    draft.part(
        MLModelEvaluation(
            iri=iri,
            name=_title(metric.name or metric.type, data.name or data.type, data.config, data.split),
            description=None if data.args is None else f"args: {data.args}",
            keywords=[keyword for keyword in keywords if keyword],
            about=[] if about is None else [draft.stub(about)],
            citation=[source.name] if source.name else [],
            is_based_on=[source.url] if source.url else [],
            evaluated_ml_model=[draft.iri],
            evaluation_dataset=[] if on is None else [on],
            evaluation_metrics=[canonical],
            evaluation_results=[]
            if value is None
            else [
                draft.part(
                    PropertyValue(
                        iri=iri.replace("#evaluation-", "#result-"),
                        name=metric.name or metric.type,
                        property_id=canonical,
                        value=value,
                        description=raw,
                        measurement_technique=technique or None,
                    )
                )
            ],
            additional_property=_settings(draft, config=data.config, split=data.split, revision=data.revision),
        )
    )


def _add_entry(draft: Draft, found: Evaluations, place: str, entry: EvaluationEntry, owner: str | None) -> None:
    data, source = entry.dataset, entry.source or Source()
    on = dataset(draft, data.id) if data is not None and data.id is not None else None
    if data is None or on is None:
        draft.issue(place, "names no dataset")
        return
    value, raw = _number(entry.value)
    author = source.user or source.org
    iri = part_iri(
        draft.iri, "evaluation", data.task_id, data.id, data.revision, entry.notes, source.url, source.name, author
    )
    found.datasets[on] = None
    if not found.adds(draft, place, iri, value):
        return
    known = author is not None and "/" not in author and is_repo_id(author)
    draft.part(
        MLModelEvaluation(
            iri=iri,
            name=_title(data.task_id, data.id),
            description=entry.notes,
            date_created=entry.date,
            author=[draft.stub(owner_stub(author))] if author is not None and known else [],
            citation=[source.name] if source.name else [],
            is_based_on=[source.url] if source.url else [],
            evaluated_ml_model=[draft.iri],
            evaluation_dataset=[on],
            evaluation_results=[]
            if value is None
            else [
                draft.part(
                    PropertyValue(
                        iri=iri.replace("#evaluation-", "#result-"),
                        name=data.task_id or data.id,
                        value=value,
                        description=raw,
                    )
                )
            ],
            # That the owner did it says nothing of how it was done.
            extrinsic_evaluation=True if author and owner and author.casefold() != owner.casefold() else None,
            additional_property=_settings(draft, task=data.task_id, revision=data.revision),
        )
    )


def _add_metric_names(draft: Draft, found: Evaluations, names: list[str | None]) -> None:
    """The metrics that a card names without results: those of one more evaluation, of which nothing else is known."""
    metrics = dict.fromkeys(canonical for name in names if name and (canonical := metric_name(name)))
    for iri in found.values:
        part = draft.parts.get(iri)
        if isinstance(part, MLModelEvaluation):
            for canonical in part.evaluation_metrics:
                metrics.pop(canonical, None)
    if metrics:
        iri = part_iri(draft.iri, "evaluation", "metrics")
        found.values[iri] = None
        draft.part(MLModelEvaluation(iri=iri, evaluated_ml_model=[draft.iri], evaluation_metrics=list(metrics)))


def _evaluated_on(draft: Draft, place: str, data: EvaluationDataset) -> str | None:
    """The dataset of a result: by its id where that is one, else by its name for people."""
    if data.type is None and data.name is None:
        return None
    iri = hub_dataset(draft, data.type) if data.type else None
    for text in (data.name, data.type):
        if iri is None and text:
            iri = named_dataset(draft, text)
    if iri is None:
        draft.issue(f"{place}.dataset", "names no dataset")
    return iri


def _settings(draft: Draft, **settings: str | None) -> list[str]:
    """How an evaluation was set up; evaluations with the same setting share the part that says so."""
    return [
        draft.part(PropertyValue(iri=part_iri(draft.iri, name, value), property_id=name, value=value))
        for name, value in settings.items()
        if value
    ]


def _number(value: Value) -> tuple[Value, str | None]:
    """A value with, if it was a text that is a number, the text where that says more."""
    if not isinstance(value, str):
        return value, None
    text = value.strip()
    if not _DECIMAL.fullmatch(text):
        return text or None, None
    number = float(text)
    if not math.isfinite(number):
        return text, None
    return number, text if repr(number) != text else None


def _title(what: str | None, on: str | None, *settings: str | None) -> str | None:
    where = ", ".join(setting for setting in settings if setting)
    title = " on ".join(part for part in (what, on) if part)
    return f"{title} ({where})" if where else title or None
