"""Names of things that change: what is known under another one, and who has to be told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from mlentory_crawl.catalog.commits import Entry
from mlentory_crawl.catalog.database import SequenceNumbers

ARTICLES = ("https://arxiv.org/abs/", "https://doi.org/", "https://paperswithcode.co/paper/")
ARTIFACTS = ("https://hypha.aicell.io/bioimage-io/artifacts/",)
"""What the IRIs of things begin with that records may name otherwise than the record that describes the thing."""


class Names:
    """Keeps the table ``alias`` in step with the records, inside a transaction of the catalog's writer.

    Args:
        connection: the catalog, open for writing.
        numbers: the sequence numbers.
    """

    def __init__(self, connection: sqlite3.Connection, numbers: SequenceNumbers) -> None:
        self._connection = connection
        self._numbers = numbers

    def renamed(self, run: int, before: str, now: str) -> None:
        """Note that a record names its thing otherwise from now on."""
        if other := self._describing(before):  # together they state something else without this record
            self._renumber([other])
            return
        self._connection.execute("INSERT OR REPLACE INTO alias VALUES (?, ?, 'renamed', ?)", (before, now, run))
        self.resequence(before)

    def end_aliases(self, iris: Sequence[str]) -> None:
        """A thing that has a name of its own is no longer what somebody else was called."""
        ended = self._connection.execute(
            "DELETE FROM alias WHERE iri IN (SELECT value FROM json_each(?)) RETURNING iri", (orjson.dumps(iris),)
        ).fetchall()
        for (iri,) in ended:
            self.resequence(iri)

    def join(self, run: int, entries: Sequence[Entry]) -> None:
        """Give a thing the names that its record says are its own, too.

        An article has a number on arXiv and a DOI; an artifact of the BioImage Model Zoo the id of an older collection.
        """
        for entry in entries:
            root = entry.document["root"] if entry.document is not None else {}
            names = _prefixes(root)
            if not names:
                continue
            if entry.known is not None:
                self._connection.execute("DELETE FROM alias WHERE target = ? AND reason = 'sameAs'", (entry.iri,))
            for name in root.get("sameAs", ()):
                if not name.startswith(names) or name == entry.iri or self._describing(name):
                    continue
                # Of several that claim a name, which one has it must not hang on the order of arrival.
                self._connection.execute(
                    """INSERT INTO alias VALUES (?, ?, 'sameAs', ?)
                       ON CONFLICT (iri) DO UPDATE SET target = min(target, excluded.target)""",
                    (name, entry.iri, run),
                )
                self.resequence(name)

    def _describing(self, iri: str) -> int | None:
        """The row id of a live record about a thing."""
        row = self._connection.execute(
            "SELECT id FROM record WHERE iri = ? AND deleted_at IS NULL LIMIT 1", (iri,)
        ).fetchone()
        return None if row is None else int(row[0])

    def resequence(self, iri: str) -> None:
        """What names a thing reads otherwise from now on: projections have to look again."""
        rows = self._connection.execute(
            """SELECT DISTINCT e.record FROM entity AS t JOIN edge AS e ON e.target = t.id WHERE t.iri = ?
               ORDER BY e.record""",
            (iri,),
        ).fetchall()
        self._renumber(i for (i,) in rows)

    def _renumber(self, records: Iterable[int]) -> None:
        self._connection.executemany(
            "UPDATE record SET sequence = ? WHERE id = ?", [(self._numbers.next(), i) for i in records]
        )


def _prefixes(root: dict[str, Any]) -> tuple[str, ...]:
    """What other names of a thing begin with."""
    if root.get("class") == "ScholarlyArticle":
        return ARTICLES
    return ARTIFACTS if root.get("iri", "").startswith(ARTIFACTS) else ()
