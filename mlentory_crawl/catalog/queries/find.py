"""Lookup of the entity that a name means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from heapq import nlargest

import orjson

from fair4ml.document import EntityDict
from fair4ml.identifiers import HUGGING_FACE
from fair4ml.merge import State
from fair4ml.platforms import meant
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.sql import ENDING
from mlentory_crawl.catalog.stored import Stored, merged
from mlentory_crawl.exceptions import CatalogError
from mlentory_crawl.suggestions import suggested

MAX_SUGGESTIONS = 3
READ, COMPARED = 5_000, 200
"""The maximum number of names that are read at once, and that are compared with an unknown one."""
BEGINNINGS = (8, 5, 3)
"""The numbers of letters that an unknown name and those that may be meant begin with, the rarest beginning first."""
ENDS = f"instr(iri, '#') = 0 AND {ENDING.format('iri')}"
"""The last segment of the IRI of an entity that is no part, as the index has it."""
SHORTEST, LONGEST = 3, 40
"""The number of characters from which the last part of an id can be a name, and up to which it can be a word."""
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
        raise NotFound(_unknown(reader, name, candidates, at))
    return found


def _unknown(reader: CatalogReader, name: str, candidates: list[str], at: str | None) -> str:
    if at is not None and (first := _first_fetched(reader, [*candidates, *_alone_now(reader, name, candidates)])):
        since = f"; it was first fetched {first}" + ("" if first > at else ", and no record described it then")
        return f"nothing is known of {name} at {at}{since}"
    when = f" at {at}" if at else ""
    rather = or_rather(reader, name) or (f"; mlentory search {name} looks for this word" if _is_word(name) else "")
    return f"the catalog does not describe {name}{when}{rather}"


def _is_word(name: str) -> bool:
    return len(name) >= SHORTEST and re.fullmatch(r"\w[\w.-]*", name) is not None and len(name) < LONGEST


def _alone_now(reader: CatalogReader, name: str, candidates: list[str]) -> list[str]:
    found = _alone(reader, name, candidates)
    return [] if found is None else [found]


def _first_fetched(reader: CatalogReader, iris: Iterable[str]) -> str | None:
    """Return the time at which the first record about one of some entities was fetched, if there is any."""
    known = orjson.dumps([reader.resolve(iri) for iri in iris])
    ((first,),) = reader._execute(
        """SELECT min(provenance ->> 'fetched_at') FROM (
               SELECT provenance FROM record WHERE iri IN (SELECT value FROM json_each(?1))
               UNION ALL SELECT provenance FROM version WHERE record IN (
                   SELECT id FROM record WHERE iri IN (SELECT value FROM json_each(?1))))""",
        (known,),
    ).fetchall()
    return first if first is None else str(first)


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
    """Return the only entity that one of some IRIs means when case is ignored, or that has a name.

    Raises:
        NotFound: several entities have the name.
    """
    if spelled := _spelled_otherwise(reader, candidates):
        return spelled[0]
    for having in (_named, _ending):
        iris = having(reader, name)
        if len(iris) > 1:
            raise NotFound(f"{name} is the name of several entities: {_listed(iris)}")
        if iris:
            return iris[0]
    return None


def _spelled_otherwise(reader: CatalogReader, candidates: list[str]) -> list[str]:
    rows = reader._execute(
        f"""SELECT iri FROM entity WHERE {ENDS} IN (SELECT {ENDING.format("value")} FROM json_each(?1))
           AND iri COLLATE NOCASE IN (SELECT value FROM json_each(?1)) ORDER BY described DESC, iri""",
        (orjson.dumps(candidates),),
    )
    return [iri for (iri,) in rows]


def _named(reader: CatalogReader, name: str) -> list[str]:
    """Return the entities of a name that records describe."""
    rows = reader._execute(
        # The index has names by class: each class is looked up, and the next one after it. A name without a plus would
        # take the place of the one in small letters, which the index has.
        """WITH RECURSIVE known(class) AS (
               SELECT min(class) FROM entity
               UNION ALL SELECT (SELECT min(class) FROM entity WHERE class > known.class) FROM known
               WHERE known.class IS NOT NULL)
           SELECT e.iri FROM known CROSS JOIN entity AS e
           WHERE e.class = known.class AND lower(e.name) = lower(?1) AND +e.name = ?1
           AND EXISTS (SELECT 1 FROM record WHERE iri = e.iri AND deleted_at IS NULL)""",
        (name,),
    )
    # Sorted here: the database would walk the index of IRIs, and look up each row for its name.
    return sorted(iri for (iri,) in rows)


def _ending(reader: CatalogReader, name: str) -> list[str]:
    """Return the entities whose IRIs end with a name: the models among them, and those that records describe."""
    if "/" in name or len(name) < SHORTEST:
        return []
    rows = reader._execute(
        f"""SELECT iri, class = 'MLModel', (SELECT max(deleted_at IS NULL) FROM record WHERE iri = e.iri)
           FROM entity AS e WHERE {ENDS} = lower(?) AND instr(iri, '/') > 0""",
        (name,),
    )
    by_rank: dict[tuple[int, bool], list[str]] = {}
    for iri, is_model, is_live in rows:
        if is_live != 0:
            by_rank.setdefault((is_model, is_live is not None), []).append(iri)
    return sorted(by_rank[max(by_rank)]) if by_rank else []


def or_rather(reader: CatalogReader, name: str) -> str:
    """Return suggestions of similar names, as the end of a sentence; an empty text if there are none."""
    # The address of an entity is shorter than that of a page below it.
    addresses = sorted((iri for iri in meant(name) if "://" in iri), key=len)
    on_the_hub = [iri for iri in addresses if iri.startswith(HUGGING_FACE)]
    target = (*on_the_hub, *addresses, name)[0].rstrip("/")
    place, _, last = target.rpartition("/")
    same = {each.casefold().removeprefix(HUGGING_FACE) for each in (name, *addresses)}
    called = _iris(reader, f"{ENDS} = lower(?)", last) if last[2:] else []
    is_owned = place + "/" != HUGGING_FACE
    beside = _iris(reader, "iri >= ?1 AND iri < ?1 || char(0x10ffff)", f"{place}/") if is_owned and not called else []
    for letters in BEGINNINGS if not called else ():
        alike = _beginning(reader, last[:letters]) if last[2:] else []
        by_name = {_compared(iri, whole=is_owned): iri for iri in (*beside, *alike)}
        if called := [by_name[each] for each in _alike(_compared(target, whole=is_owned), by_name)]:
            break
    called = [iri for iri in called if iri.casefold().removeprefix(HUGGING_FACE) not in same]
    hint = suggested([iri.removeprefix(HUGGING_FACE) for iri in called[:MAX_SUGGESTIONS]])
    return f"; {hint}" if hint else ""


def _compared(iri: str, *, whole: bool) -> str:
    return (iri.partition("://")[2].partition("/")[2] or iri if whole else iri.rpartition("/")[2]).lower()


def _alike(name: str, others: Iterable[str]) -> list[str]:
    """Return the names most like another one."""
    # Names whose lengths differ more cannot be as similar, and comparing is slow.
    least, most = len(name) * ALIKE / (2 - ALIKE), len(name) * (2 - ALIKE) / ALIKE
    pairs = _pairs(name)
    near = nlargest(
        COMPARED, (each for each in others if least <= len(each) <= most), lambda each: len(pairs & _pairs(each))
    )
    return get_close_matches(name, near, MAX_SUGGESTIONS, ALIKE)


def _pairs(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)}


def _listed(iris: list[str]) -> str:
    more = ", ..." if len(iris) > MAX_SUGGESTIONS else ""
    return ", ".join(iri.removeprefix(HUGGING_FACE) for iri in iris[:MAX_SUGGESTIONS]) + more


def _iris(reader: CatalogReader, where: str, value: str) -> list[str]:
    """Return the IRIs of entities, without parts, that meet a condition."""
    rows = reader._execute(f"SELECT iri FROM entity WHERE {where} LIMIT {READ}", (value,))
    return sorted(iri for (iri,) in rows if "#" not in iri)


def _beginning(reader: CatalogReader, letters: str) -> list[str]:
    """Return the IRIs of entities, without parts, whose last segments begin with some letters."""
    return _iris(reader, f"{ENDS} >= lower(?1) AND {ENDING.format('iri')} < lower(?1) || char(0x10ffff)", letters)


def literal(text: str) -> str:
    """Escape the wildcards of LIKE in a text."""
    return re.sub(r"[\\%_]", r"\\\g<0>", text)
