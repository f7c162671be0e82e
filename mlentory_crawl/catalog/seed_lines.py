"""The lines of seed lists, and their outcomes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple

import orjson

from fair4ml.read.web_addresses import host_of
from mlentory_crawl.catalog.commits import EndedSeed
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sql import upsert


class Seeds:
    """The seeds that the catalog knows of.

    Args:
        database: the catalog.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def failed(self, run: int) -> int:
        """Return the number of the seeds that have failed."""
        rows = self._database.execute("SELECT count(*) FROM seed WHERE run = :run AND outcome = 'failed'", {"run": run})
        return int(rows.fetchone()[0])

    def reopen(self, run: int) -> None:
        """Take back the outcome of the seeds that have failed, inside a transaction."""
        self._database.execute("DELETE FROM seed WHERE run = :run AND outcome = 'failed'", {"run": run})

    def counts(self, run: int) -> tuple[dict[str, Counter[str]], Counter[str]]:
        """Count the seeds of a run by their outcome.

        Returns:
            For each host of their addresses, the ``total``, the outcomes and the states; and the states of all seeds.
        """
        by_host: defaultdict[str, Counter[str]] = defaultdict(Counter)
        states: Counter[str] = Counter()
        for url, outcome, state in self._database.execute(
            "SELECT url, outcome, state FROM seed WHERE run = :run ORDER BY number", {"run": run}
        ):
            if host := host_of(url):
                by_host[host].update({"total", outcome, state or outcome})
            if state is not None:
                states[state] += 1
        return dict(by_host), states

    def finished(self, run: int) -> set[int]:
        """Return the numbers of the seeds that have an outcome."""
        rows = self._database.execute("SELECT number FROM seed WHERE run = :run", {"run": run})
        return {number for (number,) in rows}

    def ended(self, run: int) -> Iterator[EndedSeed]:
        """Return the seeds of a run that have an outcome, in their order."""
        rows = self._database.execute(
            "SELECT number, place, url, platform, outcome, reason, state FROM seed WHERE run = :run ORDER BY number",
            {"run": run},
        )
        return (EndedSeed(*row) for row in rows)

    def changed_fields(self, source: str, fields: Mapping[str, str]) -> list[str]:
        """Return the fields that are gone, new or of another type since a source of seeds was last read.

        Args:
            source: the name of the source.
            fields: the type of each of its fields, by name.
        """
        row = self._database.execute("SELECT fields FROM seed_list WHERE source = :s", {"s": source}).fetchone()
        before: Mapping[str, str] = fields if row is None else orjson.loads(row[0])
        return [
            f"the field {field!r} was {before.get(field, 'absent')}, is {fields.get(field, 'gone')}"
            for field in sorted({*before, *fields})
            if before.get(field) != fields.get(field)
        ]

    def enter(self, run: int, seeds: Iterable[EndedSeed], fields: Mapping[str, Mapping[str, str]]) -> None:
        """Enter seeds that have an outcome, inside a transaction.

        Args:
            run: the row id of their run.
            seeds: the seeds.
            fields: the type of each field, by source and name.
        """
        self._database.executemany(
            upsert("seed", "run number", "place url platform outcome reason state"), [(run, *astuple(s)) for s in seeds]
        )
        self._database.executemany(
            upsert("seed_list", "source", "fields"),
            [(source, orjson.dumps(types).decode()) for source, types in fields.items()],
        )
