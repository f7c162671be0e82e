"""Aliases: other IRIs of entities, and documents in which they are replaced by the present ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set as AbstractSet

from fair4ml.document import Document
from fair4ml.document_changes import rename
from fair4ml.identifiers import present_iri
from fair4ml.platforms import prefixes_of_aliases
from mlentory_crawl.catalog.commits import Entry
from mlentory_crawl.catalog.database import Database
from mlentory_crawl.catalog.sequence import SequenceNumbers
from mlentory_crawl.catalog.sql import Executes, among, array, elements, insert, upsert


class Aliases:
    """The table ``alias``, for readers.

    Args:
        database: the catalog.
    """

    def __init__(self, database: Executes) -> None:
        self._database = database

    def resolve(self, iri: str) -> str:
        """Return the present IRI of an entity."""
        iri = present_iri(iri)
        return self._targets({iri}).get(iri, iri)

    def resolve_all(self, iris: Iterable[str]) -> dict[str, str]:
        """Return the present IRIs of entities, by the given ones."""
        wanted = set(iris)
        return {iri: iri for iri in wanted} | self._targets(wanted)

    def leading_to(self, iris: Iterable[str]) -> list[str]:
        """Return all IRIs by which records may name entities: the given ones, and those that lead to them."""
        rows = self._database.execute(
            f"""WITH RECURSIVE name(iri) AS (
                    SELECT value FROM {elements("iris")}
                    UNION SELECT alias.iri FROM name JOIN alias ON alias.target = name.iri)
                SELECT iri FROM name""",
            {"iris": array(iris)},
        )
        return [iri for (iri,) in rows]

    def resolved(self, documents: Sequence[Document]) -> list[Document]:
        """Return documents in which entities have their present names; unchanged ones are the same objects."""
        targets = self._targets({stub["iri"] for document in documents for stub in document["stubs"]})
        if not targets:
            return list(documents)
        names = self._names(targets.values())
        return [rename(document, targets, names) for document in documents]

    def _targets(self, iris: AbstractSet[str]) -> dict[str, str]:
        """Return the present IRIs of entities, by those of the given IRIs that are former ones."""
        steps: dict[str, str] = {}
        following = iris
        while following:
            found = self._database.execute(
                f"SELECT iri, target FROM alias WHERE iri IN {among('iris')}", {"iris": array(following)}
            )
            further = dict(found.fetchall())
            steps |= further
            following = set(further.values()) - steps.keys()
        return {iri: _end(iri, steps) for iri in iris & steps.keys()}

    def _names(self, iris: Iterable[str]) -> dict[str, str | None]:
        rows = self._database.execute(
            f"SELECT iri, name FROM entity WHERE iri IN {among('iris')}", {"iris": array(iris)}
        )
        return dict(rows.fetchall())


def _end(iri: str, steps: dict[str, str]) -> str:
    seen: set[str] = set()
    while iri in steps and iri not in seen:
        seen.add(iri)
        iri = steps[iri]
    return iri


class AliasTable:
    """Keeps the table ``alias`` in step with the records, inside a transaction of the catalog's writer.

    Args:
        database: the catalog.
        numbers: the sequence numbers.
    """

    def __init__(self, database: Database, numbers: SequenceNumbers) -> None:
        self._database = database
        self._numbers = numbers

    def renamed(self, run: int, before: str, now: str) -> None:
        """Note that a record now has another IRI for its entity."""
        if other := self._describing(before):  # the merged state of the others changes without this record
            self._numbers.renew([other])
            return
        self._database.execute(_ENTER, (before, now, "renamed", run))
        self.renew_naming(before)

    def end(self, iris: Iterable[str]) -> None:
        """End aliases that have become the IRIs of entities of their own."""
        ended = self._database.execute(
            f"DELETE FROM alias WHERE iri IN {among('iris')} RETURNING iri", {"iris": array(iris)}
        ).fetchall()
        for (iri,) in ended:
            self.renew_naming(iri)

    def join(self, run: int, entries: Iterable[Entry]) -> None:
        """Enter the further names that records state for their entities.

        An article has a number on a preprint server and a DOI; a resource of a collection has the id of an older one.
        """
        for entry in entries:
            root = entry.document["root"] if entry.document is not None else {}
            prefixes = prefixes_of_aliases(root["class"], root["iri"]) if root else ()
            if not prefixes:
                continue
            if entry.known is not None:
                self._database.execute(
                    "DELETE FROM alias WHERE target = :iri AND reason = 'sameAs'", {"iri": entry.iri}
                )
            for name in root.get("sameAs", ()):
                if not name.startswith(prefixes) or name == entry.iri or self._describing(name):
                    continue
                self._database.execute(_CLAIM, (name, entry.iri, "sameAs", run))
                self.renew_naming(name)

    def _describing(self, iri: str) -> int | None:
        """Return the row id of a live record about an entity."""
        row = self._database.execute(
            "SELECT id FROM record WHERE iri = :iri AND deleted_at IS NULL LIMIT 1", {"iri": iri}
        ).fetchone()
        return None if row is None else int(row[0])

    def redirected(self, run: int, moved: Iterable[tuple[str, str]]) -> None:
        """Note that entities were found under other names, unless a record describes an entity of the old name.

        Args:
            run: the row id of the run that requested them.
            moved: pairs of the old name and the IRI of the entity.
        """
        for name, iri in [pair for pair in moved if self._describing(pair[0]) is None]:
            self._database.execute(_ENTER, (name, iri, "redirected", run))
            self.renew_naming(name)

    def renew_naming(self, iri: str) -> None:
        """Make projections read the records again that name an entity, because its name has changed."""
        rows = self._database.execute(
            """SELECT DISTINCT e.record FROM entity AS t JOIN edge AS e ON e.target = t.id WHERE t.iri = :iri
               ORDER BY e.record""",
            {"iri": iri},
        ).fetchall()
        self._numbers.renew(i for (i,) in rows)


_ENTER = upsert("alias", "iri", "target reason run")
# If several entities claim a name, the order of arrival must not decide which one gets it.
_CLAIM = f"""{insert("alias", "iri target reason run")} ON CONFLICT (iri) DO UPDATE
    SET target = CASE WHEN excluded.target < alias.target THEN excluded.target ELSE alias.target END"""
