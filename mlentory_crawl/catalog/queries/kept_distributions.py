"""The distributions of values at the end of runs, as the catalog keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from mlentory_crawl.catalog.codec import unpack
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stated_values import NONE
from mlentory_crawl.catalog.value_counts import OTHERS, Counts


@dataclass(frozen=True, slots=True)
class Kept:
    """The live records of a kind at the end of a run.

    Attributes:
        run: the name of the run.
        at: the time at which it ended (UTC).
        records: their number.
        counts: how many of them had each value, by distribution.
    """

    run: str
    at: str
    records: int
    counts: Counts


_KEPT = """SELECT run.name, d.at, d.records, d.counts FROM distribution AS d JOIN run ON run.id = d.run
           WHERE d.platform = :platform AND d.kind = :kind"""


def kinds_of_records(
    reader: CatalogReader, platform: str | None = None, kind: str | None = None
) -> list[tuple[str, str]]:
    """Return the platforms and kinds of records that the catalog has or has had, in order.

    Args:
        reader: the catalog.
        platform: only this platform.
        kind: only this kind.
    """
    rows = reader._execute("SELECT platform, kind FROM field WHERE name = 'iri' ORDER BY platform, kind").fetchall()
    return [(of, each) for of, each in rows if platform in (None, of) and kind in (None, each)]


def last_kept(reader: CatalogReader, platform: str, kind: str, most: int) -> list[Kept]:
    """Return what the last runs have kept of a kind of record, oldest first.

    Args:
        reader: the catalog.
        platform: the platform.
        kind: the kind.
        most: the maximum number of runs.
    """
    rows = reader._execute(
        f"{_KEPT} ORDER BY d.at DESC, d.run DESC LIMIT :most", {"platform": platform, "kind": kind, "most": most}
    )
    return [Kept(run, at, records, unpack(packed)) for run, at, records, packed in rows][::-1]


def kept_by(reader: CatalogReader, platform: str, kind: str, at: datetime) -> Kept | None:
    """Return what the last run that had ended by a time has kept of a kind of record; None if there was none.

    Args:
        reader: the catalog.
        platform: the platform.
        kind: the kind.
        at: the time, in UTC unless it has a time zone.
    """
    moment = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    row = reader._execute(
        f"{_KEPT} AND d.at <= :at ORDER BY d.at DESC, d.run DESC LIMIT 1",
        {"platform": platform, "kind": kind, "at": f"{moment:%Y-%m-%dT%H:%M:%SZ}"},
    ).fetchone()
    if row is None:
        return None
    run, ended_at, records, packed = row
    return Kept(run, ended_at, records, unpack(packed))


def comparable(before: Mapping[str, int], now: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Return two distributions, each with the values of the other one.

    Only the most frequent values are kept, the others are added up. A value that one side tells, and that may be among
    the others of the other side, was there at most as frequent as the rarest one that is told: within that, it is taken
    to be as frequent as on the side that tells it. So what is not known is not taken for a change.

    Args:
        before: the number of records with each value, before.
        now: the same now.
    """
    return _completed(before, now), _completed(now, before)


def _completed(counts: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    found = dict(counts)
    if OTHERS not in found:
        return found
    rarest = min((count for value, count in counts.items() if value not in (NONE, OTHERS)), default=found[OTHERS])
    for value in sorted(other.keys() - found.keys(), key=lambda each: (-other[each], each)):
        found[value] = min(rarest, other[value], found[OTHERS])
        found[OTHERS] -= found[value]
    return {value: count for value, count in found.items() if count}
