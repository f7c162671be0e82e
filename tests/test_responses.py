"""What answers say, also where single characters or numbers in them are none."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from crawling import Project, model
from http_servers import Answer, served
from hypothesis import given, strategies as st
from payloads import JSON
from scrapy.http import Response

from mlentory_crawl.responses import json_of


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
    with pytest.raises(ValueError, match="this is no JSON: "):
        said(body)


@given(JSON)
def test_any_json_is_read(value: Any) -> None:
    orjson.dumps(said(json.dumps(value).encode()))


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(ValueError):
        orjson.dumps(said(body))


def test_a_broken_character_costs_no_neighbor(tmp_path: Path) -> None:
    page = json.dumps([model(n, pipeline_tag="fill-mask", tags=[f"tag-{n}"]) for n in range(3)])
    body = page.replace("tag-1", r"half \ud83d").encode().replace(b"tag-2", b"caf\xe9")

    def answer(method: str, path: str, sent: bytes) -> Answer:
        return 200, {"Content-Type": "application/json"}, body

    with served(answer) as url:
        report = Project(tmp_path / "data", url).crawl("-a", "mode=census")
    assert report["records"]["new"] == report["records"]["fetched"] == 3
    assert report["verdict"] == "complete"
