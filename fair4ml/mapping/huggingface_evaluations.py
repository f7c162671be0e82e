"""The evaluations that a model on the Hugging Face Hub comes with."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from fair4ml.entities import MLModelEvaluation, PropertyValue, Stub
from fair4ml.identifiers import hugging_face_owner, is_repo_id, part_iri
from fair4ml.mapping.draft import Draft
from fair4ml.mapping.huggingface_ids import is_environment
from fair4ml.mapping.huggingface_lineage import dataset, hub_dataset, named_dataset
from fair4ml.metrics import metric_name
from fair4ml.sources.huggingface import (
    Benchmark,
    EvaluationDataset,
    EvaluationEntry,
    EvaluationFile,
    Metric,
    ModelIndex,
    ModelInfo,
    Result,
    Source,
    Task,
)
from fair4ml.tasks import task_stub

VALIDATION_SPLITS = frozenset({"dev", "val", "valid", "validation"})
TEST_SPLITS = frozenset({"test"})

Value = int | float | bool | str | None
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


class Evaluations:
    """The evaluations of a model, and what its own properties say of them: IRIs, each once and in order.

    Attributes:
        iris: the evaluations, each with its value.
        sources: the fields of the record that they are from.
        datasets: what they were done on.
        validated_on: those of the datasets that the model was trained on too, where the split is for validation.
        tested_on: likewise, where the split is for tests.
    """

    __slots__ = ("_draft", "datasets", "iris", "sources", "tested_on", "validated_on")

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self.iris: dict[str, Value] = {}
        self.sources: dict[str, None] = {}
        self.datasets: dict[str, None] = {}
        self.validated_on: dict[str, None] = {}
        self.tested_on: dict[str, None] = {}

    def add_results(self, source: str, index: list[ModelIndex | None], trained_on: list[str]) -> None:
        """Adds the results of a card."""
        for n, model in enumerate(index):
            for m, result in enumerate(model.results if model is not None else ()):
                if result is None:
                    continue
                place = f"{source}.{n}.results.{m}"
                data = result.dataset or EvaluationDataset()
                on = _evaluated_on(self._draft, place, data, result.task)
                if on is not None:
                    self.datasets[on] = None
                    split = (data.split or "").strip().casefold()
                    if split in VALIDATION_SPLITS and on in trained_on:
                        self.validated_on[on] = None
                    elif split in TEST_SPLITS and on in trained_on:
                        self.tested_on[on] = None
                for position, metric in enumerate(result.metrics):
                    if metric is not None:
                        self._add_metric(source, f"{place}.metrics.{position}", result, data, on, metric)

    def add_files(self, source: str, files: list[EvaluationFile | None], owner: str | None) -> None:
        """Adds the entries of evaluation files."""
        for position, file in enumerate(files):
            if file is not None and file.error is not None:
                self._draft.issue(f"{source}.{position}", "is malformed, says the platform")
            elif file is not None:
                self._add_entry(source, f"{source}.{position}", file.data or file, owner)

    def add_metric_names(self, source: str, names: list[str | None]) -> None:
        """Adds the metrics that a card names without results: one more evaluation, of which nothing else is known."""
        metrics = dict.fromkeys(canonical for name in names if name and (canonical := metric_name(name)))
        for iri in self.iris:
            part = self._draft.parts[iri]
            if isinstance(part, MLModelEvaluation):
                for canonical in part.evaluation_metrics:
                    metrics.pop(canonical, None)
        iri = part_iri(self._draft.iri, "evaluation", "metrics")
        if metrics and self._is_new(source, source, iri, None):
            self._draft.part(
                MLModelEvaluation(iri=iri, evaluated_ml_model=[self._draft.iri], evaluation_metrics=list(metrics))
            )

    def _is_new(self, source: str, place: str, iri: str, value: Value) -> bool:
        """Whether an evaluation is told for the first time; to tell it again with another value is an issue."""
        if iri not in self.iris:
            self.iris[iri] = value
            self.sources[source] = None
            return True
        if self.iris[iri] != value:
            self._draft.issue(place, "gives a second value of one evaluation")
        return False

    def _add_metric(
        self, from_field: str, place: str, result: Result, data: EvaluationDataset, on: str | None, metric: Metric
    ) -> None:
        draft, task, source = self._draft, result.task or Task(), result.source or Source()
        canonical = metric_name(metric.type or metric.name or "")
        if canonical is None:
            draft.issue(place, "names no metric")
            return
        value, raw = _number(metric.value)
        iri = part_iri(
            draft.iri,
            "evaluation",
            *(task.type, task.name),
            *(data.type, data.name, data.revision, data.args, data.config, data.split),
            *(metric.type, metric.name, metric.config, metric.args),
            *(source.url, source.name),
        )
        if not self._is_new(from_field, place, iri, value):
            return
        about = task_stub(task.type) if task.type else None
        keywords = [task.name or task.type if about is None else None, "verified" if metric.verified else None]
        settings = (("config", metric.config), ("args", metric.args))
        technique = ", ".join(f"{name}: {given}" for name, given in settings if given)
        results = []
        if value is not None:
            part = PropertyValue(
                iri=iri.replace("#evaluation-", "#result-"),
                name=metric.name or metric.type,
                property_id=canonical,
                value=value,
                description=raw,
                measurement_technique=technique or None,
            )
            results.append(draft.part(part))
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
                evaluation_results=results,
                additional_property=_settings(draft, config=data.config, split=data.split, revision=data.revision),
            )
        )

    def _add_entry(self, from_field: str, place: str, entry: EvaluationEntry, owner: str | None) -> None:
        draft, data, source = self._draft, entry.dataset or Benchmark(), entry.source or Source()
        on = dataset(draft, data.id) if data.id else None
        if on is None:
            draft.issue(place, "names no dataset")
            return
        self.datasets[on] = None
        value, raw = _number(entry.value)
        author = source.user or source.org
        identity = (data.task_id, data.id, data.revision, entry.notes, source.url, source.name, author)
        iri = part_iri(draft.iri, "evaluation", *identity)
        if not self._is_new(from_field, place, iri, value):
            return
        results = []
        if value is not None:
            part = PropertyValue(
                iri=iri.replace("#evaluation-", "#result-"),
                name=data.task_id or data.id,
                value=value,
                description=raw,
            )
            results.append(draft.part(part))
        is_name = author is not None and "/" not in author and is_repo_id(author)
        draft.part(
            MLModelEvaluation(
                iri=iri,
                name=_title(data.task_id, data.id),
                description=entry.notes,
                date_created=entry.date,
                author=[draft.stub(owner_stub(author))] if author is not None and is_name else [],
                citation=[source.name] if source.name else [],
                is_based_on=[source.url] if source.url else [],
                evaluated_ml_model=[draft.iri],
                evaluation_dataset=[on],
                evaluation_results=results,
                # That the owner did it says nothing of how it was done.
                extrinsic_evaluation=True if author and owner and author.casefold() != owner.casefold() else None,
                additional_property=_settings(draft, task=data.task_id, revision=data.revision),
            )
        )


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
    found = Evaluations(draft)
    found.add_results("model-index", source.model_index, trained_on)
    card = source.card
    # The Hub's own version leaves out metrics that the card has.
    if card is not None and card.model_index != source.model_index:
        found.add_results("cardData.model-index", card.model_index, trained_on)
    found.add_files("evalResults", source.eval_results, owner)
    if card is not None and card.metrics:
        found.add_metric_names("cardData.metrics", card.metrics)
    if found.sources and list(found.sources) != ["model-index"]:
        draft.exceptions["hasEvaluation"] = ", ".join(found.sources)
    return found


def _evaluated_on(draft: Draft, place: str, data: EvaluationDataset, task: Task | None) -> str | None:
    """The dataset of a result: by its id where that is one, else by its name for people."""
    if data.type is None and data.name is None:
        return None
    learns = task is not None and task.type == "reinforcement-learning"
    is_id = data.type is not None and not (learns and is_environment(data.type))
    iri = hub_dataset(draft, data.type) if is_id and data.type else None
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
