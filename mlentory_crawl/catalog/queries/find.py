"""Lookup of the entity that a name means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import orjson

from fair4ml.document import EntityDict
from fair4ml.identifiers import HUGGING_FACE
from fair4ml.merge import State
from fair4ml.platforms import meant
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import Stored, merged
from mlentory_crawl.exceptions import CatalogError

MAX_SUGGESTIONS = 5
COMPARED = 5_000
"""The maximum number of names that are compared with an unknown one."""
ALIKE = 0.8
"""The similarity (`difflib`) from which one name may be the other with a typo."""


class NotFound(CatalogError):
    """The catalog has no entity of this name, or several."""


@dataclass(frozen=True, slots=True)
class Found:
    """An entity: its merged state and the records that it comes from; none if it is only named."""

    state: State
    records: list[Stored]

    @property
    def root(self) -> EntityDict:
        """The entity itself."""
        return self.state["root"]


def find(reader: CatalogReader, name: str, at: str | None = None) -> Found:
    """Find an entity that records describe or only name.

    Args:
        reader: the catalog.
        name: a name that `meant` understands, a catalog key, or a name that only one entity has.
        at: the time whose state is wanted (UTC); None for now.

    Raises:
        NotFound: there is no such entity, or there are several of this name.
    """
    candidates = [*_by_key(reader, name), *meant(name)]
    found = _first(reader, candidates, at) or _first(reader, [_alone(reader, name, candidates)], at)
    if found is None:
        when = f" at {at}" if at else ""
        raise NotFound(f"the catalog does not describe {name}{when}{_or_rather(reader, name)}")
    return found


def _first(reader: CatalogReader, iris: Iterable[str | None], at: str | None) -> Found | None:
    """Return the first of the entities that records describe, else, for the present state, the first that they name."""
    known = list(dict.fromkeys(reader.resolve(iri) for iri in iris if iri is not None))
    for iri in known:
        if records := _records(reader, iri, at):
            return Found(merged(records)[0], records)
    rows = reader._execute(
        """SELECT e.iri, e.class, e.name FROM json_each(?) AS j JOIN entity AS e ON e.iri = j.value
           ORDER BY j.key LIMIT 1""",
        (orjson.dumps(known if at is None else []),),
    )
    for row in rows:
        root = {key: value for key, value in zip(("iri", "class", "name"), row, strict=True) if value is not None}
        return Found({"root": root, "parts": [], "stubs": [], "counters": {}, "platforms": []}, [])
    return None


def _records(reader: CatalogReader, iri: str, at: str | None) -> list[Stored]:
    if at is not None:
        return reader.about_at(iri, at)
    return list(reader.about([iri])) or list(reader.tombstones([iri]))


def _by_key(reader: CatalogReader, name: str) -> list[str]:
    parts = name.split("/", 2)
    if len(parts) < 3:
        return []
    rows = reader._execute("SELECT iri FROM record WHERE platform = ? AND kind = ? AND key = ?", parts)
    return [iri for (iri,) in rows]


def _alone(reader: CatalogReader, name: str, candidates: list[str]) -> str | None:
    """Return the only entity that has a name, or that has one of some IRIs when case is ignored.

    Raises:
        NotFound: several entities have the name.
    """
    rows = reader._execute(
        """SELECT iri, iri COLLATE NOCASE IN (SELECT value FROM json_each(?1)) FROM entity AS e
           WHERE iri COLLATE NOCASE IN (SELECT value FROM json_each(?1))
           OR (name = ?2 AND EXISTS (SELECT 1 FROM record WHERE iri = e.iri AND deleted_at IS NULL))
           ORDER BY described DESC, iri""",
        (orjson.dumps(candidates), name),
    ).fetchall()
    spelled = [iri for iri, is_spelled_otherwise in rows if is_spelled_otherwise]
    iris = spelled[:1] or [iri for iri, _ in rows]
    if len(iris) > 1:
        more = ", ..." if len(iris) > MAX_SUGGESTIONS else ""
        raise NotFound(f"{name} is the name of several things: {', '.join(iris[:MAX_SUGGESTIONS])}{more}")
    return iris[0] if iris else None


def _or_rather(reader: CatalogReader, name: str) -> str:
    """Return suggestions of similar names, as the end of a sentence."""
    # The address of an entity is shorter than that of a page below it.
    addresses = sorted((iri for iri in meant(name) if "://" in iri), key=len)
    on_the_hub = [iri for iri in addresses if iri.startswith(HUGGING_FACE)]
    target = (*on_the_hub, *addresses, name)[0].rstrip("/")
    place, _, last = target.rpartition("/")
    called = _iris(reader, "iri LIKE '%/' || ? ESCAPE '\\'", _literal(last))[:MAX_SUGGESTIONS]
    if not called:
        is_owned = place + "/" != HUGGING_FACE
        beside = _iris(reader, "iri >= ?1 AND iri < ?1 || char(0x10ffff)", f"{place}/") if is_owned else []
        beginning = _iris(reader, "iri LIKE '%/' || ? || '%' ESCAPE '\\'", _literal(last[:3])) if last[2:] else []
        by_name = {(iri if is_owned else iri.rpartition("/")[2]).lower(): iri for iri in (*beside, *beginning)}
        alike = get_close_matches((target if is_owned else last).lower(), by_name, MAX_SUGGESTIONS, ALIKE)
        called = [by_name[each] for each in alike]
    return f"; did you mean {' or '.join(iri.removeprefix(HUGGING_FACE) for iri in called)}?" if called else ""


def _iris(reader: CatalogReader, where: str, value: str) -> list[str]:
    """Return the IRIs of entities, without parts, that meet a condition; described ones come first."""
    rows = reader._execute(
        f"SELECT iri FROM entity WHERE {where} AND instr(iri, '#') = 0 ORDER BY described DESC, iri LIMIT {COMPARED}",
        (value,),
    )
    return [iri for (iri,) in rows]


def _literal(text: str) -> str:
    """Escape the wildcards of LIKE in a text."""
    return re.sub(r"[\\%_]", r"\\\g<0>", text)
