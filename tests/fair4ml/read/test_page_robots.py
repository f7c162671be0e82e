"""Rules for robots in pages and headers."""

from __future__ import annotations

import pytest
from support.web_pages import tree, web_page

from fair4ml.read.pages.robots import header_lines, robots_directives


def forbidden(head: str = "", **headers: str | list[str]) -> set[str]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return set(robots_directives(tree(web_page("", head)), given, "ternbot"))


@pytest.mark.parametrize(
    ("name", "content", "directives"),
    [
        ("robots", "noindex", {"noindex"}),
        ("ROBOTS", "NOINDEX, NoFollow", {"noindex", "nofollow"}),
        ("robots", "none", {"noindex", "nofollow"}),
        ("robots", "max-snippet:-1 noai;noimageai", {"noai", "noimageai"}),
        ("ternbot", "noai", {"noai"}),
        ("robots", "index, follow, all, noarchive", set()),
        ("googlebot", "noindex", set()),
        ("description", "noindex", set()),
    ],
)
def test_an_element_is_for_all_robots_or_for_one(name: str, content: str, directives: set[str]) -> None:
    assert forbidden(f'<meta name="{name}" content="{content}">') == directives


@pytest.mark.parametrize(
    ("lines", "directives"),
    [
        ("noindex", {"noindex"}),
        ("NOINDEX, nofollow", {"noindex", "nofollow"}),
        ("otherbot: noindex, nofollow", set()),
        ("otherbot: noindex, ternbot: nofollow", {"nofollow"}),
        ("TernBot : noai", {"noai"}),
        ("*: noindex", {"noindex"}),
        (["otherbot: noindex", "noai"], {"noai"}),
        ("otherbot: noindex\nnoai", {"noai"}),
        ("unavailable_after: Friday, 25-Jun-10 15:00:00 PST, noindex", {"noindex"}),
        ("max-image-preview: large, noindex", {"noindex"}),
        ("", set()),
    ],
)
def test_a_header_names_the_robot_before_its_rules(lines: str | list[str], directives: set[str]) -> None:
    assert forbidden(X_Robots_Tag=lines) == directives


def test_the_place_of_a_rule_is_told() -> None:
    page = tree(web_page("", '<meta name="robots" content="noai">'))
    told = robots_directives(page, {"x-robots-tag": "noindex, noai"}, "ternbot")
    assert told == {"noai": "meta robots", "noindex": "X-Robots-Tag"}


def test_the_lines_of_a_header_are_found_in_any_case() -> None:
    assert header_lines({"LINK": ["a", "b"], "Link": "c\nd", "other": "e"}, "link") == ["a", "b", "c", "d"]
