"""The content of the sample hub: all models in their orders, and the changes that tests have made."""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from itertools import accumulate
from typing import Any, Protocol

import orjson

from mlentory_crawl.sample_hub.given import rank
from mlentory_crawl.sample_hub.models import timestamp
from mlentory_crawl.sample_hub.templates import Json

SORTS = ("trendingScore", "createdAt", "lastModified", "likes", "downloads")
PAGES_KEPT = 400_000_000
"""The maximum size in bytes of the pages that are cached for repeated requests, such as those of a second crawl."""
ODD_EVERY = 50
"""The number of models among which one record is unusable, if odd records are switched on."""


Cursor = tuple[int | str, int]
Page = tuple[bytes, Cursor | None]


class Source(Protocol):
    """A source of models; see `MadeUpModels` and `GivenModels`."""

    in_order: bool
    """True if the numbers are in the order of creation."""

    def __len__(self) -> int: ...
    def id(self, n: int, /) -> str: ...
    def native_id(self, n: int, /) -> str: ...
    def content(self, n: int, /) -> int: ...
    def rank(self, n: int, sort: str, /) -> int: ...
    def encoded(self, n: int, names: tuple[str, ...], /) -> bytes: ...
    def record(self, n: int, /) -> Json: ...
    def find(self, id: str, /) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of a request for a list.

    Attributes:
        names: the requested fields.
        sort, ascending, limit: the order, and the maximum number of records.
        after: the cursor: the position in the order where the previous page ended.
        author, search, pipeline_tag, tags: conditions.
    """

    names: tuple[str, ...]
    sort: str = "trendingScore"
    ascending: bool = False
    limit: int = 1000
    after: Cursor | None = None
    author: str | None = None
    search: str | None = None
    pipeline_tag: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def conditional(self) -> bool:
        """True if there are conditions."""
        return (self.author, self.search, self.pipeline_tag, self.tags) != (None, None, None, ())


@dataclass(slots=True)
class _Change:
    fields: Json = field(default_factory=dict)
    past_shas: set[str] = field(default_factory=set)


class Hub:
    """Models from one or more sources, under numbers from 0.

    Args:
        sources: the sources; of two models with the same id only the first can be found by it.
        odd: spoil a record in every `ODD_EVERY`, in lists.

    Attributes:
        changes: how often the content has changed.
    """

    def __init__(self, sources: Sequence[Source], odd: bool = False) -> None:
        self._sources = sources
        self._starts = [0, *accumulate(map(len, sources))]
        self._odd = odd
        self.changes = 0
        self._changes: dict[int, _Change] = {}
        self._deleted: set[int] = set()
        self._paths: dict[str, int] = {}
        self._values: dict[str, array[int]] = {}
        self._orders: dict[str, Sequence[int]] = {}
        self._pages: dict[Query, Page] = {}
        self._pages_size = 0

    def __len__(self) -> int:
        return self._starts[-1] - len(self._deleted)

    def ids(self) -> list[str]:
        """The ids of all models, oldest first."""
        return [self.id(n) for n in self._order("createdAt") if n not in self._deleted]

    def numbers(self) -> Iterator[int]:
        """The numbers of all existing models."""
        return (n for n in range(self._starts[-1]) if n not in self._deleted)

    def content(self, n: int) -> tuple[int, int]:
        """A key that is equal for models that differ only in names, dates and counters."""
        if n in self._changes:
            return -1, n
        place = bisect_right(self._starts, n) - 1
        return place, self._sources[place].content(n - self._starts[place])

    def id(self, n: int) -> str:
        """The id that a model has now."""
        change = self._changes.get(n)
        if change and "id" in change.fields:
            return str(change.fields["id"])
        source, k = self._at(n)
        return source.id(k)

    def find(self, id: str, deleted: bool = False) -> int | None:
        """The model that has this id, had it, or has it in another case; None if there is none.

        Args:
            id: the id of a model.
            deleted: also find deleted models.
        """
        n = self._paths.get(id.lower())
        if n is None:
            for source, start in zip(self._sources, self._starts, strict=False):
                if (k := source.find(id)) is not None:
                    n = start + k
                    break
        return n if deleted or n not in self._deleted else None

    def record(self, n: int) -> Json:
        """The whole record of a model as it is now."""
        source, k = self._at(n)
        record = source.record(k)
        return record | self._changes[n].fields if n in self._changes else record

    def has_commit(self, n: int, sha: str) -> bool:
        """Check whether a commit is or was the head of a model's repository."""
        return sha == self.record(n).get("sha") or (n in self._changes and sha in self._changes[n].past_shas)

    def encoded(self, n: int, names: tuple[str, ...]) -> bytes:
        """The record as JSON with the given fields, as far as it has them, in their order."""
        if n in self._changes:
            record = self.record(n)
            return orjson.dumps({name: record[name] for name in names if name in record})
        source, k = self._at(n)
        return source.encoded(k, names)

    def page(self, query: Query) -> Page:
        """A page of a list as JSON, and the cursor of the next page or None.

        The cursor names a position in the order, not a count: models that move or disappear meanwhile do not displace
        others.
        """
        if (found := self._pages.get(query)) is None:
            records, cursor = self._page(query)
            found = b"[" + b",".join(records) + b"]", cursor
            if self._pages_size + len(found[0]) > PAGES_KEPT:
                self._reset_pages()
            self._pages[query] = found
            self._pages_size += len(found[0])
        return found

    def delete(self, n: int) -> None:
        """Delete a model, or make it private."""
        self._deleted.add(n)
        self._changed()

    def restore(self, n: int) -> None:
        """Restore a deleted model."""
        self._deleted.discard(n)
        self._changed()

    def rename(self, n: int, id: str) -> None:
        """Give a model another id; the old one redirects to it until another model takes it."""
        # The id in its source always redirects to it.
        self._paths[id.lower()] = n
        self._change(n, {"id": id, "modelId": id, "author": id.partition("/")[0]})

    def touch(self, n: int) -> None:
        """Add a commit to a model, as of now."""
        sha = self.record(n).get("sha")
        change = self._changes.setdefault(n, _Change())
        change.past_shas.add(str(sha))
        new = sha1(f"{sha} {len(change.past_shas)}".encode()).hexdigest()
        self._change(n, {"sha": new, "lastModified": timestamp(int(time.time()))})

    def patch(self, n: int, fields: Json) -> None:
        """Change values in a model's record; its `lastModified` stays."""
        self._change(n, fields)

    def _at(self, n: int) -> tuple[Source, int]:
        place = bisect_right(self._starts, n) - 1
        return self._sources[place], n - self._starts[place]

    def _changed(self) -> None:
        self.changes += 1
        self._reset_pages()

    def _reset_pages(self) -> None:
        self._pages.clear()
        self._pages_size = 0

    def _page(self, query: Query) -> tuple[list[bytes], Cursor | None]:
        key = self._key(query.sort)
        page: list[bytes] = []
        last = -1
        conditional = query.conditional
        for n in self._from(query, key):
            if n in self._deleted or (conditional and not self._fits(n, query)):
                continue
            if len(page) == query.limit:
                return page, key(last)
            page.append(
                self._spoiled(n, query.names) if self._odd and n % ODD_EVERY == 7 else self.encoded(n, query.names)
            )
            last = n
        return page, None

    def _change(self, n: int, fields: Json) -> None:
        self._changes.setdefault(n, _Change()).fields |= fields
        self._changed()
        for sort in fields.keys() & self._values.keys():
            self._values[sort][n] = rank(fields, sort)
            self._orders.pop(sort, None)

    def _key(self, sort: str) -> Callable[[int], Cursor]:
        if sort == "createdAt":

            def by_native_id(n: int) -> Cursor:
                source, k = self._at(n)
                return source.native_id(k), n

            return by_native_id
        if sort not in self._values:
            values = array("q", (source.rank(k, sort) for source in self._sources for k in range(len(source))))
            for n, change in self._changes.items():
                if sort in change.fields:
                    values[n] = rank(change.fields, sort)
            self._values[sort] = values
        values = self._values[sort]
        return lambda n: (values[n], n)

    def _order(self, sort: str) -> Sequence[int]:
        """All numbers in ascending order of a field."""
        if sort not in self._orders:
            numbers = range(self._starts[-1])
            in_order = sort == "createdAt" and len(self._sources) == 1 and self._sources[0].in_order
            self._orders[sort] = numbers if in_order else array("l", sorted(numbers, key=self._key(sort)))
        return self._orders[sort]

    def _from(self, query: Query, key: Callable[[int], Any]) -> Iterator[int]:
        order = self._order(query.sort)
        if query.ascending:
            start = bisect_right(order, query.after, key=key) if query.after else 0
            return (order[place] for place in range(start, len(order)))
        end = bisect_left(order, query.after, key=key) if query.after else len(order)
        return (order[place] for place in range(end - 1, -1, -1))

    def _fits(self, n: int, query: Query) -> bool:
        if query.author is not None and self.id(n).rpartition("/")[0] != query.author:
            return False
        if query.search is not None and query.search.lower() not in self.id(n).lower():
            return False
        if query.pipeline_tag is None and not query.tags:
            return True
        record = orjson.loads(self.encoded(n, ("_id", "id", "pipeline_tag", "tags")))
        return query.pipeline_tag in (None, record.get("pipeline_tag")) and all(
            tag in record.get("tags", ()) for tag in query.tags
        )

    def _spoiled(self, n: int, names: tuple[str, ...]) -> bytes:
        record: Json = orjson.loads(self.encoded(n, names))
        match n // ODD_EVERY % 5:
            case 0:
                record.pop("id")
                record.pop("modelId", None)
            case 1:
                record["id"] = record["modelId"] = None
            case 2:
                record["id"] = n
            case 3:
                record["id"] = "../../etc/passwd\n<script>alert(1)</script>"
            case _:
                return b"null"
        return orjson.dumps(record)
