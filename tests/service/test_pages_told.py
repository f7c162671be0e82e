"""What pages tell of licenses that do not go together, of sizes, and of who says so."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from support.guarded import served

pytestmark = pytest.mark.extra(name="serve")

BASE, TUNE, QUANTIZED = "tide/base-8B", "orchard/tune-8B", "small/tune-8B-GGUF"


@pytest.fixture(scope="module")
def client(library: Path) -> Iterator[TestClient]:
    with served(library) as made:
        yield made


def hits_of(page: str) -> dict[str, str]:
    """The hits of a search page, each with its text."""
    pieces = page.split('<li class="hit">')[1:]
    found = [html.unescape(re.sub(r"<[^>]+>|\s+", " ", piece.partition("</dl>")[0])).split() for piece in pieces]
    return {words[0]: " ".join(words[1:]) for words in found}


def test_hits_say_that_licenses_do_not_go_together(client: TestClient) -> None:
    found = hits_of(client.get("/search?type=MLModel&limit=100").text)
    assert found.keys() >= {BASE, TUNE, QUANTIZED}
    assert {name for name, text in found.items() if "1 license conflict" in text} >= {TUNE, QUANTIZED}
    for name, text in found.items():
        answer = client.get(f"/models/{name}")
        assert ("license conflict" in text) == ('<li class="conflict">' in answer.text), name
        assert ('id="licenses"' in answer.text) >= ("license conflict" in text)


def test_a_search_is_bounded_by_any_size(client: TestClient) -> None:
    page = client.get("/search?type=MLModel&min_parameters=5&max_parameters=9999999999").text
    form = page.partition('<form class="bounds"')[2].partition("</form>")[0]
    assert re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form) == [("type", "MLModel")]
    assert re.findall(r'<option value="(\d+)" selected>(\w+)<', form) == [("9999999999", "10B")]
    chips = re.findall(r'aria-label="Without Parameters ([^"]+)"', page)
    assert chips == ["from 5", "under 10B"]
    assert "up to 12,345" in client.get("/search?max_parameters=12345").text


def test_those_that_state_no_size_are_one_step_away(client: TestClient) -> None:
    page = client.get("/search?type=MLModel&max_parameters=9999999999").text
    told = re.search(r'([\d,]+) more fit otherwise.*?href="([^"]+)"', page)
    assert told is not None
    there = client.get(html.unescape(told[2])).text
    assert f"{told[1]} found" in there
    assert len(hits_of(there)) == int(told[1])


def test_what_a_conflict_rests_on_is_told(client: TestClient) -> None:
    page = client.get(f"/models/{QUANTIZED}").text
    clash = page.partition('<div class="clash">')[2].partition("</div>")[0]
    assert "CC-BY-NC-4.0" in clash
    assert re.search(r'Rule [\w-]+, from <a href="https://creativecommons\.org/[^"]+"', clash)
    assert f'href="/models/{QUANTIZED}/lineage"' in clash
    license = page.partition("<dt>License</dt>")[2].partition("</div>")[0]
    assert "MIT" in license
    for part in (license, page.partition("<h3>Derives from</h3>")[2]):
        assert re.search(r"Who says so: </span>Hugging Face model", part)
    assert "Hugging Face model in <code>" in client.get(f"/models/{QUANTIZED}/lineage").text


def test_models_of_the_same_base_are_compared_from_its_page(client: TestClient) -> None:
    page = client.get(f"/models/{TUNE}").text
    told = re.search(r'<a class="more" href="(/compare\?[^"]+)">compare the first of them', page)
    assert told is not None
    compared = client.get(html.unescape(told[1])).text
    assert f'href="/models/{QUANTIZED}#facts"' in compared
    assert "compare the first of them" not in client.get(f"/models/{BASE}").text


def test_data_are_taken_along_as_files(client: TestClient) -> None:
    page = client.get(f"/models/{TUNE}").text
    assert re.findall(r' download="([^"]+)"', page) == ["tune-8B.json", "tune-8B.jsonld", "tune-8B.ttl"]
