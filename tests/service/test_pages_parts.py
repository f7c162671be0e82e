"""What pages are made of: numbers by their decimal points, plots, addresses of the same as data, and tables."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given, strategies as st
from starlette.testclient import TestClient

from mlentory_crawl.service.api.search_table import COLUMNS, table_of
from mlentory_crawl.service.pages.addresses import same_as_data
from mlentory_crawl.service.pages.aligned import padding
from mlentory_crawl.service.pages.filters import LEAD, lead
from mlentory_crawl.service.pages.growth import growth

pytestmark = pytest.mark.extra(name="serve")


@pytest.mark.parametrize(
    ("told", "expected"),
    [("71", "pad2 whole"), ("71.2", "pad1"), ("1,071.25", ""), ("-3.5", "pad1"), ("72 to 75", ""), ("", "")],
)
def test_numbers_stand_by_their_decimal_points(told: str, expected: str) -> None:
    assert padding(told, ["71", "71.2", "1,071.25", "72 to 75"]) == expected


def test_a_column_without_decimals_needs_no_space() -> None:
    assert padding("71", ["71", "1,000", "none"]) == ""


def run(day: int, **records: int) -> dict[str, Any]:
    return {"finished_at": f"2024-01-{day:02}T10:00:00Z", "records": records}


def test_growth_is_counted_back_from_what_is_there_now() -> None:
    begun = {"finished_at": None, "records": {"new": 5}}
    plot = growth([begun, run(3, new=10, deleted=20), run(2, new=0, unchanged=80), run(1, new=80)], 75)
    assert plot is not None
    assert [value for _, value in plot.points] == [80, 80, 70]
    assert plot.times == ("2024-01-01", "2024-01-03")
    assert plot.ticks == [80, 60, 40, 20, 0]
    assert plot.line.startswith("M0.0 0.0H320.0V0.0H640.0V20.0")


def test_growth_of_one_day_is_told_to_the_minute_and_of_one_run_not_at_all() -> None:
    plot = growth([run(1, new=1), run(1, new=1)], 2)
    assert plot is not None
    assert plot.times == ("2024-01-01 10:00", "2024-01-01 10:00")
    assert growth([run(1, new=1)], 1) is None
    assert growth([], 0) is None


@given(st.integers(0, 10**12))
def test_an_axis_has_few_round_numbers_from_at_least_the_greatest_down_to_0(most: int) -> None:
    plot = growth([run(2), run(1)], most)
    assert plot is not None
    steps = {above - below for above, below in zip(plot.ticks, plot.ticks[1:], strict=False)}
    assert len(steps) == 1
    assert plot.ticks[-1] == 0
    assert plot.ticks[0] >= most
    assert 2 <= len(plot.ticks) <= 5
    assert len(str(steps.pop()).rstrip("0")) <= 2


def test_every_page_about_data_leads_to_them(client: TestClient) -> None:
    for path, given_, same in (
        ("/", [], "/api/v1/stats"),
        ("/search", [("q", "tune"), ("license", "MIT")], "/api/v1/entities?q=tune&license=MIT"),
        ("/search/license", [("starts", "m")], "/api/v1/facets/license?starts=m"),
        ("/models/orchard/tune-8B", [("utm", "x")], "/api/v1/models/orchard/tune-8B"),
        ("/entity/lineage", [("name", "tide/base-8B"), ("direction", "down")], None),
        ("/compare", [("name", "orchard/tune-8B"), ("name", "tide/base-8B")], None),
        ("/leaderboards", [("dataset", "bench/exam")], "/api/v1/leaderboard?dataset=bench%2Fexam"),
        ("/licenses", [("q", ""), ("offset", "0")], "/api/v1/licenses?offset=0"),
        ("/owners/tide", [], "/api/v1/owners/tide"),
    ):
        found = same_as_data(path, given_)
        assert found is not None
        assert same is None or found == same
        assert client.get(found).status_code == 200, found
    for path in ("/query", "/api", "/compare", "/no/such"):
        assert same_as_data(path, [("name", "one")]) is None


def test_the_head_of_a_description_ends_with_a_sentence_or_a_word() -> None:
    assert lead("  It\n is short. ") == "It is short."
    assert lead("It says something. " * 40).endswith("something.")
    assert len(lead("It says something. " * 40)) <= LEAD
    assert lead("word " * 200).endswith("word\u2026")


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
UNSEEN = " \t\r\n\xa0\u200b\u202e\u2003\u3000\ufeff\x00\x1f"


@given(st.text(max_size=30), st.text(UNSEEN, max_size=3), st.sampled_from(FORMULAS))
def test_no_cell_is_computed(text: str, start: str, formula: str) -> None:
    hostile = f"{start}{formula}x{text}"
    hit = {"name": hostile, "license": ["MIT", hostile], "task": [hostile], "author": f"a;{hostile}", "parameters": 7}
    written = table_of([hit])
    (row,) = cells(written)
    for cell in (row["name"], row["task"]):
        assert cell[0] == "'"
    # As programs read it where semicolons separate cells.
    for each in (*row["license"].split(";"), *row["author"].split(";"), *re.split(r"[;\r\n]", written)):
        assert not each.lstrip(" \t\r\n").startswith(FORMULAS)
    assert row["parameters"] == "7"
    assert row["downloads"] == ""


def test_a_table_has_the_hits_of_the_search(client: TestClient) -> None:
    answer = client.get("/api/v1/entities.csv?type=MLModel&sort=name")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="mlentory.csv"' in answer.headers["content-disposition"]
    rows = cells(answer.text)
    hits = client.get("/api/v1/entities?type=MLModel&sort=name&limit=100").json()["hits"]
    assert [row["iri"] for row in rows] == [hit["iri"] for hit in hits]
    assert tuple(rows[0]) == COLUMNS
    assert client.get("/api/v1/entities.csv", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    part = client.get("/api/v1/entities.csv?limit=1&offset=1")
    assert len(cells(part.text)) == 1
    assert 'rel="next"' in part.headers["link"]


def test_a_search_page_leads_to_its_table(client: TestClient) -> None:
    page = client.get("/search?type=MLModel&offset=20", headers={"Accept": "text/html"})
    assert 'href="/api/v1/entities.csv?type=MLModel"' in client.get("/search?type=MLModel").text
    assert page.status_code == 200
