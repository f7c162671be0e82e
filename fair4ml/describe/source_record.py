"""Types of what platforms send: tolerant where real responses vary, strict where a wrong value would mislead."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationError,
)

from fair4ml.entities import FieldIssue
from fair4ml.identifiers import IRI_MAX_LENGTH, IRI_PATTERN
from fair4ml.read.web_addresses import canonical

MAX_ISSUES = 50
"""The number of issues of one record that are reported one by one."""

LONGEST_PAGE = 1_900
"""The maximum length of the address of a page that has an entity: the IRIs of its parts are longer."""

_ROUNDS = 3
_WEB_ADDRESS = r"^https?://[^\x00-\x20\x7f<>\"{}|\\^`]+$"
_Path = tuple[str | int, ...]


class InvalidRecord(ValueError):
    """Error of `parse` about input that is not a record, or that cannot be told apart from other records.

    Attributes:
        field: the source's name of the faulty field; empty for the record as a whole.
        reason: what is wrong with it.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


class SourceObject(BaseModel):
    """An object inside a record; fields that the model does not declare are ignored."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=(), defer_build=True)


class SourceRecord(SourceObject):
    """One record as a platform sends it.

    Attributes:
        identity: the platform's names of the fields that identify the record.
        counters: the counters, by the platform's names of the fields; they move without a change of the entity.
    """

    identity: ClassVar[frozenset[str]]
    counters: ClassVar[Mapping[str, str]] = {}

    def counted(self) -> dict[str, int]:
        """The values of the counters that the record has, by their names."""
        stated = ((name, getattr(self, attribute)) for attribute, name in _counters(type(self)))
        return {name: value for name, value in stated if value is not None}


@cache
def _counters(model: type[SourceRecord]) -> tuple[tuple[str, str], ...]:
    """The attributes of a model that are counters, with the names of these."""
    attributes = {field.alias or name: name for name, field in model.model_fields.items()}
    return tuple((attributes[field], name) for field, name in model.counters.items())


M = TypeVar("M", bound=SourceRecord)


def _listed(value: Any) -> Any:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _unquoted(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _json_text(value: Any) -> Any:
    if not isinstance(value, dict | list):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error


def _date_or_time(value: Any) -> date | datetime:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) == 10 else _utc(value)
        except ValueError:
            pass
    raise ValueError("expected a date, or a date and time with a time zone, in ISO 8601")


def _utc(value: Any) -> datetime:
    try:
        time = datetime.fromisoformat(value)
        if time.tzinfo is not None:
            return time.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError("expected a date and time with a time zone in ISO 8601")


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        if parts.hostname and parts.port is not False:  # reading the port finds one that is none
            return value
    except ValueError:
        pass
    raise ValueError("is not a web address")


def _page_address(value: str) -> str:
    # The entity has the canonical form, in which characters may be written with more of them.
    if len(address := canonical(value)) > LONGEST_PAGE:
        raise ValueError(f"is longer than {LONGEST_PAGE:,} characters")
    if not re.match(IRI_PATTERN, address):
        raise ValueError("is not a web address")
    return value


Text = Annotated[str, StringConstraints(max_length=20_000)]
"""Prose. The limit also makes pydantic read the characters, and so find invalid ones (lone surrogates)."""

Word = Annotated[str, StringConstraints(max_length=512)]
"""A name, a tag, an identifier."""

FilePath = Annotated[str, StringConstraints(min_length=1, max_length=4_096)]
"""The path of a file in a repository."""

WebAddress = Annotated[
    str, StringConstraints(pattern=_WEB_ADDRESS, max_length=IRI_MAX_LENGTH), AfterValidator(_web_address)
]

PageAddress = Annotated[WebAddress, AfterValidator(_page_address)]
"""The address of a page that has an entity, whose IRI is its canonical form."""

Listed = BeforeValidator(_listed)
"""Accepts a single value as a list of one, as in hand-written YAML, and null as an empty list."""

NoneSent: Any = Field(default_factory=list)
"""The default of lists; a literal one would be copied for each record, which takes several times as long."""

Unquoted = BeforeValidator(_unquoted)
"""Accepts a number as the text that it is written as: YAML reads versions, and names of digits, as numbers."""

Flag = Annotated[bool, Field(strict=True)]

Integer = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]

Count = Annotated[int, Field(strict=True, ge=0, lt=2**63)]

Number = Integer | Annotated[float, Field(strict=True, allow_inf_nan=False)]

Scalar = Annotated[Number | Flag | Text, BeforeValidator(_json_text)]
"""Any value; lists and objects as their JSON text."""

Moment = Annotated[datetime, PlainValidator(_utc)]
"""A time in UTC; one without a zone could be any of 24."""

Day = Annotated[date | datetime, PlainValidator(_date_or_time)]


def parse(model: type[M], payload: Any) -> tuple[M, list[FieldIssue]]:
    """Check what a source sent; values that are not what the platform documents are dropped and reported as issues.

    Args:
        model: the type of the record.
        payload: the record, decoded from JSON; it is not changed.

    Raises:
        InvalidRecord: it is not an object, or a field that identifies it is absent or invalid.
    """
    try:
        return model.model_validate(payload), []
    except ValidationError as error:
        failure = error
    issues: list[FieldIssue] = []
    record: Any = payload
    for depth in (*[None] * _ROUNDS, 1):
        record = _without(record, _faults(model, record, failure, issues), depth)
        try:
            valid = model.model_validate(record)
        except ValidationError as error:
            failure = error
        else:
            return valid, _capped(issues)
    raise InvalidRecord("", "cannot be read as a record: too many of its values are invalid")


def _faults(
    model: type[SourceRecord], record: Any, failure: ValidationError, issues: list[FieldIssue]
) -> dict[_Path, str]:
    """The places of invalid values with their kinds of fault; adds each to the issues."""
    found: dict[_Path, str] = {}
    for error in failure.errors(include_url=False):
        location = error["loc"]
        field = ".".join(map(str, location)).encode("utf-8", "replace").decode()
        reason = _reason(error)[:120]
        if not location or location[0] in model.identity:
            raise InvalidRecord(field, reason)
        path = _place(record, location)
        if not path:  # a required value is missing
            raise InvalidRecord(field, reason)
        if path not in found:
            found[path] = error["type"]
            issues.append(FieldIssue(".".join(map(str, path)), reason))
    return found


def _reason(error: Mapping[str, Any]) -> str:
    """The message of an error of pydantic, in the words of our own validators."""
    if error["type"] == "string_pattern_mismatch" and error["ctx"]["pattern"] == _WEB_ADDRESS:
        return "is not a web address"
    if error["type"] == "missing":
        return "is missing"
    message: str = error["msg"].removeprefix("Value error, ")
    wanted = message.removeprefix("Input should be ")
    if wanted == message:
        return message
    if error["type"] in ("dict_type", "model_type"):
        wanted = "an object"
    elif wanted.startswith(("greater", "less")):
        wanted = f"a number {wanted}"
    # The reason must not depend on the value, else values of the same kind would be counted apart.
    got = "null" if error["input"] is None else type(error["input"]).__name__
    return f"expected {wanted}" + (f", got {got}" if error["type"].endswith("_type") else "")


def _place(record: Any, location: _Path) -> _Path:
    """The part of an error's location that leads somewhere in the record."""
    path: list[str | int] = []
    here: Any = record
    for step in location:
        inside = isinstance(step, int) if isinstance(here, list) else isinstance(here, dict) and step in here
        if inside:
            path.append(step)
            here = here[step]
        elif step != 0:  # the only element of what was not a list
            break
    return tuple(path)


