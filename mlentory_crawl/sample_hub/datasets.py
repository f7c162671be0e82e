"""The Hub's API for datasets and owners: those that the models name exist, and each is always the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any
from urllib.parse import parse_qsl, quote

import orjson

from mlentory_crawl.sample_hub.dataset_records import croissant, dataset
from mlentory_crawl.sample_hub.given import rank
from mlentory_crawl.sample_hub.hub import Cursor, Hub, Page, Query
from mlentory_crawl.sample_hub.messages import Answer, Refused, Request
from mlentory_crawl.sample_hub.owners import is_organization, overview
from mlentory_crawl.sample_hub.queries import expanded, listing, read_query, repository_id
from mlentory_crawl.sample_hub.templates import Json

EXPANDABLE = (
    "author cardData citation createdAt description disabled downloads downloadsAllTime gated lastModified likes "
    "mainSize paperswithcode_id private resourceGroup sha siblings tags trendingScore usedStorage"
).split()
"""The fields of datasets that can be requested."""

MOVED_TO = "harbor-commons"
"""The present owner of the dataset that was renamed."""

_LISTED = (
    "_id id author disabled gated lastModified likes trendingScore private sha description citation downloads "
    "paperswithcode_id tags createdAt"
).split()
_FULL = ["cardData", "siblings"]
_NOT_BY_DEFAULT = {"downloadsAllTime", "trendingScore", "mainSize", "resourceGroup"}
_NAMING = ("_id", "id", "tags", "cardData", "model-index", "evalResults")
_ID = re.compile(r"(?:[A-Za-z0-9][\w.-]*/)?[A-Za-z0-9][\w.-]*", re.ASCII)
_KINDS = {"organizations": True, "users": False}


@dataclass(slots=True)
class _Named:
    """The datasets and owners that the models name in some state of the hub.

    Attributes:
        records: the existing datasets, oldest first.
        numbers: their positions, by id in lower case, including former ids.
        owners: names of owners by the name in lower case.
        models, datasets: how many each owner has, by name in lower case.
    """

    records: list[Json]
    numbers: dict[str, int] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    models: Counter[str] = field(default_factory=Counter)
    datasets: Counter[str] = field(default_factory=Counter)


class Datasets:
    """Answers requests about the datasets and owners that models name.

    One dataset in eight and one owner in twenty are missing, as on the Hub, where they come and go, and one dataset has
    a new name.

    Args:
        hub: the models.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._state: tuple[int, _Named] | None = None

    def page(self, request: Request, refuse: Collection[str]) -> Answer:
        """The answer to a request for a list of datasets."""
        query = read_query("datasets", request, _legal(refuse), _LISTED, _FULL)
        return listing("datasets", request, *self._page(query))

    def info(self, segments: list[str], revision: str | None, request: Request, refuse: Collection[str]) -> Answer:
        """The answer to a request for one dataset."""
        suffix = f"/revision/{quote(revision, safe='')}" if revision is not None else ""
        record = self._dataset("dataset", segments, request, suffix)
        if revision not in (None, "main", record["sha"]):
            raise Refused(Answer.error("dataset", 404, f"Invalid rev id: {revision}", "RevisionNotFound"))
        names = expanded("dataset", parse_qsl(request.query, keep_blank_values=True), _legal(refuse))
        if names is None:
            names = tuple(name for name in record if name not in _NOT_BY_DEFAULT)
        return Answer("dataset", body=_projected(record, names))

    def croissant(self, segments: list[str], request: Request) -> Answer:
        """The answer to a request for the Croissant of a dataset; datasets that nobody has converted have none."""
        record = self._dataset("croissant", segments, request, "/croissant")
        found = croissant(record)
        if found is None:
            return Answer.error("croissant", 404, "Croissant metadata is not available for this dataset.")
        return Answer("croissant", body=orjson.dumps(found))

    def owner(self, kind: str, name: str, request: Request) -> Answer:
        """The answer to a request for the overview of an owner; owners of the other kind are not found.

        Args:
            kind: ``organizations`` or ``users``.
            name: the name of the owner.
            request: the request.
        """
        named = self._named()
        known = named.owners.get(name.lower())
        if known is None:
            raise Refused.missing("owner", request)
        if is_organization(known) != _KINDS[kind]:
            return Answer.error("owner", 404, "Not Found")
        if known != name:
            return Answer.redirect("owner", f"/api/{kind}/{quote(known)}/overview")
        key = known.lower()
        return Answer("owner", body=orjson.dumps(overview(known, named.models[key], named.datasets[key])))

    def _dataset(self, route: str, segments: list[str], request: Request, suffix: str) -> Json:
        id = repository_id(route, segments)
        named = self._named()
        n = named.numbers.get(id.lower())
        if n is None:
            raise Refused.missing(route, request)
        record = named.records[n]
        if record["id"] != id:
            query = f"?{request.query}" if request.query else ""
            raise Refused(Answer.redirect(route, f"/api/datasets/{quote(record['id'])}{suffix}{query}"))
        return record

    def _page(self, query: Query) -> Page:
        records = self._named().records
        places: list[tuple[Cursor, Json]] = [
            ((record["_id"] if query.sort == "createdAt" else rank(record, query.sort), n), record)
            for n, record in enumerate(records)
        ]
        places.sort(key=lambda place: place[0], reverse=not query.ascending)
        found = []
        for place, record in places:
            ahead = query.after is None or ((place > query.after) if query.ascending else (place < query.after))
            if ahead and _fits(record, query):
                found.append((place, _projected(record, query.names)))
        more = len(found) > query.limit
        page = found[: query.limit]
        return b"[" + b",".join(body for _, body in page) + b"]", page[-1][0] if more else None

    def _named(self) -> _Named:
        if self._state is None or self._state[0] != self._hub.changes:
            self._state = self._hub.changes, _found(self._hub)
        return self._state[1]


