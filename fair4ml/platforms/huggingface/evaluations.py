"""The evaluations that are published with a model on the Hugging Face Hub."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from fair4ml.describe.draft import Draft
from fair4ml.describe.hub_repositories import hub_dataset, is_environment
from fair4ml.entities import MLModelEvaluation, PropertyValue, Stub
from fair4ml.identifiers import HUGGING_FACE, hugging_face_model, hugging_face_owner, is_repo_id, part_iri
from fair4ml.normalize.metric_values import Value, metric_value
from fair4ml.normalize.tasks import task_stub
from fair4ml.platforms.huggingface.lineage import dataset, named_dataset
from fair4ml.platforms.huggingface.results import REVISION, SHOTS, setup, shots, source_model
from fair4ml.platforms.huggingface.source import (
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

VALIDATION_SPLITS = frozenset({"dev", "val", "valid", "validation"})
TEST_SPLITS = frozenset({"test"})


class Evaluations:
    """The evaluations of a model, and the values of its own properties about them: IRIs, each once and in order.

    Attributes:
        iris: the evaluations of the model.
        sources: the fields of the record that the evaluations are from.
        datasets: the datasets of the evaluations.
        validated_on: those of the datasets that the model was also trained on, if the split is for validation.
        tested_on: likewise, if the split is for tests.
    """

    __slots__ = ("_draft", "_values", "datasets", "iris", "sources", "tested_on", "validated_on")

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._values: dict[str, Value] = {}
        self.iris: dict[str, None] = {}
        self.sources: dict[str, None] = {}
        self.datasets: dict[str, None] = {}
        self.validated_on: dict[str, None] = {}
        self.tested_on: dict[str, None] = {}

    def add_results(self, source: str, index: list[ModelIndex | None], trained_on: list[str]) -> None:
        """Add the results of a card."""
        for n, model in enumerate(index):
            for m, result in enumerate(model.results if model is not None else ()):
                if result is None:
                    continue
                place = f"{source}.{n}.results.{m}"
                data = result.dataset or EvaluationDataset()
                on = _evaluated_on(self._draft, place, data, result.task)
                of = self._evaluated(result.source)
                if on is not None and of == self._draft.iri:
                    self.datasets[on] = None
                    split = (data.split or "").strip().casefold()
                    if split in VALIDATION_SPLITS and on in trained_on:
                        self.validated_on[on] = None
                    elif split in TEST_SPLITS and on in trained_on:
                        self.tested_on[on] = None
                for position, metric in enumerate(result.metrics):
                    if metric is not None:
                        self._add_metric(source, f"{place}.metrics.{position}", result, data, on, of, metric)

    def add_files(self, source: str, files: list[EvaluationFile | None], owner: str | None) -> None:
        """Add the entries of evaluation files."""
        for position, file in enumerate(files):
            if file is not None and file.error is not None:
                self._draft.issue(f"{source}.{position}", "is malformed, according to the platform")
            elif file is not None:
                self._add_entry(source, f"{source}.{position}", file.data or file, owner)

    def _evaluated(self, source: Source | None) -> str:
        """The IRI of the model that a result is of: a copied card has results of the model that it was copied from."""
        own = self._draft.iri
        other = source_model(source, own.removeprefix(HUGGING_FACE)) if source is not None else None
        return own if other is None else self._draft.stub(Stub(hugging_face_model(other), "MLModel", other))

    def _is_new(self, source: str, place: str, iri: str, of: str, value: Value | None) -> bool:
        """Check whether an evaluation is new, and record it; a second value of a known evaluation is an issue."""
        if value is None:
            self._draft.issue(place, "has no value")
            return False
        if iri in self._values:
            if self._values[iri] != value:
                self._draft.issue(place, "has a second value for the same evaluation; the first is kept")
            return False
        self._values[iri] = value
        if of == self._draft.iri:
            self.iris[iri] = None
            self.sources[source] = None
        return True

    def _add_metric(
        self,
        from_field: str,
        place: str,
        result: Result,
        data: EvaluationDataset,
        on: str | None,
        of: str,
        metric: Metric,
    ) -> None:
        draft, task, source = self._draft, result.task or Task(), result.source or Source()
        measured = setup(data, metric)
        if measured.metric is None:
            draft.issue(place, "does not name a metric")
            return
        value = metric_value(metric.value)
        iri = part_iri(
            draft.iri,
            "evaluation",
            *(task.type, task.name),
            *(data.type, data.name, data.revision, data.args, data.config, data.split),
            *(metric.type, metric.name, metric.config, metric.args),
            *(source.url, source.name),
        )
        if not self._is_new(from_field, place, iri, of, value) or value is None:
            return
        about = task_stub(task.type) if task.type else None
        keywords = [task.name or task.type if about is None else None, "verified" if metric.verified else None]
        settings = (("config", metric.config), ("args", metric.args))
        technique = ", ".join(f"{name}: {given}" for name, given in settings if given)
        part = _result(iri, metric.name or metric.type, measured.metric, value, technique or None)
        draft.part(
            MLModelEvaluation(
                iri=iri,
                name=_title(metric.name or metric.type, data.name or data.type, data.config, data.split),
                keywords=[keyword for keyword in keywords if keyword],
                about=[] if about is None else [draft.stub(about)],
                citation=[source.name] if source.name else [],
                is_based_on=[source.url] if source.url else [],
                evaluated_ml_model=[of],
                evaluation_dataset=[] if on is None else [on],
                evaluation_metrics=[measured.metric],
                evaluation_results=[draft.part(part)],
                additional_property=_settings(draft, measured.settings),
            )
        )

    def _add_entry(self, from_field: str, place: str, entry: EvaluationEntry, owner: str | None) -> None:
        draft, data, source = self._draft, entry.dataset or Benchmark(), entry.source or Source()
        on = dataset(draft, data.id) if data.id else None
        if on is None:
            draft.issue(place, "does not name a dataset")
            return
        value, of = metric_value(entry.value), self._evaluated(entry.source)
        author, framework = source.user or source.org, entry.evaluation_framework
        identity = (data.task_id, data.id, data.revision, entry.notes, source.url, source.name, author)
        iri = part_iri(draft.iri, "evaluation", *identity, *([framework] if framework else []))
        if not self._is_new(from_field, place, iri, of, value) or value is None:
            return
        if of == draft.iri:
            self.datasets[on] = None
        is_name = author is not None and "/" not in author and is_repo_id(author)
        stated = {
            "task": data.task_id,
            SHOTS: shots(entry.notes),
            REVISION: data.revision,
            "harness": framework,
        }
        draft.part(
            MLModelEvaluation(
                iri=iri,
                name=_title(data.task_id, data.id),
                description=entry.notes,
                date_created=entry.date,
                author=[draft.stub(owner_stub(author))] if author is not None and is_name else [],
                citation=[source.name] if source.name else [],
                is_based_on=[source.url] if source.url else [],
                evaluated_ml_model=[of],
                evaluation_dataset=[on],
                evaluation_results=[draft.part(_result(iri, data.task_id or data.id, None, value))],
                # An evaluation by the owner may still be of either kind.
                extrinsic_evaluation=True if author and owner and author.casefold() != owner.casefold() else None,
                additional_property=_settings(draft, stated),
            )
        )


@lru_cache(maxsize=65_536)
def owner_stub(name: str) -> Stub:
    """The stub of a user or organization on the Hub: its name does not tell which of the two it is."""
    return Stub(hugging_face_owner(name), "Agent", name)


def evaluations(draft: Draft, source: ModelInfo, owner: str | None, trained_on: list[str]) -> Evaluations:
    """The evaluations of the card and of the evaluation files.

    An evaluation is identified by its task, dataset, configuration, split, metric and source as they are written, never
    by its value. One whose source names another model belongs to that model, not to this one.

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
    if found.sources and list(found.sources) != ["model-index"]:
        draft.exceptions["hasEvaluation"] = ", ".join(found.sources)
    return found


