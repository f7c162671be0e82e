"""Source models of the Hugging Face Hub's models in its lists (``GET /api/models?expand[]=...``).

Fields and their shapes: https://huggingface.co/docs/hub/api, https://huggingface.co/docs/hub/model-cards (metadata of
cards, which owners write by hand: values of any type occur) and
https://huggingface.co/docs/huggingface_hub/package_reference/hf_api (names of the fields that can be requested).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from fair4ml.describe.source_record import (
    Count,
    Day,
    Flag,
    Listed,
    NoneSent,
    Number,
    Scalar,
    SourceObject,
    Text,
    WebAddress,
    Word,
)
from fair4ml.platforms.huggingface.card_source import ModelCardFile
from fair4ml.platforms.huggingface.croissant_source import CroissantFile
from fair4ml.platforms.huggingface.datasets_source import DatasetInfo
from fair4ml.platforms.huggingface.owners_source import Owner
from fair4ml.platforms.huggingface.repository_source import Repository, RepositoryCard, RepositoryInfo, Words


def _by_id(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


def _models(value: Any) -> Any:
    return {"models": value} if isinstance(value, list) else value


def _emissions(value: Any) -> Any:
    """Convert to one object: the Hub's first documentation had a list of objects of one key, and keys with spaces."""
    stated: dict[str, Any] = {}
    for each in value if isinstance(value, list) else [value]:
        for key, one in (each if isinstance(each, dict) else {"emissions": each}).items():
            name = "_".join(str(key).split())
            if name in stated and stated[name] != one:
                raise ValueError("has several values for the same key")
            stated[name] = one
    return stated


class Task(SourceObject):
    """The task of an evaluation result."""

    type: Word | None = None
    name: Word | None = None


class EvaluationDataset(SourceObject):
    """The data of an evaluation result; ``type`` is meant to be the id of a dataset on the Hub."""

    type: Word | None = None
    name: Word | None = None
    config: Word | None = None
    split: Word | None = None
    revision: Word | None = None
    args: Scalar | None = None


class Metric(SourceObject):
    """One value of an evaluation result."""

    type: Word | None = None
    name: Word | None = None
    value: Scalar | None = None
    config: Word | None = None
    args: Scalar | None = None
    verified: Flag | None = None


class Source(SourceObject):
    """The place where an evaluation result was published, and whom it is credited to."""

    url: WebAddress | None = None
    name: Word | None = None
    user: Word | None = None
    org: Word | None = None


class Result(SourceObject):
    """An evaluation result of a card: metrics of one task on one dataset."""

    task: Task | None = None
    dataset: EvaluationDataset | None = None
    metrics: Annotated[list[Metric | None], Listed, NoneSent]
    source: Source | None = None


class ModelIndex(SourceObject):
    """The evaluation results of one model of a card; nearly all cards have one."""

    results: Annotated[list[Result | None], Listed, NoneSent]


class Benchmark(SourceObject):
    """The benchmark of an evaluation file."""

    id: Word | None = None
    task_id: Word | None = None
    revision: Word | None = None


class EvaluationEntry(SourceObject):
    """One entry of an evaluation file (``.eval_results/*.yaml``)."""

    dataset: Benchmark | None = None
    value: Scalar | None = None
    date: Day | None = None
    source: Source | None = None
    notes: Text | None = None
    evaluation_framework: Word | None = None


class EvaluationFile(EvaluationEntry):
    """An entry with the file that has it, either around it or beside it, or with what is wrong with the file."""

    data: EvaluationEntry | None = None
    error: Text | None = None


class Emissions(SourceObject):
    """The emissions of training, in grams of CO2 equivalent unless a text says otherwise."""

    emissions: Number | Text | None = None
    source: Word | None = None
    training_type: Word | None = None
    geographical_location: Word | None = None
    hardware_used: Word | None = None


class Card(RepositoryCard):
    """The metadata block of the model card."""

    library_name: Word | None = None
    pipeline_tag: Word | None = None
    datasets: Words
    base_model: Words
    base_model_relation: Word | None = None
    new_version: Word | None = None
    co2_eq_emissions: Annotated[Emissions | None, BeforeValidator(_emissions)] = None
    model_index: Annotated[list[ModelIndex | None], Listed] = Field(default_factory=list, alias="model-index")


class Quantization(SourceObject):
    """The method and width of quantized weights."""

    quant_method: Word | None = None
    bits: Count | None = None


class Pipeline(SourceObject):
    """The parts that a diffusion model is run with."""

    class_name: Word | None = Field(None, alias="_class_name")


class Config(SourceObject):
    """The part of ``config.json`` that the Hub keeps."""

    architectures: Words
    model_type: Word | None = None
    quantization_config: Quantization | None = None
    diffusers: Pipeline | None = None


class Safetensors(SourceObject):
    """The number of parameters in the weight files, in total and by type of number."""

    parameters: dict[Word, Count] | None = None
    total: Count | None = None


class Gguf(SourceObject):
    """The header of a GGUF file."""

    total: Count | None = None
    architecture: Word | None = None
    context_length: Count | None = None


class TransformersInfo(SourceObject):
    """The class with which the transformers library loads the model."""

    auto_model: Word | None = None


class ParentModel(SourceObject):
    """A model that another one derives from."""

    id: Word | None = None


class BaseModels(SourceObject):
    """The models that the Hub found a model to derive from, and the kind of derivation."""

    relation: Word | None = None
    models: list[Annotated[ParentModel | None, BeforeValidator(_by_id)]] = Field(default_factory=list)


class ModelInfo(RepositoryInfo):
    """A model as the Hub's lists show it.

    A requested field that is absent has no value.
    """

    pipeline_tag: Word | None = None
    library_name: Word | None = None
    card: Card | None = Field(None, alias="cardData")
    config: Config | None = None
    safetensors: Safetensors | None = None
    gguf: Gguf | None = None
    transformers_info: TransformersInfo | None = Field(None, alias="transformersInfo")
    base_models: Annotated[BaseModels | None, BeforeValidator(_models)] = Field(None, alias="baseModels")
    model_index: Annotated[list[ModelIndex | None], Listed] = Field(default_factory=list, alias="model-index")
    eval_results: Annotated[list[EvaluationFile | None], Listed] = Field(default_factory=list, alias="evalResults")


class RepositoryFile(SourceObject):
    """One file of a repository; the size is present only if blobs were requested."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=1_000)] = Field(alias="rfilename")
    size: Count | None = None


class FileList(Repository):
    """The files of a model's repository (``expand[]=siblings``)."""

    siblings: list[RepositoryFile] = Field(default_factory=list)


KINDS = {
    "model": ModelInfo,
    "files": FileList,
    "card": ModelCardFile,
    "dataset": DatasetInfo,
    "croissant": CroissantFile,
    "owner": Owner,
}
"""The source model of each kind of record."""
