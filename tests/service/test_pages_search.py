"""Search in a browser: as somebody types, by keyboard alone, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from support.browsing import PHONE, Visitor

pytestmark = pytest.mark.extra(name="serve")

HITS = ".hit h2 a"
PARENT, TUNE, QUANTIZED = "tide/base-8B", "orchard/tune-8B", "small/tune-8B-GGUF"


@pytest.fixture
def visitor(browser: Browser, site: str) -> Iterator[Visitor]:
    made = Visitor(browser, site)
    yield made
    made.close()
    assert made.complaints == []


@pytest.fixture
def reader(browser: Browser, site: str) -> Iterator[Visitor]:
    """Somebody whose browser runs no scripts."""
    made = Visitor(browser, site, java_script_enabled=False)
    yield made
    made.close()
    assert made.complaints == []


def asked(visitor: Visitor) -> set[str]:
    """What the address asks for."""
    return set(visitor.page.url.partition("?")[2].split("&"))


def seen(visitor: Visitor) -> bool:
    """Whether what has the focus can be told from what has not."""
    return bool(visitor.page.evaluate("getComputedStyle(document.activeElement).outlineStyle != 'none'"))


def tab_to(visitor: Visitor, name: str) -> None:
    """Press Tab until something is focused that is called so."""
    for _ in range(80):
        visitor.page.keyboard.press("Tab")
        focused = visitor.page.evaluate("document.activeElement.textContent.trim()")
        if focused == name:
            return
    raise AssertionError(f"Tab never comes to {name}")


def test_hits_follow_what_is_typed_and_the_back_button_what_was_before(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/search?type=MLModel")
    everything = page.locator(HITS).count()
    page.locator("#find").press_sequentially("gguf", delay=20)
    expect(page.locator(HITS)).to_have_count(2)
    expect(page.locator("#found")).to_have_text("2 found")
    assert asked(visitor) == {"type=MLModel", "q=gguf"}
    page.wait_for_timeout(300)
    page.locator("#find").press_sequentially(" tune", delay=20)
    expect(page.locator(HITS)).to_have_text([QUANTIZED])
    page.go_back()
    expect(page.locator(HITS)).to_have_count(2)
    expect(page.locator("#find")).to_have_value("gguf")
    page.go_back()
    expect(page.locator(HITS)).to_have_count(everything)
    expect(page.locator("#find")).to_have_value("")
    page.go_forward()
    expect(page.locator(HITS)).to_have_count(2)


def test_a_page_that_was_typed_to_is_the_same_when_it_is_opened_again(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/search")
    page.locator("#find").press_sequentially("tune", delay=20)
    expect(page).to_have_url(f"{page.url.partition('/search')[0]}/search?q=tune")
    found = page.locator(HITS).all_text_contents()
    page.reload()
    assert page.locator(HITS).all_text_contents() == found
    assert page.locator(HITS).locator("mark").first.text_content() == "tune"


def test_facets_chips_and_sorting(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/search?q=tune")
    page.locator(".facet a", has_text="MIT").click()
    assert asked(visitor) == {"q=tune", "license=MIT"}
    expect(page.locator(".facet a[aria-current]")).to_have_text([re.compile("MIT")])
    page.locator(".facet a", has_text="quantized").click()
    assert asked(visitor) == {"q=tune", "license=MIT", "derivation=quantized"}
    expect(page.locator(HITS)).to_have_text([QUANTIZED])
    page.get_by_role("link", name="Without License MIT").click()
    assert asked(visitor) == {"q=tune", "derivation=quantized"}
    page.locator(".facet a", has_text="quantized").click()  # what is chosen is given up again
    assert asked(visitor) == {"q=tune"}
    page.locator(".sort summary").click()
    page.locator(".sort").get_by_role("link", name="Downloads").click()
    assert asked(visitor) == {"q=tune", "sort=downloads"}
    expect(page.locator(HITS).first).to_have_text(TUNE)


def test_all_filters_are_given_up_at_once(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/search?q=tune&license=MIT&type=MLModel&min_parameters=1")
    page.get_by_role("link", name="Clear all").click()
    assert asked(visitor) == {"q=tune"}


def test_what_narrows_down_stays_when_somebody_types_on(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/search?license=MIT")
    page.locator("#find").press_sequentially("tune", delay=20)
    expect(page.locator(HITS)).to_have_text([QUANTIZED])
    assert asked(visitor) == {"license=MIT", "q=tune"}
    page.get_by_role("link", name="Without License MIT").click()
    assert asked(visitor) == {"q=tune"}


def test_on_a_phone_the_hits_come_first(visitor: Visitor) -> None:
    page = visitor.page
    visitor.resize(PHONE)
    page.goto("/search")
    facet = page.locator(".facet a").first
    expect(facet).not_to_be_visible()
    box = page.locator(HITS).first.bounding_box()
    assert box is not None
    assert box["y"] < page.viewport_size["height"]
    page.get_by_text("Narrow down").click()
    expect(facet).to_be_visible()


def test_by_keyboard_alone(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/")
    page.keyboard.type("gguf tune")  # the field has the focus
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=gguf"))
    page.wait_for_load_state()  # what has the focus before is forgotten then
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_text("Skip to the content")
    assert seen(visitor)
    page.keyboard.press("Enter")
    tab_to(visitor, QUANTIZED)
    assert seen(visitor)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(QUANTIZED)
    tab_to(visitor, "walk through it")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("What it derives from")
    page.locator(".drawing a").first.focus()
    assert seen(visitor)
    tab_to(visitor, "compare them side by side")
    page.keyboard.press("Enter")
    expect(page.locator(".sides thead th")).to_have_text([QUANTIZED, TUNE, re.compile(PARENT)])


def test_without_scripts(reader: Visitor) -> None:
    page = reader.page
    page.goto("/")
    page.locator("#find").fill("gguf tune")
    page.get_by_role("button", name="Search").click()
    assert page.url.endswith("/search?q=gguf+tune")
    page.locator(".facet a", has_text="MIT").click()
    page.get_by_role("link", name="Without License MIT").click()
    page.locator("#find").fill("gguf")
    page.locator("#find").press("Enter")
    assert page.url.endswith("/search?q=gguf")
    expect(page.locator(HITS)).to_have_count(2)
    page.locator(".sort summary").click()
    page.locator(".sort").get_by_role("link", name="Name").click()
    page.get_by_role("link", name=QUANTIZED).click()
    page.get_by_role("link", name="walk through it").click()
    page.locator(".drawing a").filter(has_text="base-8B").first.click()  # a box leads on
    expect(page.locator(".kind a")).to_have_text(PARENT)
    page.get_by_role("link", name="Derived from it").click()
    page.get_by_role("link", name="compare them side by side").click()
    expect(page.locator(".sides thead th").first).to_have_text(re.compile(PARENT))
    page.locator("input[name=name]").nth(1).fill("acme/tiny-bert")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".sides thead th").nth(1)).to_have_text("acme/tiny-bert")
    page.get_by_role("link", name="Leaderboards").click()
    page.locator("#dataset").fill("bench/exam")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".board h2").first).to_contain_text("accuracy")
    page.get_by_role("link", name="Datasets", exact=True).click()
    page.locator("#among").fill("corpus")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="tide/corpus").click()
    page.get_by_role("link", name=TUNE).click()
    why = page.locator(".why").first
    expect(why.locator("li").first).not_to_be_visible()
    why.hover()
    expect(why.locator("li").first).to_be_visible()
    page.mouse.move(0, 0)
    expect(why.locator("li").first).not_to_be_visible()
    why.get_by_role("button").focus()
    expect(why.locator("li").first).to_be_visible()
    why.get_by_role("button").click()
    expect(why.locator(":popover-open")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(why.locator(":popover-open")).to_have_count(0)
    page.get_by_role("link", name="History").click()
    expect(page.locator("ins").first).to_be_visible()
