"""Queues of look-ups: their lengths, and the time that they take at the rates that services have announced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from fair4ml.describe.queues import Lacking, Named, Queue
from fair4ml.platforms import platforms, queues
from mlentory_crawl.catalog.lookups import UNKNOWN, bounds, oldest_recent, waiting as waits
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.data_directory import now

RUNS_READ = 100
"""The number of last runs whose reports are searched for an announced rate."""
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Waiting:
    """The queue of a look-up.

    Attributes:
        count: the number of entities.
        days: the days that their requests take at most, if nothing else uses the quota; None if the rate is unknown.
    """

    count: int
    days: float | None


def waiting(reader: CatalogReader) -> dict[str, dict[str, Waiting]]:
    """Count what waits for the look-ups of each platform, by platform and look-up."""
    found = {(platform, name): queue for platform in platforms() for name, queue in queues(platform).items()}
    counts = _named(reader, {key: queue for key, queue in found.items() if isinstance(queue, Named)})
    rates = _rates(reader, {queue.slot for queue in found.values()})
    told: dict[str, dict[str, Waiting]] = {}
    for (platform, name), queue in found.items():
        count = counts[platform, name] if isinstance(queue, Named) else _lacking(reader, platform, queue)
        told.setdefault(platform, {})[name] = Waiting(count, _days(count, queue, rates))
    return told


def _days(count: int, queue: Queue, rates: Mapping[str, float]) -> float | None:
    rate = rates.get(queue.slot)
    return None if rate is None else round(count * queue.requests / rate / DAY, 6)


def _named(reader: CatalogReader, found: Mapping[tuple[str, str], Named]) -> dict[tuple[str, str], int]:
    """Count the entities in queues, in one pass over the table."""
    numbered = dict(enumerate(found.values()))
    counts = ", ".join(f"count(CASE WHEN {waits(queue, str(n))} THEN 1 END)" for n, queue in numbered.items())
    classes = ", ".join(f":class{n}" for n in numbered)
    parameters = {name: value for n, queue in numbered.items() for name, value in bounds(queue, str(n)).items()}
    # No run is under way: the runs that are say themselves what they have left.
    row = reader._execute(
        f"SELECT {counts} FROM entity AS t WHERE t.class IN ({classes}) AND {UNKNOWN}",
        {**parameters, "run": 0, "since": oldest_recent(now())},
    ).fetchone()
    return dict(zip(found, row, strict=True))


def _lacking(reader: CatalogReader, platform: str, queue: Lacking) -> int:
    """Count the live records of one kind without a record of the other, except those for which it was denied lately."""
    # Records of the other kind are only fetched for live records: their numbers can be read from the index, while
    # comparing the keys takes half a second for a million records.
    (count,) = reader._execute(
        f"""SELECT (SELECT count(*) FROM record AS m WHERE {_live("m", "kind")})
            - (SELECT count(*) FROM record AS o WHERE {_live("o", "other")})
            - (SELECT count(DISTINCT m.id) FROM lookup AS l CROSS JOIN record AS m
               WHERE l.iri LIKE '%#' || :other || '-%' AND l.at > :since
               AND m.iri = substr(l.iri, 1, instr(l.iri, '#') - 1) AND {_live("m", "kind")} AND NOT EXISTS (
                   SELECT 1 FROM record AS o
                   WHERE {_live("o", "other")} AND o.key = m.key AND o.instance = m.instance))""",
        {"platform": platform, "kind": queue.kind, "other": queue.other, "since": oldest_recent(now())},
    ).fetchone()
    return max(0, int(count))


def _live(record: str, kind: str) -> str:
    """Return the condition on a live record of the kind that a parameter holds."""
    deleted = "SELECT id FROM record WHERE deleted_at IS NOT NULL"
    return f"{record}.platform = :platform AND {record}.kind = :{kind} AND {record}.id NOT IN ({deleted})"


def _rates(reader: CatalogReader, slots: Iterable[str]) -> dict[str, float]:
    """Return the requests a second that each slot allows, as the last run that used it was told."""
    unknown = set(slots)
    rates: dict[str, float] = {}
    rows = reader._execute("SELECT report -> 'requests' -> 'allowed' FROM run ORDER BY id DESC LIMIT ?", (RUNS_READ,))
    for (text,) in rows:
        allowed = orjson.loads(text or "{}")
        for slot in unknown & allowed.keys():
            rates[slot] = allowed[slot]["requests"] / allowed[slot]["seconds"]
        unknown -= allowed.keys()
        if not unknown:
            break
    return rates
