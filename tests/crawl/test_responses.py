"""What answers say, also where single characters or numbers in them are none."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, strategies as st
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Headers, Response
from support.crawling import Project, model
from support.http_servers import Answer, served
from support.payloads import JSON
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from fair4ml.read.json_text import SPOILED
from mlentory_crawl.base_spiders.paginators.link_header import next_link
from mlentory_crawl.responses import failure_message, fetched_at, json_of, retry_after, served_at


def said(body: bytes) -> Any:
    return json_of(Response("https://example.org/api?key=secret", body=body))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (rb'["cut \ud83d", "whole \ud83d\ude00"]', ["cut �", "whole \N{GRINNING FACE}"]),
        (b'["caf\xe9", "b"]', ["caf�", "b"]),
        (b"[NaN, Infinity, -Infinity, 1e999, 1.5, -3]", [None, None, None, None, 1.5, -3]),
        (b"[" + b"9" * 400 + b', 7, "x"]', [None, 7, "x"]),
        (b"\xef\xbb\xbf[1]", [1]),
        (b'["a\x01b"]', ["a\x01b"]),
    ],
)
def test_what_is_none_costs_nothing_else(body: bytes, told: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert said(body) == told
    (line,) = caplog.messages
    assert "https://example.org/api: " in line
    assert "secret" not in line


@pytest.mark.parametrize(
    "body", [b"", b"<html>Sorry</html>", b'[{"id": 1}, {"id', b"[" * 100_000, b'["a" "b"]', b"NaN and more"]
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="not valid JSON: "):
        said(body)


@given(JSON)
def test_any_json_is_read(value: Any) -> None:
    orjson.dumps(said(json.dumps(value).encode()))


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(ValueError):
        orjson.dumps(said(body))


@pytest.mark.parametrize(
    ("odd", "others"),
    [
        (b'{"id": 2, "card": ' + b"[" * 1_200 + b'"]\\"[[[{"' + b"]" * 1_200 + b"}", [b'{"id": 1}', b'{"id": 3}']),
        (b'{"id": 2, "a": ' + b'{"b": ' * 5_000 + b"0" + b"}" * 5_000 + b', "name": "x"}', [b'{"id": 1}']),
    ],
)
def test_a_record_nested_too_deep_is_marked_and_costs_no_other(odd: bytes, others: list[bytes]) -> None:
    told = said(b'{"items": [' + b", ".join([others[0], odd, *others[1:]]) + b"]}")["items"]
    assert [each["id"] for each in told] == [1, 2, 3][: len(told)]
    assert [each["id"] for each in told if SPOILED in each] == [2]
    orjson.dumps(told)


def test_what_follows_a_quote_that_is_never_closed_is_read_once() -> None:
    with pytest.raises(ValueError, match="not valid JSON: "):
        said(b'["' + rb"\"" * 300_000)


def test_links_are_found_among_many_and_long_ones() -> None:
    def following(link: str) -> str | None:
        return next_link(Response("https://example.org/api", headers={"Link": link}))

    assert following('<https://example.org/a>; rel="prev", </b?c=1>; title=x; rel=next') == "https://example.org/b?c=1"
    assert following("<" * 16_000) is None
    assert following("<>;" * 5_000) is None
    with pytest.raises(ValueError, match=r"expected a Link header of at most [\d,]+ bytes, got 20,034"):
        following("<https://example.org/" + "a" * 20_000 + '>; rel="next"')


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Thu, 31 Dec 2099 00:00:00 GMT",
        "Wed, 05 Feb 77777777777 10:11:12 GMT",
        "Wed, 05 Feb 2025 10:11:12 +77777777777777777777",
        "x",
    ],
)
def test_a_date_that_cannot_be_meant_is_that_of_this_machine(date: str) -> None:
    response = Response("https://example.org/api", headers={"Date": date})
    assert served_at(response) is None
    assert fetched_at(response)[:4] == f"{datetime.now(UTC):%Y}"


def test_a_date_of_the_past_is_when_an_answer_was_made() -> None:
    response = Response("https://example.org/api", headers={"Date": "Sat, 02 Mar 2024 04:05:06 GMT"})
    assert fetched_at(response) == "2024-03-02T04:05:06Z"


def test_a_broken_character_costs_no_neighbor(tmp_path: Path) -> None:
    page = json.dumps([model(n, pipeline_tag="fill-mask", tags=[f"tag-{n}"]) for n in range(3)])
    body = page.replace("tag-1", r"half \ud83d").encode().replace(b"tag-2", b"caf\xe9")

    def answer(method: str, path: str, sent: bytes) -> Answer:
        return 200, {"Content-Type": "application/json"}, body

    with served(answer) as url:
        report = Project(tmp_path / "data", url).crawl("-a", "mode=census")
    assert report["records"]["new"] == report["records"]["fetched"] == 3
    assert report["verdict"] == "complete"


def test_an_error_without_words_gets_some() -> None:
    closed = ResponseFailed([Failure(ConnectionDone()), Failure(ValueError("the header is too long"))])  # type: ignore[no-untyped-call]
    failed = DownloadFailedError(str(closed))
    failed.__cause__ = closed
    assert failure_message(failed) == "Connection was closed cleanly.; the header is too long"
    assert failure_message(ResponseDataLossError()) == "the connection closed before the response was complete"
    assert "DOWNLOAD_MAXSIZE" in failure_message(DownloadCancelledError())
    assert failure_message(DownloadTimeoutError("took longer than 5 s")) == "took longer than 5 s"
    assert failure_message(KeyError()) == "KeyError"


def test_retry_after_is_a_number_or_a_date() -> None:
    assert retry_after(Headers({"Retry-After": "17"})) == 17.0
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    wait = retry_after(Headers({"Retry-After": date}))
    assert wait is not None
    assert 28 < wait <= 30
    assert retry_after(Headers({"Retry-After": "soon"})) is None
    assert retry_after(Headers()) is None


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 0001 00:00:00 +2300"])
def test_a_wait_until_a_date_beyond_all_dates_is_none_or_long(date: str) -> None:
    wait = retry_after(Headers({"Retry-After": date}))
    assert wait is None or wait >= 0


@pytest.mark.parametrize(("told", "wait"), [(b"\xb2", None), (b"-5", None), (b"9" * 5_000, None), (b"5", 5.0)])
def test_odd_numbers_after_which_to_ask_again(told: bytes, wait: float | None) -> None:
    assert retry_after(Headers({"Retry-After": told})) == wait


def test_a_moment_that_has_passed_is_no_wait() -> None:
    assert retry_after(Headers({"Retry-After": "Sat, 02 Mar 2024 03:00:00 GMT"})) == 0
