"""Records that are given: captured from the real Hub or written by hand, completed with fields that they lack."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b, sha1
from pathlib import Path
from typing import Any

import orjson

from mlentory_crawl.sample_hub.files import FIELDS
from mlentory_crawl.sample_hub.models import FLOOR, timestamp
from mlentory_crawl.sample_hub.templates import Json

_LARGEST = (1 << 63) - 1


def rank(record: Json, sort: str) -> int:
    """The sort key of a record for ``lastModified`` (milliseconds), ``downloads``, ``likes`` or ``trendingScore``."""
    value = record.get(sort)
    if sort == "lastModified":
        return seconds(value) * 1000
    return min(value, _LARGEST) if isinstance(value, int) else 0


def seconds(value: object) -> int:
    """The Unix time of a timestamp; 0 if it is none."""
    try:
        return int(datetime.fromisoformat(str(value)).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def _packed(record: Json) -> bytes:
    # The bytes that orjson returns keep its buffer, which is several times as long, in memory; a copy does not.
    return bytes(memoryview(orjson.dumps(record)))


def lines(paths: Iterable[Path]) -> Iterator[Any]:
    """The records in files, ``.jsonl`` or ``.jsonl.gz``, one a line.

    Raises:
        OSError, ValueError: a file cannot be read.
    """
    for path in paths:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            for line in lines:
                if line.strip():
                    yield orjson.loads(line)


class GivenModels:
    """Given records, in their order, grown or cut to a number.

    Args:
        records: the records; each may be under the key ``record`` of an object.
        count: the number of models; those that are not given are clones under other owners.

    Raises:
        ValueError: there is no record.

    Attributes:
        dropped: the number of records without an id, or with the id of an earlier one.
        completed: the number of records in which a field was made up, by field.
    """

    in_order = False

    def __init__(self, records: Iterable[Any], count: int | None = None) -> None:
        self.dropped = 0
        self.completed: Counter[str] = Counter()
        self._ids: list[str] = []
        self._native_ids: list[str] = []
        # Bytes need a tenth of the memory; long fields that lists seldom have are kept apart.
        self._records: list[bytes] = []
        self._seldom_asked: list[bytes] = []
        self._numbers: dict[str, int] = {}
        self._ranks: dict[str, list[int]] = {}
        # For clones, which use the same originals again and again.
        self._projected = lru_cache(maxsize=1 << 14)(self._project)
        known: set[str] = set()
        for each in records:
            record = each.get("record", each) if isinstance(each, dict) else {}
            id = record.get("id", record.get("modelId"))
            if not isinstance(id, str) or id in known:
                self.dropped += 1
                continue
            known.add(id)
            self._add(id, record)
        if not known:
            raise ValueError("no record is given")
        self._count = count or len(self._ids)

    def __len__(self) -> int:
        return self._count

    def id(self, n: int) -> str:
        """``id`` of a given model or of a clone."""
        copy, original = divmod(n, len(self._ids))
        if not copy:
            return self._ids[original]
        owner, _, name = self._ids[original].rpartition("/")
        return f"{owner or 'legacy'}-clone{copy}/{name}"

    def native_id(self, n: int) -> str:
        """``_id`` of a model; those of clones have the original's creation second."""
        copy, original = divmod(n, len(self._ids))
        native_id = self._native_ids[original]
        return native_id[:8] + blake2b(self.id(n).encode(), digest_size=8).hexdigest() if copy else native_id

    def content(self, n: int) -> int:
        """A number that a model shares with its clones."""
        return n % len(self._ids)

    def rank(self, n: int, sort: str) -> int:
        """The sort key of the record; clones have that of the original."""
        if sort not in self._ranks:
            self._ranks[sort] = [rank(orjson.loads(record), sort) for record in self._records]
        return self._ranks[sort][n % len(self._ids)]

    def encoded(self, n: int, names: tuple[str, ...]) -> bytes:
        """The record as JSON with the given fields, as far as it has them, in their order."""
        if not FIELDS.isdisjoint(names):
            record = self.record(n)
            return orjson.dumps({name: record[name] for name in names if name in record})
        copy, original = divmod(n, len(self._ids))
        if not copy:
            return orjson.dumps(self._project(original, names))
        own = self._own(n)
        return orjson.dumps(self._projected(original, names) | {name: own[name] for name in names if name in own})

    def record(self, n: int) -> Json:
        """The whole record."""
        seldom_asked: Json = orjson.loads(self._seldom_asked[n % len(self._ids)])
        return self._light(n) | seldom_asked

    def find(self, id: str) -> int | None:
        """The model with this id in any case; an exact match wins over one that differs in case only."""
        if not self._numbers:
            # First the ids in lower case, so that an exact id overwrites them.
            self._numbers = {self.id(n).lower(): n for n in reversed(range(self._count))}
            self._numbers |= {self.id(n): n for n in range(self._count)}
        found = self._numbers.get(id)
        return self._numbers.get(id.lower()) if found is None else found

    def _light(self, n: int) -> Json:
        copy, original = divmod(n, len(self._ids))
        record: Json = orjson.loads(self._records[original])
        return record | self._own(n) if copy else record

    def _own(self, n: int) -> Json:
        """The fields that a clone does not share with the original."""
        id = self.id(n)
        sha = sha1(id.encode()).hexdigest()
        return {"_id": self.native_id(n), "id": id, "modelId": id, "author": id.partition("/")[0], "sha": sha}

    def _project(self, original: int, names: tuple[str, ...]) -> Json:
        record: Json = orjson.loads(self._records[original])
        return {name: record[name] for name in names if name in record}

    def _add(self, id: str, record: Json) -> None:
        made_up: Json = {"sha": sha1(id.encode()).hexdigest(), "modelId": id, "id": id}
        if "/" in id:
            made_up["author"] = id.partition("/")[0]
        created = seconds(record.get("createdAt")) or max(FLOOR, seconds(record.get("lastModified")))
        made_up["createdAt"] = timestamp(created)
        made_up["lastModified"] = made_up["createdAt"]
        made_up["_id"] = f"{created:08x}{blake2b(id.encode(), digest_size=8).hexdigest()}"
        missing = {name: value for name, value in made_up.items() if record.get(name) is None}
        self.completed.update(missing.keys() - {"id", "modelId"})
        complete = record | missing
        self._ids.append(id)
        self._native_ids.append(str(complete["_id"]))
        self._records.append(_packed({name: value for name, value in complete.items() if name not in FIELDS}))
        self._seldom_asked.append(_packed({name: value for name, value in record.items() if name in FIELDS}))
