"""Names by which search documents show the entities that a person means."""

from __future__ import annotations

import orjson

from fair4ml.platforms import meant
from mlentory_crawl.catalog.queries.find import SHORTEST, literal
from mlentory_crawl.catalog.reader import CatalogReader

CLASS_OF = {"dataset": "Dataset", "evaluation_dataset": "Dataset", "base_model": "MLModel"}
"""The fields of search documents whose values are names of entities that have an id, and the class of these."""


def shown_names(reader: CatalogReader, field: str, value: str) -> list[str]:
    """Return the names by which search documents show the entities that a value of a filter means.

    Args:
        reader: the catalog.
        field: the field, one of `CLASS_OF`.
        value: an id, an IRI, the address of a page, a name, or the end of an id that only one entity has.
    """
    class_name = CLASS_OF[field]
    iris = [reader.resolve(iri) for iri in meant(value)]
    return (
        _names(reader, class_name, "iri IN (SELECT value FROM json_each(?2))", orjson.dumps(iris))
        or _names(reader, class_name, "lower(name) = lower(?2)", value)
        or _ending(reader, value, class_name)
    )


def _ending(reader: CatalogReader, value: str, class_name: str) -> list[str]:
    """Return the name of the only entity of a class whose IRI ends with a value."""
    if "/" in value or len(value) < SHORTEST:
        return []
    ends = "iri LIKE '%/' || ?2 ESCAPE '\\' AND instr(iri, '#') = 0"
    found = _names(reader, class_name, ends, literal(value))
    return found if len(found) == 1 else []


def _names(reader: CatalogReader, class_name: str, where: str, value: str | bytes) -> list[str]:
    rows = reader._execute(
        f"SELECT DISTINCT coalesce(name, iri) FROM entity WHERE class = ?1 AND {where} ORDER BY 1", (class_name, value)
    )
    return [name for (name,) in rows]
