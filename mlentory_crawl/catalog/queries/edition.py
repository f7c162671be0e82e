"""The edition of a catalog: what tells its state at one moment from all others, and which erasures are behind it."""

from __future__ import annotations

from dataclasses import dataclass

from mlentory_crawl.catalog.reader import CatalogReader


@dataclass(frozen=True, slots=True)
class Edition:
    """A state of a catalog.

    Attributes:
        catalog: the id of the catalog.
        sequence: its sequence number.
        erasures: the number of names that are marked as erased. Marks stay, so that a copy with another number was made
            before an erasure; clocks need not agree for that.
    """

    catalog: str
    sequence: int
    erasures: int


def edition(reader: CatalogReader) -> Edition:
    """Return the present edition of a catalog."""
    (erasures,) = reader._execute("SELECT count(*) FROM erased").fetchone()
    return Edition(reader.id, reader.last_sequence(), erasures)
