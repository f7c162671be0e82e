"""Comparison of entities side by side, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import orjson

from fair4ml.entities import Kind, properties
from mlentory_crawl.catalog.queries.evaluated import evaluated, names_in
from mlentory_crawl.catalog.queries.find import find
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.notebooks.shown import Shown

FACTS = """
    license conditionsOfAccess version mlTask modelCategory softwareRequirements languageTag wasDerivedFrom
    fineTunedFrom isVersionOf wasGeneratedBy isPartOf dateCreated dateModified startedAtTime endedAtTime
""".split()
DATA = "trainedOn used evaluatedOn validatedOn testedOn".split()
PARAMETER, METRIC = "parameter", "metric"
"""The property ids of additional properties that have names of their own in a record."""

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Row:
    """One property of several entities.

    Attributes:
        section: ``facts``, ``data``, ``parameters`` or ``metrics``.
        name: the property.
        values: the values of each entity, in the order of the entities; empty if it states none.
        stated: for each value the source's text of it, if it says more than the number.
    """

    section: str
    name: str
    values: list[list[Value]]
    stated: list[list[str | None]]


Compared = TypedDict("Compared", {"iri": str, "name": str | None, "class": str, "described": bool})
"""An entity that is compared; ``described`` is false if records only name it."""


@dataclass(frozen=True, slots=True)
class Comparison(Shown):
    """Entities side by side.

    Attributes:
        things: the entities, in the order in which they were named.
        rows: their properties, by section; a property that none of them has gets no row.
    """

    things: list[Compared]
    rows: list[Row]


def compare(reader: CatalogReader, names: Sequence[str]) -> Comparison:
    """Compare entities side by side.

    Args:
        reader: the catalog.
        names: their names, as `find` understands them.

    Raises:
        NotFound: there is no such entity, or there are several of this name.
    """
    found = [find(reader, name) for name in names]
    entities: list[Compared] = [
        {
            "iri": each.root["iri"],
            "name": each.root.get("name"),
            "class": each.root["class"],
            "described": bool(each.records),
        }
        for each in found
    ]
    return Comparison(entities, _rows(reader, [each.state for each in found]))


def _rows(reader: CatalogReader, states: Sequence[Mapping[str, Any]]) -> list[Row]:
    found: dict[tuple[str, str], list[dict[Value, str | None]]] = {}
    for place, state in enumerate(states):
        for section, name, value, text in (*_stated(reader, state), *_evaluated(reader, state)):
            found.setdefault((section, name), [{} for _ in states])[place].setdefault(value, text)
    sections = ("facts", "data", "parameters", "metrics")
    order = {name: place for place, name in enumerate((*FACTS, *DATA))}
    rows = [
        Row(section, name, [[*cell] for cell in cells], [[*cell.values()] for cell in cells])
        for (section, name), cells in found.items()
    ]
    return sorted(rows, key=lambda row: (sections.index(row.section), order.get(row.name, len(order)), row.name))


Statement = tuple[str, str, Value, str | None]


def _stated(reader: CatalogReader, state: Mapping[str, Any]) -> Iterator[Statement]:
    root, names = state["root"], names_in(state)
    declared = properties(root["class"])
    for section, chosen in (("facts", FACTS), ("data", DATA)):
        for name in chosen:
            stated = root.get(name)
            for value in stated if isinstance(stated, list) else [] if stated is None else [stated]:
                is_reference = declared[name].kind is Kind.REFERENCE
                yield section, name, names.get(value) or _known(reader, value) if is_reference else value, None
    for part in _parts(state, root.get("additionalProperty", ())):
        if "value" not in part or "propertyID" not in part:
            continue
        of, label = part["propertyID"], part.get("name")
        if of in (METRIC, PARAMETER):
            yield "metrics" if of == METRIC else "parameters", label or of, part["value"], None
        else:
            yield "facts", of if label is None else f"{of} {label}", part["value"], None


def _known(reader: CatalogReader, iri: str) -> str:
    """Return the catalog's name of an entity that a record names only by its IRI."""
    row = reader._execute("SELECT name FROM entity WHERE iri = ?", (iri,)).fetchone()
    return row[0] if row and row[0] else iri


def _evaluated(reader: CatalogReader, state: Mapping[str, Any]) -> Iterator[Statement]:
    """Return the results of evaluations, including those that other records state: a run can have a model's metrics."""
    iri = state["root"]["iri"]
    yield from _results(state, iri)
    rows = reader._execute(
        """SELECT DISTINCT e.record FROM json_each(?) AS j JOIN entity AS t ON t.iri = j.value
           JOIN edge AS e ON e.target = t.id AND e.type = 'EVALUATED_ML_MODEL' ORDER BY 1""",
        (orjson.dumps(reader.also_called([iri])),),
    )
    for stored in reader.by_row([record for (record,) in rows]):
        if stored.iri != iri:
            yield from _results(stored.document, iri)


def _results(document: Mapping[str, Any], of: str) -> Iterator[Statement]:
    for each in evaluated(document):
        if each.value is not None and of in each.models:
            on, settings = ", ".join(each.on), each.settings
            where = f"{f' on {on}' if on else ''}{f' ({settings})' if settings else ''}"
            yield "metrics", f"{each.metric or 'unnamed'}{where}", each.value, each.stated


def _parts(document: Mapping[str, Any], iris: Sequence[str]) -> list[dict[str, Any]]:
    wanted = set(iris)
    return [part for part in document["parts"] if part["iri"] in wanted]
