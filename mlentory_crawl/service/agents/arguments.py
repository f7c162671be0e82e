"""Arguments of tools: what a model is likely to send is understood, and what is wrong is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from mlentory_crawl.console import UNITS
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.service.agents.fitting import size
from mlentory_crawl.service.agents.strangers_texts import name_of
from mlentory_crawl.service.paging import FARTHEST
from mlentory_crawl.service.parameters import Parameters

LONGEST_CALL = 2_000
"""The number of characters of the arguments of a call; answers repeat them."""
REASONS = 3
_NUMBER = re.compile(r"([+-]?\d[\d_]*(?:\.\d+)?)\s*([kmbt]?)", re.ASCII | re.IGNORECASE)


class Arguments(Parameters):
    """Arguments of a tool; those that are null or empty are not given."""

    @model_validator(mode="before")
    @classmethod
    def _given(cls, given: Any) -> Any:
        return {
            name: value for name, value in given.items() if name not in cls.model_fields or value not in (None, "", [])
        }


def _number(value: Any) -> Any:
    found = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return value
    number = Decimal(found[1].replace("_", "")) * UNITS.get(found[2].upper(), 1)
    return int(number) if number == number.to_integral_value() else float(number)


def _listed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            pass  # a name may begin with a bracket
    return [value]


AsNumber = BeforeValidator(_number)
"""Numbers may be given as text: ``"20"``, ``"7B"``, ``"350M"``."""
AsList = BeforeValidator(_listed)
"""One value may stand for a list of one, and a list may be given as JSON."""
Name = Annotated[str, Field(max_length=1_000)]
Offset = Annotated[
    int, AsNumber, Field(ge=0, le=FARTHEST, description="Leave out this many entries first; `next` has it.")
]

Asked = TypeVar("Asked", bound=Arguments)


def understood(expected: type[Asked], given: Mapping[str, Any]) -> Asked:
    """Return the arguments of a call.

    Args:
        expected: the arguments of the tool.
        given: those of the call.

    Raises:
        WrongUsage: they are not understood; the message says what is expected.
    """
    if size(given) > LONGEST_CALL:
        raise WrongUsage(f"the arguments are longer than {LONGEST_CALL:,} characters; ask for less at once")
    try:
        return expected.model_validate(given)
    except ValidationError as error:
        raise WrongUsage("; ".join(map(_reason, error.errors()[:REASONS]))) from error


def _reason(error: Any) -> str:
    where = ".".join(map(str, error["loc"]))
    if error["type"] == "value_error":
        said = str(error["ctx"]["error"])
    elif error["type"] == "missing":
        said = "is required"
    else:
        said = f"{error['msg'][:1].lower()}{error['msg'][1:]}, got {name_of(repr(error['input']))}"
    return f"{where}: {said}" if where else said


def schema_of(model: type[Arguments]) -> dict[str, Any]:
    """Return the JSON schema of arguments as agents read it: optional ones may be left out, and are never null."""
    schema: dict[str, Any] = schema_without_titles(model.model_json_schema())
    schema.pop("description", None)
    schema["properties"] = {name: _without_null(each) for name, each in schema["properties"].items()}
    return schema


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    others = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(others) != 1:
        return schema
    return {**others[0], **{name: each for name, each in schema.items() if name not in ("anyOf", "default")}}


def schema_without_titles(schema: Any) -> Any:
    """Return a JSON schema without titles, which repeat the names of properties."""
    if isinstance(schema, list):
        return [schema_without_titles(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {}
    for name, each in schema.items():
        if name in ("properties", "$defs"):
            plain[name] = {key: schema_without_titles(value) for key, value in each.items()}
        elif name != "title":
            plain[name] = schema_without_titles(each)
    return plain
