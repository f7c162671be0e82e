"""Texts beside the records that may name an erased entity: the quarantine, reports, and lines of seed lists."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from mlentory_crawl.catalog.codec import pack, unpacked
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import among, array, update


class QuarantineEntry(NamedTuple):
    """A record in the quarantine.

    Attributes:
        id: the row id.
        run: the row id of the run that rejected it.
        payload: the record as it was received, as JSON.
    """

    id: int
    run: int
    platform: str
    key: str
    url: str
    payload: bytes


class RunTexts(NamedTuple):
    """The texts of a run: identity and report, as JSON."""

    id: int
    identity: str
    report: str


class SeedTexts(NamedTuple):
    """The texts of a line of a seed list."""

    run: int
    number: int
    place: str
    url: str
    reason: str | None


class Traces:
    """Reads and rewrites the texts of runs, inside a transaction of the catalog's writer.

    Args:
        database: the catalog.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def quarantine(self) -> Iterator[QuarantineEntry]:
        """Return the quarantine of all runs; entries may be changed meanwhile."""
        rows = self._database.execute("SELECT id, run, platform, key, url, payload FROM quarantine").fetchall()
        # Unpacked one by one: together they may be too large for the memory.
        return (QuarantineEntry._make((*texts, unpacked(packed))) for *texts, packed in rows)

    def drop_entry(self, entry: int) -> None:
        """Drop an entry of the quarantine."""
        self._database.execute("DELETE FROM quarantine WHERE id = :id", {"id": entry})

    def replace_payload(self, entry: int, payload: bytes) -> None:
        """Replace the payload of an entry of the quarantine."""
        self._database.execute(update("quarantine", "payload"), {"payload": pack(payload), "id": entry})

    def runs(self) -> list[RunTexts]:
        """Return the texts of all runs."""
        return [RunTexts(*row) for row in self._database.execute("SELECT id, identity, report FROM run").fetchall()]

    def replace_run(self, texts: RunTexts) -> None:
        """Replace the texts of a run."""
        self._database.execute(update("run", "identity", "report"), texts._asdict())

    def seeds(self) -> list[SeedTexts]:
        """Return the texts of all lines of seed lists."""
        rows = self._database.execute("SELECT run, number, place, url, reason FROM seed").fetchall()
        return [SeedTexts(*row) for row in rows]

    def replace_seed(self, texts: SeedTexts) -> None:
        """Replace the texts of a line of a seed list."""
        self._database.execute(
            "UPDATE seed SET place = :place, url = :url, reason = :reason WHERE run = :run AND number = :number",
            texts._asdict(),
        )

    def names_of_runs(self, runs: Collection[int]) -> list[tuple[str, str]]:
        """Return platform and name of runs, by their row ids."""
        return self._database.execute(
            f"SELECT platform, name FROM run WHERE id IN {among('runs')}", {"runs": array(runs)}
        ).fetchall()
