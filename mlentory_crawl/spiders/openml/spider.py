"""OpenML."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, StringConstraints
from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from fair4ml.describe.digest import digest
from fair4ml.platforms import source_model
from fair4ml.platforms.openml.addresses import HOSTS, thing_of
from fair4ml.platforms.openml.answers import Malformed, Refused, native_id, native_key
from mlentory_crawl.base_spiders.modes import CensusArguments, ModeSpider
from mlentory_crawl.base_spiders.paginators.offset import OffsetSpider, Position
from mlentory_crawl.base_spiders.platform import Arguments
from mlentory_crawl.base_spiders.single_records import RawTuple, Wanted
from mlentory_crawl.base_spiders.stages.deletions import Absences
from mlentory_crawl.catalog.commits import Missing
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.config import Variable
from mlentory_crawl.crawl.outcomes import Asked
from mlentory_crawl.crawl.seed_list import Seed
from mlentory_crawl.responses import shown
from mlentory_crawl.spiders.openml import api

API_SLOT = "openml.api"
AUXILIARY = frozenset({"estimation_procedure"})
"""The lists that a service may lack, and that name things of others."""
FIRST_OF_EACH = 100
FUNCTIONS = "predictive_accuracy,area_under_roc_curve,root_mean_squared_error"
KINDS = "dataset,task,flow,evaluation"


def _words(pattern: str) -> AfterValidator:
    def check(text: str) -> str:
        words = text.split(",")
        if len(set(words)) < len(words) or not all(re.fullmatch(pattern, word, re.ASCII) for word in words):
            raise ValueError("should be different words with commas between")
        return text

    return AfterValidator(check)


_Ids = Annotated[str, StringConstraints(max_length=2_000), _words(r"[1-9]\d{0,17}")]


class OpenMLArguments(CensusArguments):
    """How to crawl OpenML."""

    mode: Literal["census", "delta", "ids"] | None = None
    kinds: Annotated[str, _words(KINDS.replace(",", "|"))] = KINDS
    functions: Annotated[str, _words(r"\w{1,128}")] = FUNCTIONS
    tasks: _Ids | None = None
    flows: _Ids | None = None

    @property
    def is_whole(self) -> bool:
        return self.limit is None and self.tasks is None and self.flows is None


class OpenMLSpider(ModeSpider, OffsetSpider):
    """Datasets, tasks, flows and evaluations of OpenML, by the lists of its REST API: 1,000 rows a request.

    Domain
        openml.org
    Spider arguments
        mode: census (all lists), delta (what the lists have more than at the last crawl) or ids. Without it a delta, or
        in a catalog that has no watermark yet, the first rows of each list.
        kinds: which of dataset, task, flow, evaluation to crawl.
        functions: the measures whose evaluations to crawl.
        tasks, flows: only evaluations on tasks, of flows, with these ids.
        limit: how many rows of each list to fetch at the most.
        ids: a file with one thing a line, or a list with commas: f/100, d/61, t/59; URLs of their pages are understood.
        accept_deletions: let a census mark as deleted even more than 2 % of the records of a kind.
    API documentation
        https://www.openml.org/apis
    Caveats
        Lists show nothing of creators, licenses, dates and parameters: datasets and flows that are new or changed there
        cost a request each. A description that is changed alone is not noticed.
        The JSON of evaluations does not name the dataset: they are asked for as XML.
        Nothing tells what was modified: a delta reads the end of the lists.
    """

    name = "openml"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = OpenMLArguments
    endpoint_setting = "OPENML_ENDPOINT"
    variables = (Variable("OPENML_ENDPOINT", api.API, "The REST API of OpenML; IRIs stay those of openml.org."),)
    hosts = HOSTS
    census_kinds = tuple(KINDS.split(","))
    # The service has been short of breath; no quota is announced.
    slots: ClassVar[dict[str, dict[str, float]]] = {API_SLOT: {"concurrency": 2, "delay": 0.5}}
    arguments: OpenMLArguments

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.accepts_deletions = self.arguments.accept_deletions
        self.stages = [Absences(self, kind) for kind in self.census_kinds]
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
    def limit(self) -> int | None:
        return FIRST_OF_EACH if self._first_only else self.arguments.limit

    async def start(self) -> AsyncIterator[Any]:
        if self._first_only:
            self.logger.info(
                "Fetching the first %d of each list; all of them: scrapy crawl openml -a mode=census", FIRST_OF_EACH
            )
        async for each in super().start():
            yield each

    # Lists

    @property
    def lists(self) -> Sequence[str]:
        lists: dict[str, list[str]] = {
            "dataset": ["dataset"],
            "task": ["estimation_procedure", "task"],
            "flow": ["flow"],
            "evaluation": [f"evaluation/{function}" for function in self.arguments.functions.split(",")],
        }
        kinds = self.arguments.kinds.split(",")
        return [name for kind, names in lists.items() if kind in kinds for name in names]

    def list_request(self, name: str, offset: int, size: int) -> Request:
        page = f"limit/{size}/offset/{offset}"
        kind, _, function = name.partition("/")
        if kind == "evaluation":
            narrowed = (("task", self.arguments.tasks), ("flow", self.arguments.flows))
            filters = "".join(f"{filter}/{ids}/" for filter, ids in narrowed if ids)
            return self._request(f"evaluation/list/function/{function}/{filters}{page}", kind, format="xml")
        if kind == "estimation_procedure":
            return self._request("estimationprocedure/list", kind)
        if kind == "flow":
            return self._request(f"flow/list/{page}", kind)
        return self._request(f"{'data' if kind == 'dataset' else kind}/list/status/all/{page}", kind)

    def is_paged(self, name: str) -> bool:
        return name != "estimation_procedure"

    def _request(self, path: str, kind: str, *, format: str = "json", **meta: Any) -> Request:
        meta |= {"download_slot": API_SLOT, "kind": kind}
        return Request(f"{self.endpoint}/{format}/{path}", meta=meta)

    def payload(self, response: Response) -> list[Any]:
        """The rows of an answer, each with the kind of record that it is."""
        return api.rows_in(response, response.meta["kind"])

    def raw_records(self, payload: list[Any], page: int) -> Iterator[RawTuple]:
        for i, (kind, row) in enumerate(payload):
            yield kind, native_key(kind, row) or f"page-{page}-{i}", api.address_of(kind, row), row

    def wanting(self, name: str, payload: list[Any]) -> list[str]:
        if name not in api.DESCRIPTIONS:
            return []
        listed = {id: row for kind, row in payload if (id := native_id(kind, row))}
        described = f"{name}_description"
        keys = [(kind, id) for id in listed for kind in (name, described)]
        known = self.run.catalog.lookup(self.run.id, self.name, keys)
        places = [place for place in self.run.cursor.owed if isinstance(place, str)]
        owed = {thing for place in places for thing in Position.parse(place).things}
        model, found = source_model(self.name, name), []
        for id, row in listed.items():
            before, told = known.get((name, id)), digest(model, row)
            unchanged = before is not None and not before.deleted and told is not None and before.digest == told[0]
            if not unchanged or (described, id) not in known:
                found.append(f"{api.LETTER_OF[name]}/{id}")
        return [thing for thing in found if thing not in owed]

    def thing_of_list_request(self, thing: str) -> Request:
        letter, _, id = thing.partition("/")
        return self._request(f"{api.PATHS[api.LETTERS[letter]]}/{id}", f"{api.LETTERS[letter]}_description")

    def again(self, response: Response, error: ValueError) -> Iterator[Any]:
        assert response.request is not None
        position, reason = Position.parse(response.meta["position"]), f"{shown(response.url)}: {error}"
        if (again := self._another_try(response, error)) is not None:
            yield again
        elif isinstance(error, Refused) and (error.is_denied if position.things else position.list in AUXILIARY):
            self.note(reason)
            yield from self.pass_over(response, Asked("descriptions" if position.things else "lists", ("blocked",)))
        elif _is_spoiled(response, error) and not position.things and self.is_paged(position.list):
            yield from self.divide(response, reason)
        else:
            self.fail(reason)
            yield from self.lost(response.request)

    def spoiled_row(self, response: Response, reason: str) -> Any:
        return response.meta["kind"], super().spoiled_row(response, reason)

    def _another_try(self, response: Response, error: ValueError) -> Request | None:
        """The request that may bring what an answer did not: in the other format, or the same again."""
        request = response.request
        assert request is not None
        if isinstance(error, Refused) and not error.is_overload:
            return None
        if isinstance(error, Malformed) and not request.meta.get("other_format"):
            format, _, path = request.url.removeprefix(f"{self.endpoint}/").partition("/")
            url = f"{self.endpoint}/{'json' if format == 'xml' else 'xml'}/{path}"
            self.logger.info("%s: %s: asking for the other format", shown(response.url), error)
            return request.replace(url=url, meta={**request.meta, "other_format": True})
        if _is_spoiled(response, error) and Position.parse(request.meta.get("position", "- 0")).size > 1:
            return None  # half of it tells more than the same again
        return get_retry_request(request, spider=self, reason="invalid answer")

    # Deltas

    def beginning(self, name: str) -> Position:
        rows, _ = self._known.get(name, (0, 0))
        # Half a page back: so many rows may have been taken out of the list without harm.
        offset = max(0, rows - self.page_size // 2)
        return Position(name, offset, searching=offset > 0)

    def is_known(self, position: Position, payload: list[Any]) -> bool:
        _, highest = self._known.get(position.list, (0, 0))
        return any(id <= highest for id in api.numbers(payload))

    def walked(self, position: Position, payload: list[Any]) -> None:
        marks = api.marks(self.newest or self.begins_at or "")
        _, highest = marks.get(position.list, (0, 0))
        marks[position.list] = (position.offset + len(payload), max([highest, *api.numbers(payload)]))
        self.newest = api.watermark(marks)

    # What a census does not show

    def probe(self, record: Missing) -> Request:
        if "/r/" in record.iri:
            run, function = record.key.split("-")[:2]
            return self._request(f"evaluation/list/function/{function}/run/{run}", "evaluation", format="xml")
        letter, id = record.iri.split("/")[-2:]
        return self._request(f"{api.PATHS[api.LETTERS[letter]]}/{id}", api.LETTERS[letter])

    def is_gone(self, response: Response, record: Missing) -> bool | None:
        return api.denies(response)

    # Ids

    def named_requests(self) -> Iterable[Request]:
        return (self._request_of(Wanted(thing)) for _, thing in self.names(self.arguments.named, thing_of))

    def seed_request(self, url: str, seed: Seed) -> Request | None:
        thing = thing_of(url)
        return None if thing is None else self._request_of(Wanted(thing, seed=seed))

    def _request_of(self, wanted: Wanted) -> Request:
        letter, _, id = wanted.name.partition("/")
        if letter == "f":  # no filter of the list finds a flow
            return self.thing_request(self.thing_of_list_request(wanted.name), wanted)
        kind = api.LETTERS[letter]
        filter = "data_id" if kind == "dataset" else "task_id"
        return self.thing_request(self._request(f"{api.PATHS[kind]}/list/{filter}/{id}/status/all", kind), wanted)

    def parse_thing(self, response: Response, wanted: Wanted, number: int) -> Iterator[Any]:
        found: list[Any] = []
        try:
            found = self.payload(response)
            outcome = "found" if found else "missing"
        except ValueError as error:
            if again := self._another_try(response, error):
                yield again
                return
            outcome = "blocked" if response.status == 403 else "failed"
            self.fail(f"{shown(response.url)}: {error}")
        asked: Asked | None = Asked(wanted.by, (outcome,), None, wanted.seed)
        if response.meta["kind"] == "dataset" and found:
            # The list's row has the qualities, the description all else; the thing is counted with the latter.
            yield self.thing_request(self.thing_of_list_request(wanted.name), wanted)
            asked = None
        if outcome == "missing":
            self.logger.warning("%s: OpenML has no such thing, or does not show it", wanted.name)
        cursor = self.cursor_after(number)
        yield from self.records_of(response, self.raw_records(found, number), (), number, cursor, asked)


def _is_spoiled(response: Response, error: ValueError) -> bool:
    """Whether an answer is one, and cannot be read."""
    return isinstance(error, Malformed) and response.status == 200