def _without(record: Any, faults: dict[_Path, str], depth: int | None) -> Any:
    """A copy of the record without the values at the given places; only what changes is copied."""
    tree: dict[str | int, Any] = {}
    for path, fault in faults.items():
        branch = tree
        for step in path[:depth][:-1]:
            branch = branch.setdefault(step, {})
            if not isinstance(branch, dict):
                break
        else:
            branch[path[:depth][-1]] = fault
    return _pruned(record, tree)


def _pruned(value: Any, tree: dict[str | int, Any]) -> Any:
    kept: dict[Any, Any] = dict(enumerate(value)) if isinstance(value, list) else dict(value)
    for step, fault in tree.items():
        if isinstance(fault, dict):
            kept[step] = _pruned(kept[step], fault)
        elif fault == "string_unicode" and isinstance(kept[step], str):
            kept[step] = _clean(kept[step])
        elif fault == "string_unicode" and isinstance(kept[step], dict):
            kept[step] = {key: item for key, item in kept[step].items() if key == _clean(key)}
        else:
            del kept[step]
    return list(kept.values()) if isinstance(value, list) else kept


def _clean(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()


def _capped(issues: list[FieldIssue]) -> list[FieldIssue]:
    if len(issues) <= MAX_ISSUES:
        return issues
    return [*issues[:MAX_ISSUES], FieldIssue("", f"and {len(issues) - MAX_ISSUES} more values")]
