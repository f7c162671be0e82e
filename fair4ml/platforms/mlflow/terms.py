"""Statements in MLflow's tags, parameters, datasets and metrics."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fair4ml.describe.draft import Draft
from fair4ml.describe.hub_repositories import hub_dataset, hub_model
from fair4ml.describe.source_record import InvalidRecord
from fair4ml.entities import Derivation, Iri, MLModelEvaluation, PropertyValue, Stub
from fair4ml.identifiers import HUGGING_FACE, IRI_MAX_LENGTH, part_iri
from fair4ml.normalize.licenses import license_stub
from fair4ml.normalize.metrics import metric_name
from fair4ml.platforms.mlflow import addresses as iris
from fair4ml.platforms.mlflow.source import DatasetInput, InputDataset, Metric, RunContents, Tag

NOTE = "mlflow.note.content"
"""The tag with the description of a run or an experiment (https://mlflow.org/docs/latest/ml/tracking)."""
PARENT_RUN = "mlflow.parentRunId"
"""The tag with the id of the run that a run is nested in."""
DATA_CONTEXT = "mlflow.data.context"
"""The tag of a dataset input that states the purpose of the dataset."""
MODEL_VERSIONS = "mlflow.modelVersions"
"""The tag of a logged model with the versions that it was registered as."""

_TOLD_ELSEWHERE = frozenset(
    {NOTE, PARENT_RUN, MODEL_VERSIONS, "mlflow.runName", "mlflow.log-model.history", "mlflow.loggedArtifacts"}
)
"""System tags that other properties repeat, and lists that the server keeps for itself."""

BASE_MODEL_KEYS = frozenset({"base_model", "finetuned_from", "fine_tuned_from", "parent_model"})
DATASET_KEYS = frozenset({"dataset", "datasets", "train_dataset", "trained_on", "training_data", "training_dataset"})
SYSTEM_METRICS = "system/"
"""The prefix of the names of MLflow's own measurements of the machine."""
PROGRESS_METRICS = frozenset(
    """
    epoch eval_runtime eval_samples_per_second eval_steps_per_second global_step grad_norm iteration learning_rate lr
    step total_flos train_runtime train_samples_per_second train_steps_per_second
    """.split()
)
"""Values that trainers log as metrics although they measure the progress of training, not the quality of the model."""

_PLAIN_ID = re.compile(r"hf:/{0,2}(?P<path>[^\s?#@]+)(?:@[^\s/]+)?(?:/[^\s]*)?")
_WEB_ADDRESS = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/\S+", re.IGNORECASE)
_LOGGED_MODEL = re.compile(r"models:/(?P<id>m-[0-9a-f]{32})")
_REGISTERED = re.compile(r"models:/(?P<name>[^/@:]{1,256})/(?P<version>[0-9]{1,18})")
_ID = re.compile(r"[\w.-]{1,128}")


def draft_of(iri: str) -> Draft:
    """A draft of the entity that an IRI names.

    Raises:
        InvalidRecord: the name makes an address that is too long for the entity and its parts.
    """
    if len(iri) > IRI_MAX_LENGTH - len("#evaluation-0123456789abcdef"):
        raise InvalidRecord("name", "is too long to be part of an address")
    return Draft(iri)


@dataclass(slots=True)
class Links:
    """The entities of the Hugging Face Hub and of the registry that an entity names: IRIs, each once and in order."""

    base_models: dict[Iri, None] = field(default_factory=dict)
    training_datasets: dict[Iri, None] = field(default_factory=dict)
    others: dict[Iri, None] = field(default_factory=dict)

    def add_tagged(self, draft: Draft, tags: Iterable[Tag | None]) -> None:
        """Add the entities that tags or parameters name by address on the Hub; only the keys can state their role."""
        for tag in tags:
            if tag is None:
                continue
            key = re.sub(r"[\s.-]+", "_", tag.key.strip().casefold())
            model, dataset = on_the_hub(draft, tag.value)
            if model is not None:
                (self.base_models if key in BASE_MODEL_KEYS else self.others)[model] = None
            if dataset is not None:
                (self.training_datasets if key in DATASET_KEYS else self.others)[dataset] = None

    def properties(self, draft: Draft) -> dict[str, Any]:
        """The properties of a model that names these entities."""
        return {
            "was_derived_from": list(self.base_models),
            "qualified_derivation": self.derivations(draft),
            "trained_on": list(self.training_datasets),
            "relation": list(self.others),
        }

    def derivations(self, draft: Draft) -> list[str]:
        """The parts that state the sources of the entity."""
        return [
            draft.part(Derivation(iri=part_iri(draft.iri, "derivation", iri), entity=iri)) for iri in self.base_models
        ]


def on_the_hub(draft: Draft, text: str) -> tuple[str | None, str | None]:
    """The IRIs of the model, or else of the dataset, on the Hugging Face Hub at an address.

    Addresses are those of its pages, ``hf:owner/name`` and ``hf://datasets/owner/name``; a bare id names nothing here.
    """
    text = text.strip()
    plain = _PLAIN_ID.fullmatch(text)
    address = HUGGING_FACE + plain["path"].removeprefix("models/") if plain else text
    if not _WEB_ADDRESS.fullmatch(address):
        return None, None
    dataset = hub_dataset(draft, address)
    return (None, dataset) if dataset is not None else (hub_model(draft, address), None)


def source_of_version(draft: Draft, server: str, source: str | None) -> str | None:
    """The IRI of the model that a version was registered from, or None if its source is not a model, such as a file."""
    text = (source or "").strip()
    if (logged := _LOGGED_MODEL.fullmatch(text)) is not None:
        return draft.stub(Stub(iris.logged_model(server, logged["id"]), "MLModel", logged["id"]))
    if (version := _REGISTERED.fullmatch(text)) is not None:
        return version_stub(draft, server, version["name"], version["version"])
    return on_the_hub(draft, text)[0]


def is_logged_model(source: str | None) -> bool:
    """Check whether the source of a version is a logged model."""
    return _LOGGED_MODEL.fullmatch((source or "").strip()) is not None


def version_stub(draft: Draft, server: str, name: str, version: str) -> str | None:
    """Add a version that is only named, and return its IRI, or None if its name is too long for one."""
    iri = iris.model_version(server, name, version)
    return draft.stub(Stub(iri, "MLModel", f"{name}/{version}")) if len(iri) <= IRI_MAX_LENGTH else None


def run_stub(draft: Draft, server: str, id: str | None) -> list[str]:
    """Add a run that is only named, and return its IRI; empty if the id is invalid."""
    return [draft.stub(Stub(iris.run(server, id), "Activity"))] if id and _ID.fullmatch(id) else []


def tag_values(draft: Draft, tags: Iterable[Tag | None]) -> list[str]:
    """Tags as values, one per key; the last one wins."""
    stated = {tag.key: tag.value for tag in tags if tag is not None and tag.key not in _TOLD_ELSEWHERE}
    return [draft.value("tag", value, name=key) for key, value in stated.items()]


def parameter_values(draft: Draft, params: Iterable[Tag | None]) -> list[str]:
    """Parameters as values; they stay texts, as in MLflow."""
    stated = {each.key: each.value for each in params if each is not None}
    return [draft.value("parameter", value, name=key) for key, value in stated.items()]


def metric_values(draft: Draft, metrics: Iterable[Metric | None]) -> list[str]:
    """The last values of all metrics, whatever they measure."""
    stated = {each.key: each.value for each in last_metrics(metrics) if each.value is not None}
    return [draft.value("metric", value, name=key) for key, value in stated.items()]


def texts(draft: Draft, **stated: str | None) -> list[str]:
    """Values for the texts that are not empty."""
    return [draft.value(name, value) for name, value in stated.items() if value]


def tag_of(tags: Iterable[Tag | None], key: str) -> str | None:
    """The value of a tag, or None if it is absent or empty."""
    return next((tag.value for tag in tags if tag is not None and tag.key == key), None) or None


def licenses(draft: Draft, tags: Iterable[Tag | None]) -> list[str]:
    """The license that the tag ``license`` names by its identifier or the address of its page."""
    stub = license_stub(tag_of(tags, "license") or "")
    return [] if stub is None else [draft.stub(stub)]


def dataset(draft: Draft, server: str, experiment: str | None, run: str, stated: InputDataset) -> str:
    """The IRI of a dataset that a run used: the Hub's if it is from there, else one within the experiment.

    MLflow identifies the datasets of an experiment by name and digest.
    """
    found = None
    if stated.source_type == "hugging_face" and stated.source:
        try:
            source = json.loads(stated.source)
        except (ValueError, RecursionError):
            source = None
        path = source.get("path") if isinstance(source, dict) else None
        found = hub_dataset(draft, path) if isinstance(path, str) else None
        if found is None:
            draft.issue("inputs.dataset_inputs.dataset.source", "does not name a dataset on the Hugging Face Hub")
    return found or logged_dataset(draft, server, experiment, run, stated.name, stated.digest)


def logged_dataset(draft: Draft, server: str, experiment: str | None, run: str, name: str, digest: str | None) -> str:
    """The IRI of a dataset that has only a name and a digest."""
    within = iris.experiment(server, experiment) if experiment else iris.run(server, run)
    return draft.stub(Stub(part_iri(within, "dataset", name, digest), "Dataset", name))


def contexts(given: DatasetInput) -> set[str]:
    """The purposes of a dataset, in the words of whoever logged it."""
    return {tag.value.strip().casefold() for tag in given.tags if tag is not None and tag.key == DATA_CONTEXT}


def run_datasets(draft: Draft, server: str, run: RunContents) -> list[tuple[str, DatasetInput]]:
    """The datasets that a run used, each with its IRI."""
    return [
        (dataset(draft, server, run.info.experiment_id, run.info.run_id, given.dataset), given)
        for given in run.inputs.dataset_inputs
        if given is not None
    ]


def last_metrics(metrics: Iterable[Metric | None]) -> list[Metric]:
    """The last metric of each series of values."""
    found: dict[tuple[str | None, ...], Metric] = {}
    for metric in metrics:
        if metric is None or metric.value is None:
            continue
        series = (metric.key, metric.dataset_name, metric.dataset_digest, metric.model_id, metric.run_id)
        before = found.get(series)
        if before is None or _place(metric) >= _place(before):
            found[series] = metric
    return list(found.values())


def _place(metric: Metric) -> tuple[int, float]:
    return metric.step, metric.timestamp.timestamp() if metric.timestamp else 0.0


def evaluations(
    draft: Draft,
    server: str,
    metrics: Iterable[Metric],
    run: str | None,
    experiment: str | None,
    models: list[str],
    inputs: Iterable[tuple[str, DatasetInput]] = (),
) -> tuple[list[str], list[str]]:
    """Turn metrics into evaluations of models, and return the IRIs of the evaluations and of their datasets.

    Args:
        draft: gets the evaluations, their results and datasets.
        server: the address of the tracking server.
        metrics: the metrics, each series once.
        run: the id of the run that logged those metrics that do not name a run themselves.
        experiment: the id of the experiment within which the names of datasets are unique.
        models: the IRIs of the models that were evaluated.
        inputs: the datasets of the run, which metrics refer to by name and digest.
    """
    known: dict[tuple[str, str | None], str] = {
        (given.dataset.name, given.dataset.digest): iri for iri, given in inputs
    }
    found: dict[str, None] = {}
    datasets: dict[str, None] = {}
    for metric in metrics:
        name = metric_name(metric.key)
        if name is None or metric.key.startswith(SYSTEM_METRICS) or metric.key in PROGRESS_METRICS:
            continue
        by = metric.run_id or run
        iri = part_iri(draft.iri, "evaluation", metric.key, metric.dataset_name, metric.dataset_digest, by)
        on = None
        if metric.dataset_name and by:
            on = known.get((metric.dataset_name, metric.dataset_digest)) or logged_dataset(
                draft, server, experiment, by, metric.dataset_name, metric.dataset_digest
            )
            datasets[on] = None
        result = PropertyValue(
            iri=iri.replace("#evaluation-", "#result-"), name=metric.key, property_id=name, value=metric.value
        )
        draft.part(
            MLModelEvaluation(
                iri=iri,
                name=f"{metric.key} on {metric.dataset_name}" if metric.dataset_name else metric.key,
                date_created=metric.timestamp,
                is_based_on=[iris.run(server, by)] if by else [],
                evaluated_ml_model=models,
                evaluation_dataset=[] if on is None else [on],
                evaluation_metrics=[name],
                evaluation_results=[draft.part(result)],
            )
        )
        found[iri] = None
    return list(found), list(datasets)
