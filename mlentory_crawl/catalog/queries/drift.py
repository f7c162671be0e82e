"""Drift of the catalog: by how much the tasks, licenses, libraries, languages and sizes of records change over runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from fair4ml.write.search_document import STEPS
from mlentory_crawl.catalog.queries.kept_distributions import (
    Kept,
    comparable,
    kept_by,
    kinds_of_records,
    last_kept,
)
from mlentory_crawl.catalog.queries.stability import Level, level, shifts
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.sql import among, array
from mlentory_crawl.catalog.stated_values import NONE, SIZE
from mlentory_crawl.catalog.value_counts import OTHERS

RUNS = 30
"""The number of last runs over which drift is told, unless another one is asked for."""
SHOWN = 8
"""The number of values of a distribution that are told, those whose shares have changed most."""
SPECIAL = {NONE: "none stated", OTHERS: "all others"}


@dataclass(frozen=True, slots=True)
class Shift:
    """A value whose share has changed.

    Attributes:
        value: its IRI or text; empty for records that state none, ``*`` for all rare values together.
        name: the name that people know.
        before, now: its share of everything that is stated, then and now.
        psi: its part of the index.
    """

    value: str
    name: str
    before: float
    now: float
    psi: float


@dataclass(frozen=True, slots=True)
class IndexOfRun:
    """The shares at the end of a run compared with those at the end of the run before.

    Attributes:
        run: the name of the run.
        at: the time at which it ended (UTC).
        psi: the index; None if there is nothing to compare.
    """

    run: str
    at: str
    psi: float | None


@dataclass(frozen=True, slots=True)
class Drift:
    """The drift of one distribution of the records of a kind.

    Attributes:
        platform, kind: the kind of record.
        distribution: ``task``, ``license``, ``library``, ``language`` or ``size``.
        records, records_before: the number of live records, now and then.
        since: the run at whose end ``before`` was; None if there was none.
        since_at: the time at which it ended (UTC).
        psi: the population stability index; None if there is nothing to compare.
        level: what it says: ``stable``, ``moderate``, ``strong``, or too ``few`` records for a conclusion.
        new, vanished: the number of values that no record had then, and that no record has now.
        shifts: the values whose shares have changed most.
        runs: the index of each of the last runs, oldest first.
    """

    platform: str
    kind: str
    distribution: str
    records: int
    records_before: int | None
    since: str | None
    since_at: str | None
    psi: float | None
    level: Level | None
    new: int
    vanished: int
    shifts: list[Shift]
    runs: list[IndexOfRun]


def drift(
    reader: CatalogReader,
    platform: str | None = None,
    kind: str | None = None,
    since: datetime | None = None,
    runs: int = RUNS,
) -> list[Drift]:
    """Compare the distributions of values at the end of the last run with those before.

    Args:
        reader: the catalog.
        platform: only this platform.
        kind: only this kind of record.
        since: compare with the last run that had ended by then; None for the run before the last one.
        runs: the number of last runs over which the index is told.
    """
    found: list[Drift] = []
    with reader._database.snapshot():
        for of, each in kinds_of_records(reader, platform, kind):
            if kept := last_kept(reader, of, each, runs + 1):
                base = kept_by(reader, of, each, since) if since is not None else kept[-2] if kept[1:] else None
                found += _of_kind(of, each, kept, base)
        names = _names(reader, {shift.value for one in found for shift in one.shifts})
    return [replace(each, shifts=[_named(each, shift, names) for shift in each.shifts]) for each in found]


def drift_within(reader: CatalogReader, age: timedelta) -> Iterator[Drift]:
    """Yield the drift of each distribution from what it was some time before the last run of its records ended.

    Args:
        reader: the catalog.
        age: how long before; kinds of records that were not there yet are left out.
    """
    for platform, kind in kinds_of_records(reader):
        for last in last_kept(reader, platform, kind, 1):
            base = kept_by(reader, platform, kind, datetime.fromisoformat(last.at) - age)
            if base is not None:
                yield from _of_kind(platform, kind, [last], base)


def _of_kind(platform: str, kind: str, runs: Sequence[Kept], base: Kept | None) -> Iterator[Drift]:
    # Where no record has ever stated anything, there is no distribution.
    names = {name for kept in (*runs, *filter(None, [base])) for name, counts in kept.counts.items() if any(counts)}
    for name in sorted(names):
        yield _of_distribution(platform, kind, name, runs, base)


def _of_distribution(platform: str, kind: str, name: str, runs: Sequence[Kept], base: Kept | None) -> Drift:
    last = runs[-1]
    before, now = comparable({} if base is None else base.counts.get(name, {}), last.counts.get(name, {}))
    parts = shifts(before, now)
    index = sum(parts.values()) if parts else None
    return Drift(
        platform=platform,
        kind=kind,
        distribution=name,
        records=last.records,
        records_before=None if base is None else base.records,
        since=None if base is None else base.run,
        since_at=None if base is None else base.at,
        psi=index,
        level=None if base is None or index is None else level(index, base.records, last.records),
        new=len(now.keys() - before.keys()) if parts else 0,
        vanished=len(before.keys() - now.keys()) if parts else 0,
        shifts=_shifts(before, now, parts),
        runs=[IndexOfRun(after.run, after.at, _index(name, earlier, after)) for earlier, after in pairwise(runs)],
    )


def _index(name: str, before: Kept, now: Kept) -> float | None:
    parts = shifts(*comparable(before.counts.get(name, {}), now.counts.get(name, {})))
    return sum(parts.values()) if parts else None


def _shifts(before: Mapping[str, int], now: Mapping[str, int], parts: Mapping[str, float]) -> list[Shift]:
    all_before, all_now = sum(before.values()), sum(now.values())
    most = sorted(parts.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
    return [
        Shift(value, value, before.get(value, 0) / all_before, now.get(value, 0) / all_now, part)
        for value, part in most
        if part > 0
    ]


def _names(reader: CatalogReader, values: Iterable[str]) -> dict[str, str]:
    rows = reader._execute(
        f"SELECT iri, name FROM entity WHERE name IS NOT NULL AND iri IN {among('iris')}", {"iris": array(values)}
    )
    return dict(rows.fetchall())


def _named(of: Drift, shift: Shift, names: Mapping[str, str]) -> Shift:
    if of.distribution == SIZE and shift.value.isdecimal():
        name = size_name(int(shift.value))
    else:
        name = SPECIAL.get(shift.value) or names.get(shift.value) or shift.value
    return replace(shift, name=name)


def size_name(least: int) -> str:
    """Return what people call a class of numbers of parameters.

    Args:
        least: the smallest number in it.
    """
    bounds = (0, *STEPS["parameters"])
    below = next((bound for bound in bounds if bound > least), None)
    if below is None:
        return f"{_short(least)} and more"
    return f"{_short(least)} to {_short(below)}" if least else f"under {_short(below)}"


def _short(count: int) -> str:
    return f"{count // 10**9}B" if count >= 10**9 else f"{count // 10**6}M"
