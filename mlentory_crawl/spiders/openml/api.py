"""How OpenML's REST API is asked, and what its answers and addresses say.

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

Row = tuple[str, Any]
"""A row of a list, or a description, with the kind of record that it is."""


def rows_in(response: Response, kind: str) -> list[Row]:
    """What an answer holds.

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
        return [(kind, told[name])]
    return [(kind, row) for row in rows(told, LISTED.get(kind, kind))]


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


def numbers(rows: list[Row]) -> list[int]:
    """The ids in rows."""
    return [int(id) for kind, row in rows if (id := native_id(kind, row))]


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
