"""The tool that compares entities side by side."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.comparison import Row
from mlentory_crawl.service.agents.arguments import Arguments, AsList, Name, Offset
from mlentory_crawl.service.agents.fitting import Answer, fitted
from mlentory_crawl.service.agents.offer import STRANGERS, Offer, following
from mlentory_crawl.service.agents.strangers_texts import name_of
from mlentory_crawl.service.source import Source

NAME = "compare"
LISTED = 10
"""The values of a cell that an answer shows."""


class CompareArguments(Arguments):
    """The entities to compare."""

    names: Annotated[
        list[Name],
        AsList,
        Field(min_length=2, max_length=10, description="2 to 10 models (or datasets): ids, IRIs or names."),
    ]
    offset: Offset = 0


Column = TypedDict("Column", {"iri": str, "name": str, "class": str, "described": bool})


class Cell(TypedDict):
    """The values of one entity; none if it states none."""

    stated_by_owner: list[Any]
    total_values: int


class Compared(TypedDict):
    """A property, with a cell for each entity in the order of `entities`."""

    section: Annotated[str, Field(description="facts, data, parameters (of training) or metrics")]
    property: str
    cells: list[Cell]


class SideBySide(Answer):
    """Entities side by side; a property that none of them states has no row."""

    entities: list[Column]
    rows: list[Compared]


def compare(source: Source, asked: CompareArguments) -> dict[str, Any]:
    """Compare entities side by side.

    Args:
        source: the catalog.
        asked: the entities.

    Raises:
        NotFound: there is no such entity.
    """
    version = source.version()
    found = source.catalog.compare(*asked.names)
    frame = {
        "total": len(found.rows),
        "entities": [{**each, "name": name_of(each["name"] or each["iri"])} for each in found.things],
        "rows": [],
        "as_of": version,
        "note": f"{STRANGERS} An empty cell is unknown, not no.",
    }

    entries = (("rows", _row(row)) for row in found.rows[asked.offset :])
    return fitted(frame, entries, following(NAME, asked, asked.offset, len(found.rows)))


def _row(row: Row) -> Compared:
    cells: list[Cell] = [
        {
            "stated_by_owner": [
                name_of(shown) if isinstance(shown := value if text is None else text, str) else shown
                for value, text in list(zip(values, stated, strict=True))[:LISTED]
            ],
            "total_values": len(values),
        }
        for values, stated in zip(row.values, row.stated, strict=True)
    ]
    return {"section": row.section, "property": name_of(row.name), "cells": cells}


COMPARE = Offer(
    NAME,
    "Compare models",
    "Compare 2 to 10 models side by side: license, task, size, bases, data, training parameters and metrics. One call"
    " instead of get_model for each.",
    CompareArguments,
    SideBySide,
    compare,
)
