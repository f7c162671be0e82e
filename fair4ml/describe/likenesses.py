"""Texts that read nearly the same: mirrors, syndicated copies. They are linked, and stay entities of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fair4ml.describe.text_values import TEXT_SIMILARITY
from fair4ml.entities import Article, PropertyValue, Stub
from fair4ml.identifiers import part_iri

MEASURED = "Jaccard index of the runs of five words"
"""The way in which it is measured."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A text that reads nearly the same as another one.

    Attributes:
        stub: the text.
        likeness: the share of their runs of words that both have, from 0 to 1.
    """

    stub: Stub
    likeness: float


def relate(text: Article, found: Iterable[Alike]) -> tuple[list[PropertyValue], list[Stub]]:
    """Add to an article or post that others read nearly the same.

    Args:
        text: the article or post, which is changed.
        found: the others.

    Returns:
        The parts and the stubs that its record needs.
    """
    parts: list[PropertyValue] = []
    stubs: list[Stub] = []
    for each in found:
        stubs.append(each.stub)
        parts.append(
            PropertyValue(
                iri=part_iri(text.iri, "property", TEXT_SIMILARITY, each.stub.iri),
                url=each.stub.iri,
                property_id=TEXT_SIMILARITY,
                value=each.likeness,
                measurement_technique=MEASURED,
            )
        )
    text.relation = [stub.iri for stub in stubs]
    text.additional_property = [*text.additional_property, *(part.iri for part in parts)]
    return parts, stubs
