"""The arguments of spiders in words: what each expects, and what is wrong with given ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import AfterValidator, BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError

from mlentory_crawl.base_spiders.argument_file import NAME as CONFIG, PARAMETERS
from mlentory_crawl.suggestions import did_you_mean

LONGEST_SHOWN = 100
"""The number of characters of a wrong value that a message shows."""
MOST_SUGGESTED = 3

# Types of pydantic's errors. The first one is that of our own validators, whose messages are for people.
_OF_OUR_OWN, _MISSING, _UNKNOWN = "value_error", "missing", "extra_forbidden"


@dataclass(frozen=True, slots=True)
class Words:
    """The annotation of a text that is different words with commas between.

    Attributes:
        pattern: a regular expression for a word.
        expected: the texts that it takes, in words.
        instead: a text that it takes instead of words; None if there is none.
    """

    pattern: str
    expected: str
    instead: str | None = None

    def check(self, text: str) -> str:
        """Return the text if it is as expected.

        Raises:
            ValueError: it is not.
        """
        given = text.split(",")
        are_words = len(set(given)) == len(given) and all(re.fullmatch(self.pattern, word, re.ASCII) for word in given)
        if not are_words and text != self.instead:
            raise ValueError(f"expected {self.expected}")
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        return AfterValidator(self.check).__get_pydantic_core_schema__(source, handler)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "expected": self.expected}


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument that a spider takes.

    Attributes:
        name: the name.
        expected: the values that it takes.
        default: the value without it; None if that is no single value.
        meaning: the documentation.
        is_needed: whether the spider cannot do without it.
    """

    name: str
    expected: str
    default: str | None
    meaning: str
    is_needed: bool


def arguments(model: type[BaseModel]) -> list[Argument]:
    """Return the arguments that a model declares; the one that names a file comes last."""
    schema = model.model_json_schema()
    needed = schema.get("required", ())
    found = [
        Argument(name, _expected(told), _default(told), told.get("description", ""), name in needed)
        for name, told in schema["properties"].items()
    ]
    return sorted(found, key=lambda each: each.name == CONFIG)


def problems(model: type[BaseModel], given: Mapping[str, str], error: ValidationError) -> str:
    """Return what is wrong with arguments that a model refuses, in one line for a person.

    Args:
        model: the model.
        given: the arguments of the command line; others come from the file that one of them names.
        error: the exception of the model.
    """
    known = {each.name: each for each in arguments(model)}
    found = list(_problems(known, given, error))
    if any(each["type"] == _UNKNOWN for each in error.errors()):
        found.append(f"there are {', '.join(known)}")
    return "; ".join(found)


def _problems(known: Mapping[str, Argument], given: Mapping[str, str], error: ValidationError) -> Iterator[str]:
    for each in error.errors():
        message = each["msg"].removeprefix("Value error, ")
        if not each["loc"]:
            yield message
            continue
        name = str(each["loc"][0])
        if name in given or CONFIG not in given:
            place, equals = f"-a {name}", "="
        else:
            place, equals = f"{given[CONFIG]}: {PARAMETERS}.{name}", ": "
        if each["type"] == _MISSING:
            yield f"-a {name}=... is missing: {known[name].meaning}"
        elif each["type"] == _UNKNOWN:
            hint = did_you_mean(name, known, most=MOST_SUGGESTED)
            yield f"{place}: there is no such argument" + (f", {hint}" if hint else "")
        else:
            told = message if each["type"] == _OF_OUR_OWN else f"expected {known[name].expected}"
            yield f"{place}{equals}{repr(each['input'])[:LONGEST_SHOWN]}: {told}"


def _expected(schema: Mapping[str, Any]) -> str:
    """Return the values that a JSON schema allows, in words; null is an argument that is not given."""
    alternatives = [each for each in schema.get("anyOf", (schema,)) if each.get("type") != "null"]
    return " or ".join(map(_of_type, alternatives))


def _of_type(schema: Mapping[str, Any]) -> str:
    if "expected" in schema:
        return str(schema["expected"])
    if choices := schema.get("enum") or [schema[key] for key in ("const",) if key in schema]:
        return _either([str(each) for each in choices])
    if kind := {"directory-path": "a folder", "file-path": "a file"}.get(schema.get("format", "")):
        return kind
    if schema.get("type") == "integer":
        least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
        return f"a whole number from {least}"
    return {"boolean": "true or false"}.get(schema.get("type", ""), "text")


def _default(schema: Mapping[str, Any]) -> str | None:
    default = schema.get("default")
    return str(default).lower() if isinstance(default, bool) else None if default is None else str(default)


def _either(choices: list[str]) -> str:
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last