def _legal(refuse: Collection[str]) -> list[str]:
    return [name for name in EXPANDABLE if name not in refuse]


def _projected(record: Json, names: Collection[str]) -> bytes:
    return orjson.dumps({name: record[name] for name in names if name in record})


def _fits(record: Json, query: Query) -> bool:
    if query.author is not None and record["id"].rpartition("/")[0] != query.author:
        return False
    if query.search is not None and query.search.lower() not in record["id"].lower():
        return False
    return all(tag in record.get("tags", ()) for tag in query.tags)


def _found(hub: Hub) -> _Named:
    models: Counter[str] = Counter()
    ids: dict[str, str] = {}
    owners: dict[str, str] = {}
    read: set[tuple[int, int]] = set()
    for n in hub.numbers():
        owner = hub.id(n).rpartition("/")[0]
        if owner:
            models[owner.lower()] += 1
            owners.setdefault(owner.lower(), owner)
        content = hub.content(n)
        if content not in read:
            read.add(content)
            for id in _ids(orjson.loads(hub.encoded(n, _NAMING))):
                ids.setdefault(id.lower(), id)
    there = sorted(id for id in ids.values() if not _is_missing("dataset", id, 8))
    moved: dict[str, str] = {}
    # One with an owner, if possible: a dataset without an owner is not requested by such a name.
    for old in sorted((id for id in there if not id.startswith(f"{MOVED_TO}/")), key=lambda id: "/" not in id)[:1]:
        there.remove(old)
        moved[old] = f"{MOVED_TO}/{old.rpartition('/')[2]}"
    present = {id.lower(): dataset(id) for id in (*there, *moved.values())}
    named = _Named(sorted(present.values(), key=lambda record: str(record["_id"])), models=models)
    named.numbers = {record["id"].lower(): n for n, record in enumerate(named.records)}
    named.numbers |= {old.lower(): named.numbers[new.lower()] for old, new in moved.items()}
    for record in named.records:
        if owner := record["id"].rpartition("/")[0]:
            named.datasets[owner.lower()] += 1
            owners.setdefault(owner.lower(), owner)
    named.owners = {key: owner for key, owner in owners.items() if not _is_missing("owner", owner, 20)}
    return named


def _is_missing(kind: str, name: str, one_in: int) -> bool:
    return int.from_bytes(sha1(f"{kind} {name.lower()}".encode()).digest()[:4]) % one_in == 0


def _ids(record: Json) -> Iterator[str]:
    """The ids of the datasets that a model was trained or evaluated with; names that cannot be an id are skipped."""
    for text in _texts(record):
        if isinstance(text, str) and _ID.fullmatch(text) and ".." not in text and "--" not in text:
            yield text


def _texts(record: Json) -> Iterator[Any]:
    for tag in _list(record.get("tags")):
        if isinstance(tag, str) and tag.startswith("dataset:"):
            yield tag.removeprefix("dataset:")
    card = _object(record.get("cardData"))
    yield from _list(card.get("datasets"))
    for index in (*_list(record.get("model-index")), *_list(card.get("model-index"))):
        for result in _list(_object(index).get("results")):
            yield _object(_object(result).get("dataset")).get("type")
    for entry in _list(record.get("evalResults")):
        yield _object(_object(_object(entry).get("data", entry)).get("dataset")).get("id")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
