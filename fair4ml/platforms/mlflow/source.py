"""Source models of an MLflow tracking server's registry, experiments and runs (REST API 2.0).

Fields and their shapes: https://mlflow.org/docs/latest/api_reference/rest-api.html. Empty texts and lists stand for
nothing, and whole numbers may be written as texts, as in every JSON that is made from protocol buffers. Tags,
parameters and metrics are written by whoever runs the training.

The address of the server is not a field of MLflow: it is added to each record, as names and ids are unique only within
one server.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PlainValidator, StringConstraints

from fair4ml.describe.source_record import NoneSent, Number, SourceObject, SourceRecord, Text, WebAddress, Word


def _moment(value: Any) -> datetime | None:
    """The time of a count of milliseconds since 1970, where 0 means no time."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if type(value) is int and value >= 0:
        try:
            return datetime.fromtimestamp(value / 1000, UTC) if value else None
        except (ValueError, OverflowError, OSError):
            pass
    raise ValueError("expected a time in milliseconds since 1970")


def _whole(value: Any) -> Any:
    return str(value) if type(value) is int else value


def _infinite(value: Any) -> Any:
    """The value of a metric; the SQL store has the largest and smallest floats in place of the infinities.

    Source: ``log_metric`` in ``mlflow/store/tracking/sqlalchemy_store.py``.
    """
    if isinstance(value, float) and abs(value) >= sys.float_info.max:
        return "Infinity" if value > 0 else "-Infinity"
    return value


Milliseconds = Annotated[datetime | None, PlainValidator(_moment)]

Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]
"""A name within a server."""

VersionNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$"), BeforeValidator(_whole)]

Id = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,128}$")]
"""The id of a run, an experiment, a logged model."""

Reference = Annotated[str, StringConstraints(pattern=r"^[\w.-]{0,128}$")]
"""An id that may be empty."""


class Tag(SourceObject):
    """A tag or a parameter."""

    key: Name
    value: Text = ""


Tags = Annotated[list[Tag | None], NoneSent]


class Metric(SourceObject):
    """The value of a metric; its model and its dataset are known only if they were logged."""

    key: Name
    value: Annotated[Number | Literal["NaN", "Infinity", "-Infinity"] | None, BeforeValidator(_infinite)] = None
    timestamp: Milliseconds = None
    step: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 0
    dataset_name: Word | None = None
    dataset_digest: Word | None = None
    model_id: Reference | None = None
    run_id: Reference | None = None


class Data(SourceObject):
    """The data that were logged to a run or a model; only the last value of each metric is left."""

    metrics: Annotated[list[Metric | None], NoneSent]
    params: Tags
    tags: Tags


_NO_DATA = Data.model_validate({})


class InputDataset(SourceObject):
    """A dataset that was logged; ``source`` is JSON whose shape depends on its type."""

    name: Name
    digest: Word = ""
    source_type: Word | None = None
    source: Text | None = None


class DatasetInput(SourceObject):
    """A dataset that a run used, with tags that state its purpose."""

    dataset: InputDataset
    tags: Tags


class Inputs(SourceObject):
    """The inputs of a run."""

    dataset_inputs: Annotated[list[DatasetInput | None], NoneSent]


_NO_INPUTS = Inputs.model_validate({})


class RunInfo(SourceObject):
    """Identity and times of a run."""

    run_id: Id
    run_name: Word | None = None
    experiment_id: Reference | None = None
    user_id: Word | None = None
    status: Word | None = None
    start_time: Milliseconds = None
    end_time: Milliseconds = None


class RunContents(SourceObject):
    """A run in the server's responses."""

    info: RunInfo
    data: Data = Field(default_factory=lambda: _NO_DATA)
    inputs: Inputs = Field(default_factory=lambda: _NO_INPUTS)


class ServerRecord(SourceRecord):
    """The field of every record: the address of the tracking server that it is from."""

    server: WebAddress


class Alias(SourceObject):
    """A name that a registered model gives to one of its versions."""

    alias: Name
    version: VersionNumber


class RegistryRecord(ServerRecord):
    """The fields that registered models and their versions share."""

    name: Name
    creation_timestamp: Milliseconds = None
    last_updated_timestamp: Milliseconds = None
    user_id: Word | None = None
    description: Text | None = None
    tags: Tags


class RegisteredModel(RegistryRecord):
    """An entry of the registry: a name under which versions are kept."""

    identity: ClassVar[frozenset[str]] = frozenset({"server", "name"})

    aliases: Annotated[list[Alias | None], NoneSent]


class ModelVersion(RegistryRecord):
    """One version of a registered model; ``aliases`` are those of the registered model for it."""

    identity: ClassVar[frozenset[str]] = frozenset({"server", "name", "version"})

    version: VersionNumber
    current_stage: Word | None = None
    source: Word | None = None
    run_id: Reference | None = None
    status: Word | None = None
    aliases: Annotated[list[Name | None], NoneSent]


class ModelVersionRun(ServerRecord):
    """A version of a registered model with the run that it was registered from."""

    identity: ClassVar[frozenset[str]] = frozenset({"server", "name", "version"})

    name: Name
    version: VersionNumber
    source: Word | None = None
    run: RunContents


class Run(ServerRecord, RunContents):
    """A run of an experiment."""

    identity: ClassVar[frozenset[str]] = frozenset({"server"})


class Experiment(ServerRecord):
    """A group of runs."""

    identity: ClassVar[frozenset[str]] = frozenset({"server", "experiment_id"})

    experiment_id: Id
    name: Word | None = None
    creation_time: Milliseconds = None
    tags: Tags


class LoggedModelInfo(SourceObject):
    """Identity, times and tags of a logged model."""

    model_id: Id
    name: Word | None = None
    experiment_id: Reference | None = None
    source_run_id: Reference | None = None
    creation_timestamp_ms: Milliseconds = None
    last_updated_timestamp_ms: Milliseconds = None
    status: Word | None = None
    model_type: Word | None = None
    tags: Tags


class LoggedModel(ServerRecord):
    """A model that was logged to an experiment (MLflow 3)."""

    identity: ClassVar[frozenset[str]] = frozenset({"server"})

    info: LoggedModelInfo
    data: Data = Field(default_factory=lambda: _NO_DATA)


KINDS = {
    "registered_model": RegisteredModel,
    "model_version": ModelVersion,
    "model_version_run": ModelVersionRun,
    "experiment": Experiment,
    "run": Run,
    "logged_model": LoggedModel,
}
"""The source model of each kind of record."""
