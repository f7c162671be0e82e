"""Walks over lists, step by step and without a crawl: what is asked for after a page, whatever came of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy import Request
from scrapy.http import Response
from support.http_servers import Answer
from support.walking import made, walked

from mlentory_crawl.base_spiders.listing import ListSpider
from mlentory_crawl.base_spiders.paginators import Cursor, ListPage
from mlentory_crawl.base_spiders.paginators.offset import Offset
from mlentory_crawl.base_spiders.single_records import RawTuple, Wanted
from mlentory_crawl.base_spiders.walks import MOST_REPEATED, Place, Walk

URL = "https://zoo.test/animals"


class ZooSpider(ListSpider):
    """Animals, each with keepers of its own, and plants."""

    name = "zoo"
    endpoint_setting = "ZOO_ENDPOINT"
    mode = "census"
    coverage = "census"
    resumable = True
    page_size = 2

    @cached_property
    def paginator(self) -> Offset:
        return Offset(self._ask, self.page_size)

    def _ask(self, name: str, offset: int, size: int) -> Request:
        return Request(f"{self.endpoint}/{name}?offset={offset}")

    def first_pages(self) -> list[Cursor]:
        return [self.paginator.first(name) for name in ("animals", "plants")]

    def leads_to(self, items: list[Any], cursor: Cursor) -> Iterable[Cursor]:
        return [self.paginator.first(f"keepers-{item}") for item in items if cursor["list"] == "animals"]

    def raw_records(self, payload: list[Any], page: int) -> Iterator[RawTuple]:
        return (("model", str(item), URL, {"id": item}) for item in payload)


class Forest(ZooSpider):
    """The same, of which each list can be walked without the others."""

    is_divisible = True


LISTS: dict[str, list[Any]] = {"animals": [1, 2, 3], "keepers-1": ["a"], "plants": [8]}
WHOLE = [
    "animals 0", "keepers-1 0", "keepers-1 1", "keepers-2 0", "animals 2", "keepers-3 0", "animals 3",
    "plants 0", "plants 1",
]  # fmt: skip


class Service:
    """Answers requests of a spider.

    Attributes:
        broken: the pages that it cannot give.
        lists: what it has.
        most: how many requests it answers.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.broken: set[str] = set()
        self.lists = dict(LISTS)
        self.most = 1_000

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        name, offset = _place(path).split()
        items = self.lists.get(name, [])[int(offset) :][:2]
        return 200, {}, b"broken" if _place(path) in self.broken else json.dumps(items).encode()

    def begin(self, spider_class: type[ZooSpider] = ZooSpider) -> ZooSpider:
        """A spider with its run."""
        return made(spider_class, self.data_dir, "https://zoo.test")

    def follow(self, spider: ZooSpider, *requests: Request) -> list[str]:
        """The pages that are asked for, each once."""
        asked, _ = walked(spider, self.answer, *requests, most=self.most)
        return [_place(each.url) for each in asked if "retry_times" not in each.meta]

    def walk(self, spider_class: type[ZooSpider] = ZooSpider) -> tuple[list[str], ZooSpider]:
        """The same of a whole run, and its spider."""
        spider = self.begin(spider_class)
        return self.follow(spider), spider


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path[1:]} {parse_qs(parts.query)['offset'][0]}"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path)


def test_what_a_page_leads_to_comes_before_its_list_goes_on(service: Service) -> None:
    asked, spider = service.walk()
    assert asked == WHOLE
    assert (spider.listed, spider.failures) == (5, [])
    assert json.loads(spider.run.cursor.json() or b"")["next"] is None


@pytest.mark.parametrize("after", range(1, len(WHOLE)))
def test_a_run_goes_on_after_the_last_page_that_was_stored(service: Service, after: int) -> None:
    service.most = after
    first, before = service.walk()
    service.most = 1_000
    second, spider = service.walk()
    assert first + second == WHOLE
    assert (before.run.id, spider.listed) == (spider.run.id, 5)


