"""Up to when a catalog knows something."""

from __future__ import annotations

from dataclasses import dataclass

from mlentory_crawl.catalog.reader import CatalogReader


@dataclass(frozen=True, slots=True)
class Freshness:
    """The age of a catalog.

    Attributes:
        sequence: the highest sequence number given out.
        completed_at: when the last complete run ended (UTC); None before that.
    """

    sequence: int
    completed_at: str | None


def freshness(reader: CatalogReader) -> Freshness:
    """Return the age of a catalog."""
    (completed_at,) = reader._execute("SELECT max(completed_at) FROM run").fetchone()
    return Freshness(reader.last_sequence(), completed_at)
