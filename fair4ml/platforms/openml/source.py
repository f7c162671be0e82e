"""Source models of OpenML's datasets, tasks, flows and evaluations (REST API v1).

Fields and their shapes: https://www.openml.org/apis, and the API's own templates and examples
(https://github.com/openml/OpenML). In details every scalar is a text, a list of one is its element, and an empty value
is ``[]``; lists have numbers, too. Both forms are accepted everywhere.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, BeforeValidator, Field, PlainValidator, StringConstraints

from fair4ml.describe.source_record import Listed, NoneSent, Scalar, SourceObject, SourceRecord, Text, WebAddress, Word

# Not a time: the API gives no zone, so it could be any of 24.
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?", re.ASCII)


def _sent(value: Any) -> Any:
    """Turn an empty list into None: it means no value."""
    return None if value in ([], "") else value


def _text(value: Any) -> Any:
    """Turn a number into its text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else _sent(value)


def _day(value: Any) -> date | None:
    value = _sent(value)
    if value is None:
        return None
    if isinstance(value, str) and (match := _TIME.fullmatch(value)):
        try:
            return date.fromisoformat(match[1])
        except ValueError:
            pass
    raise ValueError("expected a date, or a date and time")


Id = Annotated[str, BeforeValidator(_text), StringConstraints(pattern=r"^[1-9][0-9]{0,17}$")]
Day = Annotated[date | None, PlainValidator(_day)]
_Word = Annotated[Word | None, BeforeValidator(_text)]
_Prose = Annotated[Text | None, BeforeValidator(_text)]
_Reference = Annotated[Id | None, BeforeValidator(_text)]
_Address = Annotated[WebAddress | None, BeforeValidator(_sent)]
_Value = Annotated[Scalar | None, BeforeValidator(_sent)]
_Words = Annotated[list[_Word], Listed, NoneSent]
_Tags = Annotated[
    list[_Word], Listed, Field(default_factory=list, validation_alias=AliasChoices("tag", "tags"))
]  # fmt: skip


class Named(SourceObject):
    """A value with its name: a quality of a dataset, an input of a task."""

    name: _Word = None
    value: _Value = None


class DatasetFields(SourceRecord):
    """The fields of a dataset that its list and its description share."""

    name: _Word = None
    version: _Word = None
    format: _Word = None
    tags: _Tags


class Dataset(DatasetFields):
    """A dataset as ``/data/list`` shows it."""

    identity: ClassVar[frozenset[str]] = frozenset({"did"})

    did: Id
    status: _Word = None
    quality: Annotated[list[Named | None], Listed, NoneSent]


class DatasetDescription(DatasetFields):
    """A dataset as ``/data/<id>`` describes it."""

    identity: ClassVar[frozenset[str]] = frozenset({"id"})

    id: Id
    description: _Prose = None
    creator: _Words
    contributor: _Words
    collection_date: _Word = None
    upload_date: Day = None
    language: _Word = None
    licence: _Word = None
    url: _Address = None
    parquet_url: _Address = None
    default_target_attribute: _Word = None
    row_id_attribute: _Word = None
    version_label: _Word = None
    citation: _Prose = None
    paper_url: _Word = None
    original_data_url: _Word = None
    visibility: _Word = None


class Task(SourceRecord):
    """A task as ``/task/list`` shows it."""

    identity: ClassVar[frozenset[str]] = frozenset({"task_id"})

    task_id: Id
    task_type_id: _Reference = None
    task_type: _Word = None
    did: _Reference = None
    name: _Word = None
    input: Annotated[list[Named | None], Listed, NoneSent]
    tags: _Tags


class EstimationProcedure(SourceRecord):
    """A way to split data into parts to train on and parts to test on (``/estimationprocedure/list``)."""

    identity: ClassVar[frozenset[str]] = frozenset({"id"})

    id: Id
    name: _Word = None


class FlowFields(SourceRecord):
    """The fields of a flow that its list and its description share."""

    identity: ClassVar[frozenset[str]] = frozenset({"id"})

    id: Id
    name: _Prose = None
    version: _Word = None
    external_version: _Prose = None
    uploader: _Reference = None
    tags: _Tags


class Flow(FlowFields):
    """A flow as ``/flow/list`` shows it."""

    full_name: _Prose = None


class Parameter(SourceObject):
    """A parameter of a flow."""

    name: _Word = None
    data_type: _Word = None
    default_value: _Value = None
    description: _Prose = None


class Part(SourceObject):
    """The identity of a component, without its own components."""

    id: _Reference = None


class Component(SourceObject):
    """A flow inside a flow."""

    identifier: _Word = None
    flow: Part | None = None


class FlowDescription(FlowFields):
    """A flow as ``/flow/<id>`` describes it."""

    class_name: _Prose = None
    description: _Prose = None
    full_description: _Prose = None
    creator: _Words
    contributor: _Words
    upload_date: Day = None
    licence: _Word = None
    language: _Word = None
    installation_notes: _Prose = None
    dependencies: _Prose = None
    parameter: Annotated[list[Parameter | None], Listed, NoneSent]
    component: Annotated[list[Component | None], Listed, NoneSent]


class Evaluation(SourceRecord):
    """One measure of one run (``/evaluation/list``); only the XML names dataset, uploader and engine."""

    identity: ClassVar[frozenset[str]] = frozenset({"run_id", "function", "evaluation_engine_id"})

    run_id: Id
    function: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,128}$")]
    evaluation_engine_id: _Reference = None
    task_id: _Reference = None
    setup_id: _Reference = None
    flow_id: _Reference = None
    flow_name: _Prose = None
    data_id: _Reference = None
    data_name: _Word = None
    uploader: _Reference = None
    upload_time: Day = None
    value: _Value = None


KINDS: dict[str, type[SourceRecord]] = {
    "dataset": Dataset,
    "dataset_description": DatasetDescription,
    "task": Task,
    "estimation_procedure": EstimationProcedure,
    "flow": Flow,
    "flow_description": FlowDescription,
    "evaluation": Evaluation,
}
"""The source model of each kind of record."""