def test_a_page_that_cannot_be_had_is_where_the_same_command_begins_again(service: Service) -> None:
    service.broken = {"animals 2"}
    asked, spider = service.walk()
    assert asked == WHOLE[:5]
    assert len(spider.failures) == 1
    service.broken = set()
    assert service.walk()[0] == WHOLE[4:]


def test_lists_that_do_not_depend_on_a_page_are_walked_without_it(service: Service) -> None:
    service.broken = {"animals 2"}
    asked, spider = service.walk(Forest)
    assert asked == [*WHOLE[:5], "plants 0", "plants 1"]
    assert len(spider.failures) == 1
    # What is owed brings along what follows on it, which may be lost in its turn.
    service.broken = {"animals 3"}
    assert service.walk(Forest)[0] == ["animals 2", "keepers-3 0", "animals 3"]
    service.broken = set()
    assert service.walk(Forest)[0] == ["animals 3"]
    assert service.walk(Forest)[0] == []


def test_a_list_that_goes_in_a_circle_is_left_and_told_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    at = iter([1, 2, 1])
    read = Offset.read

    def circling(self: Offset, response: Response, cursor: Cursor) -> ListPage:
        page = read(self, response, cursor)
        return replace(page, next={**cursor, "offset": next(at)}) if cursor["list"] == "plants" else page

    monkeypatch.setattr(Offset, "read", circling)
    asked, spider = service.walk()
    assert asked == [*WHOLE[:7], "plants 0", "plants 1", "plants 2"]
    assert spider.failures == ["https://zoo.test/plants links to a page that was already fetched"]
    # What was not walked is owed.
    monkeypatch.undo()
    assert service.walk()[0] == ["plants 1"]


def test_two_walks_over_one_list_are_no_circle(service: Service) -> None:
    spider = service.begin()
    asked = service.follow(spider, *(spider.walk(spider.first_pages()) for _ in range(2)))
    assert sorted(asked) == sorted([*WHOLE, *WHOLE])
    assert spider.failures == []


def test_a_walk_that_something_else_asks_for_is_counted_apart(service: Service) -> None:
    service.lists["guests"] = [5, 6, 7]
    spider = service.begin(Forest)
    guests = spider.walk([spider.paginator.first("guests")], Wanted("guests", by="visits"))
    assert service.follow(spider, guests) == ["guests 0", "guests 2", "guests 3"]
    assert (spider.listed, spider.failures) == (0, [])


class Few(Forest):
    """The same, of which three are enough."""

    limit = 3


def test_what_limits_the_lists_limits_no_walk_that_something_else_asks_for(service: Service) -> None:
    service.lists["guests"] = [5, 6, 7]
    spider = service.begin(Few)
    spider.listed = 3
    guests = spider.walk([spider.paginator.first("guests")], Wanted("guests", by="visits"))
    assert service.follow(spider, guests) == ["guests 0", "guests 2", "guests 3"]


def place(*rest: Cursor, **cursor: Any) -> Place:
    return Place(Walk(), cursor, list(rest), 0)


def test_a_page_may_come_again_where_what_follows_it_is_another() -> None:
    walk = Walk()
    b, rest, other = {"url": "b"}, {"list": "rest"}, {"list": "other"}
    assert walk.circle(place(rest, url="a"), b, URL, 0) is None
    assert walk.circle(place(other, url="a"), b, URL, 0) is None
    told = walk.circle(place(rest, url="c"), b, f"{URL}?token=secret", 0)
    assert told == f"{URL} links to a page that was already fetched"


def test_a_page_that_leads_to_itself_is_a_circle() -> None:
    assert Walk().circle(place(url="a"), {"url": "a"}, URL, 0) is not None


@pytest.mark.parametrize(("repeated", "is_told"), [(MOST_REPEATED - 1, False), (MOST_REPEATED, True)])
def test_after_many_pages_with_nothing_new_a_list_is_left(repeated: int, is_told: bool) -> None:
    told = Walk().circle(place(url="a"), {"url": "b"}, URL, repeated)
    assert (told is not None) == is_told
    if told is not None:
        assert told.endswith("pages in a row had no new records")
