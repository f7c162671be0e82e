"""Every page as a browser shows it: valid, without complaints, for everybody, on phones and desks, light and dark."""

from __future__ import annotations

from collections.abc import Iterator

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from support.browsing import DESKTOP, NARROWEST, PHONE, SCHEMES, TABLET, Visitor
from support.site import FAILURES, PAGES

pytestmark = pytest.mark.extra(name="serve")

ALL = {**PAGES, **FAILURES}


@pytest.fixture(scope="module")
def visitor(browser: Browser, site: str) -> Iterator[Visitor]:
    made = Visitor(browser, site)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def without_complaints(visitor: Visitor) -> Iterator[None]:
    visitor.complaints.clear()
    yield
    assert visitor.complaints == []


def barriers(visitor: Visitor) -> list[str]:
    """What axe finds in the page that is open: the rule, and what breaks it."""
    found = Axe().run(visitor.page).response["violations"]
    return [f"{each['id']}: {[node['html'][:200] for node in each['nodes'][:3]]}" for each in found]


@pytest.mark.parametrize("name", ALL)
def test_a_page_is_for_everybody(visitor: Visitor, name: str) -> None:
    answer = visitor.page.goto(ALL[name])
    assert answer is not None
    assert (answer.status == 200) == (name in PAGES)
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(answer.text())  # raises at what is no HTML
    ids = visitor.page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
    assert len(ids) == len(set(ids))
    assert visitor.page.title().endswith("MLentory") or name == "start"
    assert visitor.page.locator("h1").count() == 1
    for scheme in SCHEMES:
        visitor.page.emulate_media(color_scheme=scheme)
        for width in (DESKTOP, TABLET, PHONE):
            visitor.resize(width)
            assert barriers(visitor) == [], (scheme, width)
    assert visitor.overflow(NARROWEST) <= 0


def test_a_barrier_would_be_found(visitor: Visitor) -> None:
    visitor.page.goto("/")
    visitor.page.evaluate("document.querySelector('label').remove()")
    visitor.page.evaluate("document.querySelector('input').removeAttribute('placeholder')")
    assert [each.partition(":")[0] for each in barriers(visitor)] == ["label"]


def test_a_table_that_is_too_wide_scrolls_by_itself(visitor: Visitor) -> None:
    visitor.page.goto(PAGES["compare"])
    assert visitor.overflow(NARROWEST) <= 0
    table = visitor.page.locator(".wide")
    assert table.evaluate("each => each.scrollWidth > each.clientWidth")
