"""Addresses of OpenML's REST API, and readers of its responses.

Source: https://www.openml.org/apis.
"""

from __future__ import annotations

from typing import Any

from scrapy.http import Response

from fair4ml.platforms.openml.answers import Malformed, Refused, Unavailable, decoded, native_id, rows

API = "https://www.openml.org/api/v1"

DESCRIPTIONS = {"dataset": "data_set_description", "flow": "flow"}
"""The kinds whose lists lack too many fields, and the names of their descriptions."""

LISTED = {"estimation_procedure": "estimationprocedure"}
"""The names of kinds in lists, where they differ from the names of the records here."""

PATHS = {"dataset": "data", "estimation_procedure": "estimationprocedure", "flow": "flow", "task": "task"}
LETTERS = {"d": "dataset", "f": "flow", "t": "task"}
LETTER_OF = {kind: letter for letter, kind in LETTERS.items()}


def rows_in(response: Response, kind: str) -> list[Any]:
    """Return the rows or the description in a response.

    Args:
        response: the response.
        kind: the kind of records that was requested.

    Raises:
        ValueError: it is not a response to that request.
    """
    try:
        answer = decoded(response.body)
    except Refused as error:
        if error.is_empty:
            return []
        raise
    except Unavailable as error:
        raise Unavailable(f"returned HTTP {response.status}: {error}") from error
    except Malformed as error:
        if response.status == 200:
            raise
        raise Malformed(f"returned HTTP {response.status}") from error
    if response.status != 200:
        raise Malformed(f"returned HTTP {response.status}")
    if kind.endswith("_description"):
        name = DESCRIPTIONS[kind.removesuffix("_description")]
        if name not in answer:
            raise Malformed(f"expected a {name}, got {', '.join(map(repr, answer))[:100] or 'an empty object'}")
        return [answer[name]]
    return rows(answer, LISTED.get(kind, kind))


def denies(response: Response) -> bool | None:
    """Check whether a response denies that an entity exists; None if it shows neither."""
    try:
        decoded(response.body)
    except Refused as error:
        return True if response.status == 412 and error.is_empty else None
    except ValueError:
        return None
    return False if response.status == 200 else None


def address_of(kind: str, row: Any) -> str:
    """Return the API address of the entity that a row is about."""
    id = native_id(kind, row)
    if id is None:
        return API
    if kind == "evaluation":
        return f"{API}/xml/evaluation/list/run/{id}"
    return f"{API}/json/{PATHS[kind.removesuffix('_description')]}/{id}"


def first_format(kind: str) -> str:
    """Return the format in which records of a kind are first requested."""
    # The JSON of evaluations does not name the dataset.
    return "xml" if kind == "evaluation" else "json"


def list_path(name: str, offset: int, size: int, filters: dict[str, str | None]) -> str:
    """Return the path of rows of a list.

    Args:
        name: the name of the list.
        offset: the number of rows before them.
        size: the maximum number of rows.
        filters: the ids to which evaluations are limited, by the kind of the ids.
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


def description_path(entity: str) -> str:
    """Return the path of the description of a dataset or a flow, by its short name, such as ``f/1``."""
    letter, _, id = entity.partition("/")
    return f"{PATHS[LETTERS[letter]]}/{id}"


def numbers(kind: str, rows: list[Any]) -> list[int]:
    """Return the ids in rows."""
    return [int(id) for row in rows if (id := native_id(kind, row))]


def marks(watermark: str) -> dict[str, tuple[int, int]]:
    """Return the number of rows of each list and the highest id in them, as a watermark states them.

    Raises:
        ValueError: it is not such a watermark.
    """
    found = {}
    for mark in watermark.split():
        name, _, numbers = mark.partition("=")
        rows, _, highest = numbers.partition(":")
        found[name] = (int(rows), int(highest))
    return found


def watermark(marks: dict[str, tuple[int, int]]) -> str:
    """Return the watermark from which `marks` reads the marks."""
    return " ".join(f"{name}={rows}:{highest}" for name, (rows, highest) in marks.items())
