"""Model cards on pages: Markdown of strangers becomes a few harmless elements, whatever is written."""

from __future__ import annotations

import time
import unicodedata
from pathlib import Path

import html5lib
import pytest
from hypothesis import given, strategies as st
from support.agents import ask
from support.guarded import served
from support.hostile_site import MARKDOWN, RUNS, TEXTS
from support.linked_pages import BROWSER, elements, text
from support.served import settings_of
from support.site import PAGES

from mlentory_crawl.face import Card
from mlentory_crawl.service.pages.card import BEGINNING, HEADINGS, LONGEST, TAGS, rendered, shown_card
from mlentory_crawl.service.source import Source

pytestmark = pytest.mark.extra(name="serve")

ALLOWED = TAGS | {"html", "head", "body", "div"}
SIGNS = ("](", "![", "<", "javascript:", "`", "\n\n", "| a |\n|---|\n", "&#8238;")
PIECES = st.sampled_from([*TEXTS, *MARKDOWN.split("\n\n"), *SIGNS])
WRITTEN = st.lists(st.one_of(PIECES, st.text(max_size=40)), max_size=12).map("".join)


def check(shown: str) -> None:
    """Check that a card is made of few elements, whose links lead to the web by its two schemes."""
    tree = html5lib.parse(shown)
    for name, attributes, element in elements(tree):
        assert name in ALLOWED, name
        if name == "a":
            assert attributes.keys() == {"href", "rel"}
            assert attributes["rel"] == "nofollow noopener ugc"
            assert attributes["href"].startswith(("http://", "https://"))
            assert "".join(element.itertext()).strip(), attributes
        elif name == "div":
            assert attributes["class"] == "wide"
        elif name == "pre":
            assert attributes == {"tabindex": "0"}
        else:
            assert not attributes, (name, attributes)
    for character in text(tree):
        assert unicodedata.category(character)[0] != "C" or character in "\n\t\u200c\u200d", repr(character)


@given(WRITTEN)
def test_no_text_becomes_more_than_text(written: str) -> None:
    card = shown_card(Card(written, "https://example.org", "2024-01-01T00:00:00Z", "huggingface/card/1"))
    if card is not None:
        check(card.beginning)
        check(card.rest)


def test_what_is_written_is_there() -> None:
    beginning, _ = rendered(MARKDOWN)
    check(beginning)
    told = text(html5lib.parse(beginning))
    assert RUNS in told
    assert "**" not in told
    assert "within" in told
    assert {"pixel", "x"} <= set(told.split())
    assert "[badge](vbscript:" in told
    for gone in ("<div", "CDATA[ <", "php"):
        assert gone not in told.replace(RUNS, ""), gone


def test_headings_begin_below_those_of_the_page_and_leave_none_out() -> None:
    beginning, _ = rendered("#### Four\n\n# One\n\n### Three\n\n# \n\n## Two\n\n###### Six")
    tree = html5lib.parse(beginning)
    found = [(name, "".join(each.itertext())) for name, _, each in elements(tree) if name in HEADINGS]
    assert found == [("h3", "Four"), ("h3", "One"), ("h4", "Three"), ("h4", "Two"), ("h5", "Six")]


def test_a_long_card_is_opened_and_a_longer_one_is_cut() -> None:
    line = "A line of a card that says something.\n\n"
    for length, has_rest, is_cut in ((100, False, False), (2 * BEGINNING, True, False), (LONGEST + 100, True, True)):
        card = shown_card(Card(line * (length // len(line) + 1), "https://example.org", "2024", "huggingface/card/1"))
        assert card is not None
        assert (bool(card.rest), card.is_cut) == (has_rest, is_cut)
    assert not rendered(f"{line * 60}\n\n# A heading")[0].endswith("</h3>")


def test_metadata_alone_are_no_card() -> None:
    for written in ("", "---\nlicense: mit\n---\n", "---\nlicense: mit\n---\n\n<!-- nothing -->\n<img src=x>\n"):
        assert shown_card(Card(written, "https://example.org", "2024", "huggingface/card/1")) is None


@pytest.mark.parametrize("piece", ["[", "![", "*a ", "> ", "`", "<", "<a ", "[a](", "- ", "|a", "\\", "_a", "&#8238;"])
def test_no_card_takes_long(piece: str) -> None:
    began = time.process_time()
    shown_card(Card(piece * LONGEST, "https://example.org", "2024", "huggingface/card/1"))
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "written",
    [
        f"[a]: https://x.example/{'y' * 5_000}\n\n" + "[a] " * 1_700,
        f"[a]: https://x.example/{'y' * 100}\n\n" + "[a]\n\n" * 1_700,
        "|a" * 600 + "|\n" + "|-" * 600 + "|\n" + "|b\n" * 3_000,
        "> a|b\n> -|-\n" + "> |\n" * 2_800,
    ],
    ids=["one address", "many blocks", "columns", "rows"],
)
def test_no_card_becomes_many_times_as_long(written: str) -> None:
    began = time.process_time()
    beginning, rest = rendered(written[:LONGEST])
    assert time.process_time() - began < 1.5
    assert len(beginning) + len(rest) < 10 * LONGEST


def test_tables_and_links_of_usual_cards_are_there() -> None:
    row = "| [a](https://x.example/a) " * 10 + "|\n"
    table, _ = rendered(f"{'| a ' * 10}|\n{'|:-----' * 10}|\n{row * 20}\n\nafter")
    assert table.count("<td>") == 200
    assert table.count("<a href") == 200
    assert rendered('[a](https://x.example/a "a title")')[0].count("title") == 0


def test_a_page_has_the_card_of_its_model(library: Path) -> None:
    with served(library) as client:
        page = client.get(PAGES["model"], headers=BROWSER)
        assert '<a href="https://exam.example.org/" rel="nofollow noopener ugc">the exam</a>' in page.text
        assert "badge.example.org" not in page.text
        assert "Read on" in page.text
        assert "license: mit" not in page.text
        before = client.get(PAGES["model on a day"], headers=BROWSER)
        assert "the exam" not in before.text


def test_agents_get_the_beginning_of_a_card_as_a_text_of_its_owner(library: Path) -> None:
    source = Source(settings_of(library))
    told = ask(source, "get_model", name="orchard/tune-8B")
    (card,) = [each for each in told["stated_by_owner"] if each["property"] == "card"]
    (beginning,) = card["values"]
    assert beginning.startswith("# A tune")
    assert len(beginning) <= 2_000
    assert card["stated_by"] == ["huggingface/card/card-0"]
    before = ask(source, "get_model", name="orchard/tune-8B", at="2024-01-01T12:00:00Z")
    assert "card" not in [each["property"] for each in before["stated_by_owner"]]
    source.close()
