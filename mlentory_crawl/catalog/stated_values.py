"""The values that a record has in each distribution: its task, its license, its size."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from fair4ml.describe.licensing import NOT_NAMED
from fair4ml.document import Document
from fair4ml.entities import Kind, properties
from fair4ml.write.search_document import PARAMETER_COUNT, STEPS

DISTRIBUTIONS = ("task", "license", "library", "language")
"""The distributions of what records name, called as the fields of searches are."""
SIZE = "size"
"""The distribution of numbers of parameters, by their class: the smallest number in it."""
SIZED = "MLModel"
"""The class of what has parameters."""
NONE = ""
"""The value of records that state none."""
OWN = "named by its owner"
"""The value of what has a name on no list, only one that somebody gave it: each has an IRI of its own."""
LONGEST = 200
"""The number of characters of a value; what is longer is no name."""

_OF_AN_OWNER = re.compile(r"#(?:.*-)?[a-z]+-[0-9a-f]{16}$")


def stated_values(document: Document) -> Iterator[tuple[str, str]]:
    """Yield each distribution that a record belongs to with each of its values in it, `NONE` if it states none.

    Args:
        document: the record.
    """
    root = document["root"]
    found: dict[str, dict[str, None]] = {}
    for name, distribution, is_reference in _counted(root["class"]):
        values = found.setdefault(distribution, {})
        for value in root.get(name, ()):
            values[_reference(document, value) if is_reference else value[:LONGEST]] = None
    if root["class"] == SIZED:
        found[SIZE] = {str(size): None for size in _sizes(document)}
    for distribution, values in found.items():
        for value in values or (NONE,):
            yield distribution, value


@cache
def _counted(class_name: str) -> tuple[tuple[str, str, bool], ...]:
    """Return the properties of a class that are counted: their distribution, and whether they are references."""
    return tuple(
        (name, declared.search, declared.kind is Kind.REFERENCE)
        for name, declared in properties(class_name).items()
        if declared.search in DISTRIBUTIONS
    )


def _reference(document: Document, iri: str) -> str:
    if _OF_AN_OWNER.search(iri) is None:
        return iri[:LONGEST]
    is_unnamed = any(part["iri"] == iri and part.get("name") == NOT_NAMED for part in document["parts"])
    return NOT_NAMED if is_unnamed else OWN


def _sizes(document: Document) -> Iterator[int]:
    """Yield the class of the number of parameters, if a record states it."""
    stated = document["root"].get("additionalProperty", ())
    if not stated:
        return
    part: Mapping[str, Any]
    for part in document["parts"]:
        # Counts with a name are those of one kind of parameters only.
        if part.get("propertyID") == PARAMETER_COUNT and "name" not in part and part["iri"] in stated:
            value = part.get("value")
            if type(value) is int and value >= 0:
                yield (0, *STEPS["parameters"])[bisect_right(STEPS["parameters"], value)]
