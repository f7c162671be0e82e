"""What an MLflow tracking server says of its registry, experiments and runs (REST API 2.0).

Fields and their shapes: https://mlflow.org/docs/latest/api_reference/rest-api.html. Empty texts and lists stand for
nothing, and whole numbers may be written as texts, as in every JSON that is made from protocol buffers. Tags,
parameters and metrics are written by whoever runs the training.

The address of the server is no field of MLflow's: it is added to each record, as names and ids hold within one server.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PlainValidator, StringConstraints

from fair4ml.describe.source_record import NoneSent, Number, SourceObject, SourceRecord, Text, WebAddress, Word


def _moment(value: Any) -> datetime | None:
    """Milliseconds since 1970, where 0 stands for no time."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if type(value) is int and value >= 0:
        try:
            return datetime.fromtimestamp(value / 1000, UTC) if value else None
        except (ValueError, OverflowError, OSError):
            pass
    raise ValueError("should be milliseconds since 1970")


def _whole(value: Any) -> Any:
    return str(value) if type(value) is int else value


def _infinite(value: Any) -> Any:
    """The value of a metric; the ends of what a float can hold are what the SQL store has for the infinities.

    Source: ``log_metric`` in ``mlflow/store/tracking/sqlalchemy_store.py``.
    """
    if isinstance(value, float) and abs(value) >= sys.float_info.max:
        return "Infinity" if value > 0 else "-Infinity"
    return value


Milliseconds = Annotated[datetime | None, PlainValidator(_moment)]

Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]
"""What something is called within its server."""

VersionNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$"), BeforeValidator(_whole)]

Id = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,128}$")]
"""The id of a run, an experiment, a logged model."""

Reference = Annotated[str, StringConstraints(pattern=r"^[\w.-]{0,128}$")]
"""An id in place of which nothing may stand."""


class Tag(SourceObject):
    """A tag or a parameter."""

    key: Name
    value: Text = ""


Tags = Annotated[list[Tag | None], NoneSent]


class Metric(SourceObject):
    """The value of a metric; that it is of a model and on a dataset is known only where logging said so."""

    key: Name
    value: Annotated[Number | Literal["NaN", "Infinity", "-Infinity"] | None, BeforeValidator(_infinite)] = None
    timestamp: Milliseconds = None
    step: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 0
    dataset_name: Word | None = None
    dataset_digest: Word | None = None
    model_id: Reference | None = None
    run_id: Reference | None = None


class Data(SourceObject):
    """What was logged to a run or a model; metrics of which nothing is left but the last value."""

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
    """A dataset that a run took in, with tags that say what for."""

    dataset: InputDataset
    tags: Tags


class Inputs(SourceObject):
    """What a run took in."""

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
    """A run as the server answers it."""

    info: RunInfo
    data: Data = Field(default_factory=lambda: _NO_DATA)
    inputs: Inputs = Field(default_factory=lambda: _NO_INPUTS)


class ServerRecord(SourceRecord):
    """What every record has: the address of the tracking server that it is from."""

    server: WebAddress


class Alias(SourceObject):
    """A name that a registered model gives to one of its versions."""

    alias: Name
    version: VersionNumber


class RegistryRecord(ServerRecord):
    """What the registry says of its names and of their versions alike."""

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
    """One version of a registered model; ``aliases`` are those of the registered model that lead to it."""

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
    """What groups runs."""

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
"""What the platform sends, by kind of record."""
