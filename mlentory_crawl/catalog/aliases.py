"""Former IRIs of things, and how documents read that name them so."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence, Set as AbstractSet
from typing import Any

import orjson

from fair4ml.document import Document, rename
from fair4ml.identifiers import present_iri


class Aliases:
    """The catalog's table ``alias``.

    Args:
        execute: asks the catalog.
    """

    def __init__(self, execute: Callable[[str, Sequence[Any]], sqlite3.Cursor]) -> None:
        self._execute = execute

    def resolve(self, iri: str) -> str:
        """The IRI under which a thing is known now."""
        iri = present_iri(iri)
        return self._targets({iri}).get(iri, iri)

    def resolve_all(self, iris: Iterable[str]) -> dict[str, str]:
        """The IRI under which each of some things is known now."""
        wanted = set(iris)
        return {iri: iri for iri in wanted} | self._targets(wanted)

    def leading_to(self, iris: Iterable[str]) -> list[str]:
        """Things by all IRIs under which records may name them: these, and those that lead to them."""
        rows = self._execute(
            """WITH RECURSIVE name(iri) AS (
                   SELECT value FROM json_each(?)
                   UNION SELECT alias.iri FROM name JOIN alias ON alias.target = name.iri)
               SELECT iri FROM name""",
            (orjson.dumps(list(iris)),),
        )
        return [iri for (iri,) in rows]

    def resolved(self, documents: Sequence[Document]) -> list[Document]:
        """Documents in which things have the names that they have now; each itself where that changes nothing."""
        targets = self._targets({stub["iri"] for document in documents for stub in document["stubs"]})
        if not targets:
            return list(documents)
        names = self._names(targets.values())
        return [rename(document, targets, names) for document in documents]

    def _targets(self, iris: AbstractSet[str]) -> dict[str, str]:
        """Where those of some IRIs lead that things had before."""
        steps: dict[str, str] = {}
        following = iris
        while following:
            found = self._execute(
                "SELECT iri, target FROM alias WHERE iri IN (SELECT value FROM json_each(?))",
                (orjson.dumps(list(following)),),
            )
            further = dict(found.fetchall())
            steps |= further
            following = set(further.values()) - steps.keys()
        return {iri: _end(iri, steps) for iri in iris & steps.keys()}

    def _names(self, iris: Iterable[str]) -> dict[str, str | None]:
        rows = self._execute(
            "SELECT iri, name FROM entity WHERE iri IN (SELECT value FROM json_each(?))", (orjson.dumps(list(iris)),)
        )
        return dict(rows.fetchall())


def _end(iri: str, steps: dict[str, str]) -> str:
    seen: set[str] = set()
    while iri in steps and iri not in seen:
        seen.add(iri)
        iri = steps[iri]
    return iri
