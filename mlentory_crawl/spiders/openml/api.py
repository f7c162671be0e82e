"""Addresses of OpenML's REST API, and readers of its responses.

Source: https://www.openml.org/apis.
"""

from __future__ import annotations

from typing import Any

from scrapy.http import Response

from fair4ml.platforms.openml.answers import Malformed, Refused, Unavailable, decoded, native_id, rows

API = "https://www.openml.org/api/v1"

DESCRIPTIONS = {"dataset": "data_set_description", "flow": "flow"}
"""The kinds whose lists say too little, and what their descriptions are called."""

LISTED = {"estimation_procedure": "estimationprocedure"}
"""What lists call the kinds that they do not call as records are called here."""

PATHS = {"dataset": "data", "estimation_procedure": "estimationprocedure", "flow": "flow", "task": "task"}
LETTERS = {"d": "dataset", "f": "flow", "t": "task"}
LETTER_OF = {kind: letter for letter, kind in LETTERS.items()}


def rows_in(response: Response, kind: str) -> list[Any]:
    """The rows or the description in an answer.

    Args:
        response: the answer.
        kind: of what it was asked for.

    Raises:
        ValueError: it is no answer to that.
    """
    try:
        told = decoded(response.body)
    except Refused as error:
        if error.is_empty:
            return []
        raise
    except Unavailable as error:
        raise Unavailable(f"answered {response.status}: {error}") from error
    except Malformed as error:
        if response.status == 200:
            raise
        raise Malformed(f"answered {response.status}") from error
    if response.status != 200:
        raise Malformed(f"answered {response.status}")
    if kind.endswith("_description"):
        name = DESCRIPTIONS[kind.removesuffix("_description")]
        if name not in told:
            raise Malformed(f"a {name} is due")
        return [told[name]]
    return rows(told, LISTED.get(kind, kind))


def denies(response: Response) -> bool | None:
    """Whether an answer denies that a thing exists; None where it tells neither."""
    try:
        decoded(response.body)
    except Refused as error:
        return True if response.status == 412 and error.is_empty else None
    except ValueError:
        return None
    return False if response.status == 200 else None


def address_of(kind: str, row: Any) -> str:
    """Where the API has what a row is about."""
    id = native_id(kind, row)
    if id is None:
        return API
    if kind == "evaluation":
        return f"{API}/xml/evaluation/list/run/{id}"
    return f"{API}/json/{PATHS[kind.removesuffix('_description')]}/{id}"


def first_format(kind: str) -> str:
    """The format that records of a kind are asked for first."""
    # The JSON of evaluations does not name the dataset.
    return "xml" if kind == "evaluation" else "json"


def list_path(name: str, offset: int, size: int, filters: dict[str, str | None]) -> str:
    """The path of rows of a list.

    Args:
        name: of the list.
        offset: the number of rows before them.
        size: the most rows that are wanted.
        filters: ids that evaluations are narrowed to, by what they are of.
    """
    page = f"limit/{size}/offset/{offset}"
    kind, _, function = name.partition("/")
    if kind == "evaluation":
        narrowed = "".join(f"{filter}/{ids}/" for filter, ids in filters.items() if ids)
        return f"evaluation/list/function/{function}/{narrowed}{page}"
    if kind == "estimation_procedure":  # it comes whole
        return "estimationprocedure/list"
    if kind == "flow":
        return f"flow/list/{page}"
    return f"{PATHS[kind]}/list/status/all/{page}"


def description_path(thing: str) -> str:
    """The path of the description of a dataset or a flow, by its short name, such as ``f/1``."""
    letter, _, id = thing.partition("/")
    return f"{PATHS[LETTERS[letter]]}/{id}"


def numbers(kind: str, rows: list[Any]) -> list[int]:
    """The ids in rows."""
    return [int(id) for row in rows if (id := native_id(kind, row))]


def marks(watermark: str) -> dict[str, tuple[int, int]]:
    """How many rows each list had, and the highest id in them.

    Raises:
        ValueError: it says nothing of that.
    """
    found = {}
    for mark in watermark.split():
        name, _, numbers = mark.partition("=")
        rows, _, highest = numbers.partition(":")
        found[name] = (int(rows), int(highest))
    return found


def watermark(marks: dict[str, tuple[int, int]]) -> str:
    """The text that `marks` reads."""
    return " ".join(f"{name}={rows}:{highest}" for name, (rows, highest) in marks.items())
