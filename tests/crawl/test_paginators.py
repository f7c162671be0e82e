"""Pages of lists, as paginators ask for them and read them."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from scrapy import Request
from scrapy.http import Response

from fair4ml.read.json_text import SPOILED
from mlentory_crawl.base_spiders.paginators import Cursor, ListPage, Paginator
from mlentory_crawl.base_spiders.paginators.link_header import LinkHeader
from mlentory_crawl.base_spiders.paginators.offset import MOST_UNREAD, Offset
from mlentory_crawl.base_spiders.paginators.page_number import PageNumber
from mlentory_crawl.base_spiders.paginators.token import Token

API = "https://zoo.example/api"


def answer(told: Any, **headers: str) -> Response:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Response(API, body=body, headers=dict(headers))


def read(paginator: Paginator, told: Any, cursor: Cursor | None = None, **headers: str) -> ListPage:
    page = paginator.read(answer(told, **headers), paginator.first() if cursor is None else cursor)
    assert page.next is None or orjson.loads(orjson.dumps(page.next)) == page.next
    return page


# Links

LINKS = LinkHeader(f"{API}?limit=2")


def test_a_link_leads_to_the_next_page() -> None:
    assert LINKS.request(LINKS.first()).url == f"{API}?limit=2"
    page = read(LINKS, [1, 2], Link='<https://zoo.example/api?cursor=b>; rel="next"')
    assert (page.items, page.next) == ([1, 2], {"url": f"{API}?cursor=b"})
    assert page.next is not None
    assert LINKS.request(page.next).url == f"{API}?cursor=b"
    assert read(LINKS, [3]) == ListPage([3], None)


def test_nothing_follows_an_empty_list_whatever_it_links_to() -> None:
    assert read(LINKS, [], Link='<https://zoo.example/api?cursor=b>; rel="next"') == ListPage([], None)


def test_a_link_is_asked_for_as_the_spider_says() -> None:
    links = LinkHeader(f"{API}?limit=2", lambda url: Request(url, headers={"X-Key": "k"}))
    assert links.request(links.first()).headers["X-Key"] == b"k"


def test_an_answer_that_is_no_list_is_no_page() -> None:
    with pytest.raises(ValueError, match="expected a list, got dict"):
        read(LINKS, {"error": "busy"})
    with pytest.raises(ValueError, match="not valid JSON"):
        read(LINKS, b"<html>")


# Tokens

TOKENS = Token(lambda cursor: Request(f"{API}?token={cursor.get('token', '')}&of={cursor.get('of', '')}"), "models")


def test_a_token_leads_to_the_next_page_of_the_same_list() -> None:
    assert TOKENS.request(TOKENS.first()).url == f"{API}?token=&of="
    page = read(TOKENS, {"models": [1], "next_page_token": "b"}, {"of": "ann"})
    assert page == ListPage([1], {"of": "ann", "token": "b"})
    assert page.next is not None
    assert TOKENS.request(page.next).url == f"{API}?token=b&of=ann"


@pytest.mark.parametrize(
    ("told", "page"),
    [
        ({"models": [1]}, ListPage([1], None)),
        ({"models": [1], "next_page_token": ""}, ListPage([1], None)),
        ({"models": [], "next_page_token": "b"}, ListPage([], {"token": "b"})),
        ({"next_page_token": "b"}, ListPage([], {"token": "b"})),
        ({}, ListPage([], None)),
    ],
)
def test_a_list_of_tokens_ends_where_there_is_none(told: Any, page: ListPage) -> None:
    assert read(TOKENS, told) == page


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([1], "expected an object, got list"),
        ({"models": {"1": 1}}, "expected a list in the field models, got dict"),
        ({"models": [1], "next_page_token": "a"}, "the field next_page_token does not lead to another page"),
        ({"models": [1], "next_page_token": 7}, "the field next_page_token does not lead to another page"),
        (b'{"models": [', "not valid JSON"),
    ],
)
def test_what_is_no_page_of_a_list_with_tokens(told: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(TOKENS, told, {"token": "a"})


# Numbers


def numbered(**options: Any) -> PageNumber:
    return PageNumber(lambda name, page: Request(f"{API}/{name}?page={page}"), page_size=2, **options)


SECOND = {"list": "papers", "page": 2, "seen": 2}
THIRD = {"list": "papers", "page": 3, "seen": 4}


def test_pages_are_asked_for_by_their_number() -> None:
    pages = numbered()
    assert pages.request(pages.first("papers")).url == f"{API}/papers?page=1"
    assert pages.request(SECOND).url == f"{API}/papers?page=2"


@pytest.mark.parametrize(
    ("told", "following"),
    [
        ({"results": [1, 2]}, THIRD),
        ({"items": [1, 2]}, THIRD),
        ({"results": [1]}, None),  # shorter than what was asked for
        ({"results": []}, None),
        ({"results": [1, 2], "count": 4}, None),
        ({"results": [1, 2], "total": 5}, THIRD),
        ({"results": [1], "count": 5}, {**THIRD, "seen": 3}),  # the service makes pages smaller
        ({"results": [], "count": 5}, None),
        ({"results": [1, 2], "count": "many"}, THIRD),
        ({"results": [1, 2], "count": True}, THIRD),
        ({"results": [1], "next_page": 3}, {**THIRD, "seen": 3}),
        ({"results": [1, 2], "next_page": None}, None),
        ({"results": [], "next_page": 3}, None),
        ({"results": [1, 2], "page": 2}, THIRD),
    ],
)
def test_a_numbered_list_goes_on_as_far_as_it_says(told: Any, following: Cursor | None) -> None:
    assert read(numbered(), told, SECOND).next == following


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([1], "expected an object, got list"),
        ({"count": 7}, "expected a list in the field results or items, got none"),
        ({"results": {"a": 1}}, "expected a list in the field results or items, got none"),
        ({"results": [1], "page": 4}, "expected page 3 of papers, got page 4"),
        ({"results": [1], "next_page": 1}, "expected 4 as the page after page 3 of papers, got 1"),
        ({"results": [1], "count": 1}, "papers continues after page 2, although its total is 1"),
    ],
)
def test_what_is_no_page_of_a_numbered_list(told: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(numbered(), told, THIRD)


def test_the_page_before_again_is_no_page() -> None:
    pages = numbered()
    read(pages, {"results": [1, 2]}, SECOND)
    with pytest.raises(ValueError, match="page 3 of papers is the same as page 2"):
        read(pages, {"results": [1, 2]}, THIRD)
    read(pages, {"results": [1, 2]}, {**THIRD, "list": "tasks"})
    read(pages, {"results": [1, 2]}, {**THIRD, "list": "tasks"})  # asked for once more


def test_a_numbered_list_is_cut_at_its_limit() -> None:
    pages = numbered(limits={"papers": 3})
    assert read(pages, {"results": [1, 2], "count": 9}, pages.first("papers")).next == SECOND
    assert read(pages, {"results": [3, 4], "count": 9}, SECOND) == ListPage([3], None)
    assert read(pages, {"results": [3], "count": 9}, SECOND) == ListPage([3], None)
    assert read(pages, {"results": [5, 6], "count": 9}, {**SECOND, "list": "tasks"}).items == [5, 6]


def test_what_a_page_says_beside_its_list_is_looked_at() -> None:
    def check(cursor: Cursor, told: dict[str, Any]) -> None:
        if told.get("since") != "2024":
            raise ValueError(f"{cursor['list']} of another year")

    pages = numbered(check=check)
    assert read(pages, {"results": [1], "since": "2024"}, SECOND).items == [1]
    with pytest.raises(ValueError, match="papers of another year"):
        read(pages, {"results": [1]}, SECOND)


# Offsets


def rows_of(**options: Any) -> Offset:
    return Offset(lambda name, offset, size: Request(f"{API}/{name}?{offset}+{size}"), page_size=4, **options)


def place(offset: int, **further: Any) -> Cursor:
    return {"list": "tasks", "offset": offset, **further}


def test_rows_are_asked_for_by_their_offset() -> None:
    rows = rows_of()
    assert rows.request(rows.first("tasks")).url == f"{API}/tasks?0+4"
    assert read(rows, [1, 2, 3], rows.first("tasks")) == ListPage([1, 2, 3], place(3))  # the service may give less
    assert read(rows, [], place(3)) == ListPage([], None)


def test_a_list_that_says_how_many_there_are_ends_there() -> None:
    def total(response: Response, cursor: Cursor) -> tuple[list[Any], int | None]:
        told = json.loads(response.body)
        return told["items"], told.get("total")

    rows = rows_of(rows=total, ends_when_short=True)
    assert read(rows, {"items": [1, 2], "total": 3}, place(0)).next == place(2)
    assert read(rows, {"items": [3], "total": 3}, place(2)).next is None
    assert read(rows, {"items": [1, 2, 3]}, place(0)).next is None
    assert read(rows, {"items": [1, 2, 3, 4]}, place(0)).next == place(4)


def test_a_limit_is_of_rows_of_each_list() -> None:
    rows = rows_of(limit=6, starts={"flows": 10})
    assert rows.request(place(0)).url == f"{API}/tasks?0+4"
    assert rows.request(place(4)).url == f"{API}/tasks?4+2"
    assert read(rows, [1, 2, 3], place(0)).next == place(3)
    assert read(rows, [5], place(4)).next == place(5)
    assert read(rows, [5, 6], place(4)).next is None
    assert read(rows, [5, 6, 7], place(4)).next is None
    assert (rows.left(place(4)), rows.left({"list": "flows", "offset": 14})) == (2, 2)
    assert rows_of().left(place(4)) is None


def test_a_list_is_begun_where_it_is_known_and_before_it_where_that_is_not() -> None:
    rows = rows_of(starts={"tasks": 6}, is_known=lambda name, rows: name == "tasks" and 7 in rows)
    first = rows.first("tasks")
    assert first == place(6, searching=True)
    assert rows.first("flows") == {"list": "flows", "offset": 0}
    assert read(rows, [7, 8], first) == ListPage([7, 8], place(8))
    assert read(rows, [9], first) == ListPage([], place(2, searching=True))
    assert read(rows, [], first) == ListPage([], place(2, searching=True))
    assert read(rows, [9], place(2, searching=True)) == ListPage([], place(0))  # nothing lies before the first row
    assert read(rows, [9], place(0)) == ListPage([9], place(1))


def test_a_page_that_cannot_be_read_is_halved_down_to_its_row() -> None:
    rows = rows_of()
    sizes, cursor = [], rows.part(place(8))
    while cursor is not None and not cursor.get("unread"):
        sizes.append((cursor["offset"], cursor["size"]))
        assert rows.request(cursor).url == f"{API}/tasks?8+{cursor['size']}"
        cursor = rows.part(cursor)
    assert sizes == [(8, 2), (8, 1)]
    assert cursor == place(9, size=1, unread=1)


def test_rows_that_could_not_be_read_come_with_a_page_after_them_and_pages_grow_again() -> None:
    page = read(rows_of(), [10], place(10, size=1, unread=2))
    assert [SPOILED in item if isinstance(item, dict) else item for item in page.items] == [True, True, 10]
    assert page.next == place(11, size=2)
    assert read(rows_of(), [11, 12], place(11, size=2)).next == place(13)
    last = read(rows_of(), [], place(13, size=1, unread=1))
    assert (len(last.items), last.next) == (1, None)


def test_after_too_many_rows_that_cannot_be_read_it_is_the_service_that_fails() -> None:
    rows = rows_of()
    cursor: Cursor | None = place(8, size=1)
    for unread in range(1, MOST_UNREAD + 1):
        assert cursor is not None
        cursor = rows.part(cursor)
        assert cursor == place(8 + unread, size=1, unread=unread)
    assert cursor is not None
    assert rows.part(cursor) is None
    assert rows.whole(cursor) == place(8)


def test_a_part_of_a_page_knows_where_the_whole_is() -> None:
    searching = place(8, searching=True)
    part = rows_of().part(searching)
    assert part == {**searching, "size": 2}
    assert rows_of().whole(part) == searching
    assert rows_of().whole(place(8)) == place(8)


def test_of_far_too_many_rows_those_that_were_not_read_come_next() -> None:
    assert read(rows_of(), list(range(30)), place(0)).next == place(20)
