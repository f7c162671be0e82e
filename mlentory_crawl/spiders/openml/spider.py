"""OpenML."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from fair4ml.describe.digest import digest
from fair4ml.platforms import source_model
from fair4ml.platforms.openml import CENSUS_KINDS
from fair4ml.platforms.openml.addresses import HOSTS, entity_of
from fair4ml.platforms.openml.answers import Malformed, Refused, native_id, native_key
from mlentory_crawl.base_spiders.modes import ModeSpider
from mlentory_crawl.base_spiders.paginators import Cursor
from mlentory_crawl.base_spiders.paginators.offset import Offset
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import RawTuple, Wanted
from mlentory_crawl.base_spiders.stages.deletions import Deletions
from mlentory_crawl.base_spiders.walks import Place
from mlentory_crawl.catalog.commits import Missing
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.crawl.outcomes import Asked
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.responses import shown
from mlentory_crawl.spiders.openml import api
from mlentory_crawl.spiders.openml.arguments import FUNCTIONS, KINDS, OpenMLArguments
from mlentory_crawl.spiders.openml.lists import WHOLE, Lists, is_of_rows, kind_of, known_up_to, rows_of

API_SLOT = "openml.api"
FIRST_OF_EACH = 100


class OpenMLSpider(ModeSpider):
    """Datasets, tasks, flows and evaluations of OpenML, from the lists of its REST API: 1,000 rows per request.

    Domain
        openml.org
    API documentation
        https://www.openml.org/apis
    Caveats
        Lists lack creators, licenses, dates and parameters: each dataset and flow that is new or changed in them takes
        a request of its own. Changes of the description alone are not noticed.
        The JSON of evaluations does not name the dataset, so they are requested as XML.
        There is no list of changes: a delta reads the end of each list.
    """

    name = "openml"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = OpenMLArguments
    endpoint_setting = "OPENML_ENDPOINT"
    variables = (
        Variable("OPENML_ENDPOINT", api.API, "Address of OpenML's REST API; IRIs are always those of openml.org."),
    )
    hosts = HOSTS
    census_kinds = CENSUS_KINDS
    # The service has been overloaded at times, and announces no quota.
    slots: ClassVar[dict[str, dict[str, float]]] = {API_SLOT: {"concurrency": 2, "delay": 0.5}}
    arguments: OpenMLArguments

    # ListSpider
    is_divisible = True
    limit = None  # that of the arguments is one of each list, which the paginator keeps

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.accepts_deletions = self.arguments.accept_deletions
        self.stages = [Deletions(self, kind) for kind in self.census_kinds]
        self._first_only = False
        self._known: dict[str, tuple[int, int]] = {}

    def plan(self, catalog: CatalogWriter) -> None:
        super().plan(catalog)
        given = self.arguments
        self._first_only = self.mode == "census" and given.mode is None and given.limit is None

    def is_watermark(self, text: str) -> bool:
        try:
            return bool(api.marks(text))
        except ValueError:
            return False

    def begin_at(self, watermark: str) -> None:
        self._known = api.marks(watermark)

    @property
    def is_whole(self) -> bool:
        return super().is_whole and not self._first_only

    @property
    def coverage(self) -> str:
        has_all = self.mode == "ids" or (self.arguments.kinds, self.arguments.functions) == (KINDS, FUNCTIONS)
        return super().coverage if has_all else "limit"

    @property
    def _most_of_each(self) -> int | None:
        return FIRST_OF_EACH if self._first_only else self.arguments.limit

    async def start(self) -> AsyncIterator[Any]:
        if self._first_only:
            self.logger.info(
                "Fetching the first %d rows of each list; for all rows, run: mlentory crawl openml -a mode=census",
                FIRST_OF_EACH,
            )
        async for each in super().start():
            yield each

    # Lists

    @cached_property
    def paginator(self) -> Lists:
        # Half a page back, so that up to this many rows may have been deleted from the list without harm.
        starts = {name: max(0, rows - self.page_size // 2) for name, (rows, _) in self._known.items()}
        is_known = known_up_to({name: highest for name, (_, highest) in self._known.items()})
        rows = Offset(self._rows, self.page_size, rows_of, self._most_of_each, starts, is_known)
        return Lists(rows, self._request)

    def first_pages(self) -> list[Cursor]:
        lists: dict[str, list[str]] = {
            "dataset": ["dataset"],
            "task": ["estimation_procedure", "task"],
            "flow": ["flow"],
            "evaluation": [f"evaluation/{function}" for function in self.arguments.functions.split(",")],
        }
        kinds = self.arguments.kinds.split(",")
        return [self.paginator.first(name) for kind, names in lists.items() if kind in kinds for name in names]

    def _rows(self, name: str, offset: int, size: int) -> Request:
        filters = {"task": self.arguments.tasks, "flow": self.arguments.flows}
        format = api.first_format(name.partition("/")[0])
        return self._request(api.list_path(name, offset, size, filters), format)

    def _request(self, path: str, format: str = "json") -> Request:
        return Request(f"{self.endpoint}/{format}/{path}", meta={"download_slot": API_SLOT})

    def is_page(self, response: Response, cursor: Cursor) -> bool:
        # The body of a response, not its status, shows what it is.
        return True

    def take(self, items: list[Any], cursor: Cursor) -> list[Any]:
        if not is_of_rows(cursor):
            return items
        left, unread = self.paginator.rows.left(cursor), cursor.get("unread", 0)
        kept = items if left is None else items[: left + unread]
        if kept or not cursor.get("searching"):
            self._mark(cursor["list"], cursor["offset"] + len(kept) - unread, kept)
        return super().take(kept, cursor)

    def _mark(self, name: str, walked: int, items: list[Any]) -> None:
        """Note the place up to which a list has been read."""
        marks = api.marks(self.newest or self.begins_at or "")
        _, highest = marks.get(name, (0, 0))
        ids = api.numbers(name.partition("/")[0], [row for _, row in items])
        marks[name] = (walked, max([highest, *ids]))
        self.newest = api.watermark(marks)

    def newest_of(self, response: Response, items: list[Any]) -> None:
        """Do nothing: each list has a mark of its own."""

    def raw_records(self, payload: list[Any], page: int) -> Iterator[RawTuple]:
        for i, (kind, row) in enumerate(payload):
            yield kind, native_key(kind, row) or f"page-{page}-{i}", api.address_of(kind, row), row

    def leads_to(self, items: list[Any], cursor: Cursor) -> Iterator[Cursor]:
        name = cursor["list"]
        if name not in api.DESCRIPTIONS or not is_of_rows(cursor):
            return
        listed = {id: row for kind, row in items if (id := native_id(kind, row))}
        described = f"{name}_description"
        keys = [(kind, id) for id in listed for kind in (name, described)]
        known = self.run.catalog.lookup(self.run.id, self.name, keys)
        owed = {each.get("described") for place in self.run.cursor.owed if isinstance(place, list) for each in place}
        model = source_model(self.name, name)
        for id, row in listed.items():
            before, fingerprint = known.get((name, id)), digest(model, row)
            unchanged = (
                before is not None
                and not before.deleted
                and fingerprint is not None
                and before.digest == fingerprint[0]
            )
            entity = f"{api.LETTER_OF[name]}/{id}"
            if not (unchanged and (described, id) in known) and entity not in owed:
                yield self.paginator.description(name, entity)

    def again(self, response: Response, place: Place, error: ValueError) -> Iterator[Any]:
        cursor, reason = place.cursor, f"{shown(response.url)}: {error}"
        of_rows = is_of_rows(cursor)
        divisible = of_rows and cursor["list"] != WHOLE and _is_spoiled(response, error)
        if (again := self._another_try(response, error, kind_of(cursor), cursor.get("size", 0))) is not None:
            yield again
        elif isinstance(error, Refused) and (cursor["list"] == WHOLE if of_rows else error.is_denied):
            self.note(reason)
            refused = Asked("lists" if of_rows else "descriptions", ("blocked",))
            yield from self.send(response, place, [], None, refused)
        elif divisible and (part := self.paginator.rows.part(cursor)) is not None:
            yield from self.send(response, place, [], part)
        else:
            self.fail(reason)
            yield from self.lost(response.url, place)

    def whole(self, cursor: Cursor) -> Cursor:
        return self.paginator.whole(cursor)

    def spoiled_item(self, reason: str, cursor: Cursor) -> Any:
        return kind_of(cursor), super().spoiled_item(reason, cursor)

    def _another_try(self, response: Response, error: ValueError, kind: str, size: int = 0) -> Request | None:
        """Return a request to try again, in the other format or the same; None if neither can help."""
        request = response.request
        assert request is not None
        if isinstance(error, Refused) and not error.is_overload:
            return None
        format, _, path = request.url.removeprefix(f"{self.endpoint}/").partition("/")
        if isinstance(error, Malformed) and format == api.first_format(kind):
            self.logger.info("%s: %s; requesting the other format", shown(response.url), error)
            return request.replace(url=f"{self.endpoint}/{'json' if format == 'xml' else 'xml'}/{path}")
        if _is_spoiled(response, error) and size > 1:
            return None  # requesting half of it is more useful than repeating it
        return get_retry_request(request, spider=self, reason="invalid response")

    # Records that a census did not find

    def probe(self, record: Missing) -> Request:
        if "/r/" in record.iri:
            run, function = record.key.split("-")[:2]
            return self._request(f"evaluation/list/function/{function}/run/{run}", "xml")
        letter, id = record.iri.split("/")[-2:]
        return self._request(api.description_path(f"{letter}/{id}"))

    def is_gone(self, response: Response, record: Missing) -> bool | None:
        return api.denies(response)

    # Ids

    def named_requests(self) -> Iterable[Request]:
        return (self._request_of(entity) for _, entity in self.names(self.arguments.named, entity_of))

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        entity = entity_of(url)
        return None if entity is None else self._request_of(entity, seed)

    def _request_of(self, entity: str, seed: Seed | None = None) -> Request:
        letter, _, id = entity.partition("/")
        kind = api.LETTERS[letter]
        if kind == "flow":  # the list has no filter by id
            path, kind = api.description_path(entity), "flow_description"
        else:
            filter = "data_id" if kind == "dataset" else "task_id"
            path = f"{api.PATHS[kind]}/list/{filter}/{id}/status/all"
        return self.entity_request(self._request(path), Wanted(entity, kind, seed=seed))

    def parse_entity(self, response: Response, wanted: Wanted, number: int) -> Iterator[Any]:
        found: list[Any] = []
        try:
            found = [(wanted.kind, row) for row in api.rows_in(response, wanted.kind)]
            outcome = "found" if found else "missing"
        except ValueError as error:
            if again := self._another_try(response, error, wanted.kind):
                yield again
                return
            outcome = "blocked" if response.status == 403 else "failed"
            self.fail(f"{shown(response.url)}: {error}")
        asked: Asked | None = Asked(wanted.by, (outcome,), None, wanted.seed)
        if wanted.kind == "dataset" and found:
            # The list's row has the qualities, the description everything else; the dataset is counted with the latter.
            described = replace(wanted, kind="dataset_description")
            yield self.entity_request(self._request(api.description_path(wanted.name)), described)
            asked = None
        if outcome == "missing":
            self.logger.warning("%s: OpenML has no such entity, or it is private", wanted.name)
        cursor = self.cursor_after(number)
        yield from self.records_of(response, self.raw_records(found, number), (), number, cursor, asked)


def _is_spoiled(response: Response, error: ValueError) -> bool:
    """Check whether a response is successful by its status, but cannot be read."""
    return isinstance(error, Malformed) and response.status == 200