def _evaluated_on(draft: Draft, place: str, data: EvaluationDataset, task: Task | None) -> str | None:
    """The dataset of a result: by its id if that is one on the Hub, else by its display name."""
    if data.type is None and data.name is None:
        return None
    learns = task is not None and task.type == "reinforcement-learning"
    is_id = data.type is not None and not (learns and is_environment(data.type))
    iri = hub_dataset(draft, data.type) if is_id and data.type else None
    for text in (data.name, data.type):
        if iri is None and text:
            iri = named_dataset(draft, text)
    if iri is None:
        draft.issue(f"{place}.dataset", "does not name a dataset")
    return iri


def _settings(draft: Draft, settings: Mapping[str, str | None]) -> list[str]:
    """The settings of an evaluation; evaluations with the same setting share its part."""
    return [
        draft.part(PropertyValue(iri=part_iri(draft.iri, name, value), property_id=name, value=value))
        for name, value in settings.items()
        if value
    ]


def _result(
    iri: str, name: str | None, metric: str | None, value: Value, technique: str | None = None
) -> PropertyValue:
    return PropertyValue(
        iri=iri.replace("#evaluation-", "#result-"),
        name=name,
        property_id=metric,
        value=value.value,
        unit_text=value.unit,
        description=value.raw,
        measurement_technique=technique,
    )


def _title(what: str | None, on: str | None, *settings: str | None) -> str | None:
    where = ", ".join(setting for setting in settings if setting)
    title = " on ".join(part for part in (what, on) if part)
    return f"{title} ({where})" if where else title or None
