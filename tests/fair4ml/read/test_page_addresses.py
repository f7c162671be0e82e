"""Addresses that pages name: their own, and those of their feeds."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st
from support.web_pages import URL, tree, web_page

from fair4ml.read.pages.addresses import canonical_address, canonical_links, feeds, web_address

SITE = "https://terns.test"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://terns.test/a", "https://terns.test/a"),
        ("../b?c=1#d", "https://terns.test/b?c=1#d"),
        ("//gulls.test", "https://gulls.test"),
        (" https://terns.test/\n a ", "https://terns.test/%20a"),
        ("HTTPS://Terns.TEST/Ä", "https://terns.test/%C3%84"),
        ("https://seeschwalbe.test/<ä>|{}", "https://seeschwalbe.test/%3C%C3%A4%3E%7C%7B%7D"),
        ("javascript:alert(1)", None),
        ("mailto:ada@terns.test", None),
        ("data:text/html,x", None),
        ("https://ada:secret@terns.test/", None),
        ("https://terns.test:99999/", None),
        ("http://[::1", None),
        ("https://terns.test/" + "a" * 3_000, None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_absolute_and_of_the_web(text: str | None, address: str | None) -> None:
    assert web_address(text, URL) == address


@given(st.text(max_size=80) | st.text(alphabet="htps:/.?#%[]@ \n\\äx\u202e1", max_size=40))
def test_any_text_is_an_address_or_none(text: str) -> None:
    address = web_address(text, URL)
    assert address is None or re.fullmatch(r"https?://[^\x00-\x20\x7f<>\"{}|\\^`]+", address)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        (f"{SITE}/posts/a?utm_source=x", f"{SITE}/posts/a"),
        (f"{SITE}/posts/a/amp", f"{SITE}/posts/a"),
        (f"{SITE}/posts/a/2", f"{SITE}/posts/a"),
        (f"{SITE}/posts/a/print", f"{SITE}/posts/a"),
        (f"{SITE}/?p=17", f"{SITE}/2024/03/a"),
        (f"{SITE}/a-17.html", f"{SITE}/2024/03/a"),
        ("http://m.terns.test/posts/a", f"{SITE}/posts/a"),
        ("https://blog.terns.test/a", "https://www.terns.test/blog/a"),
        (f"{SITE}/", f"{SITE}/"),
    ],
)
def test_a_page_can_say_which_of_its_addresses_is_the_right_one(url: str, canonical: str) -> None:
    assert canonical_address(url, declared=[canonical]) == canonical


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        (f"{SITE}/posts/a", f"{SITE}/"),
        (f"{SITE}/posts/a", SITE),
        (f"{SITE}/posts/a", f"{SITE}/index.html"),
        (f"{SITE}/?p=17", f"{SITE}/"),
        (f"{SITE}/posts/a", f"{SITE}/posts"),
        (f"{SITE}/posts/a/b", f"{SITE}/posts/"),
        (f"{SITE}/view.php?id=17", f"{SITE}/view.php"),
        (f"{SITE}/view.php?id=17", f"{SITE}/view.php?id=18"),
        (f"{SITE}/posts/a", "https://gulls.test/posts/a"),
        ("https://ada.github.io/a", "https://ben.github.io/a"),
        ("https://terns.co.uk/a", "https://gulls.co.uk/a"),
        ("http://192.0.2.7/a", "http://192.0.2.8/a"),
        (f"{SITE}/posts/a", "http://localhost:4000/posts/a"),
        (f"{SITE}/~ada/a", f"{SITE}/~ben/a"),
        (f"{SITE}/@ada/a", f"{SITE}/%40ben/a"),
    ],
)
def test_no_page_is_taken_for_another_one(url: str, canonical: str) -> None:
    assert canonical_address(url, declared=[canonical]) is None


@pytest.mark.parametrize("site", ["https://gulls.test", "https://terns.test.example", "http://terns", "http://[::1]"])
def test_no_page_takes_the_place_of_one_on_another_site_however_often_it_says_so(site: str) -> None:
    there = f"{site}/counting"
    assert canonical_address(URL, declared=[there], shared=[there], main=[there, there]) is None
    assert canonical_address(URL, declared=[there], shared=[URL]) == URL


def test_a_member_of_a_site_may_write_for_a_publication_on_it() -> None:
    assert canonical_address(f"{SITE}/@ada/a-1", declared=[f"{SITE}/terns/a-1"]) == f"{SITE}/terns/a-1"
    assert canonical_address(f"{SITE}/@ada/a-1", declared=[f"{SITE}/@Ada/a-2"]) == f"{SITE}/@Ada/a-2"


@pytest.mark.parametrize(
    ("declared", "shared", "main", "canonical"),
    [
        ([f"{SITE}/posts/x", f"{SITE}/posts/y"], [], [], None),
        ([f"{SITE}/posts/x"], [URL], [], URL),
        ([f"{SITE}/posts/x"], [URL], [f"{SITE}/posts/x"], f"{SITE}/posts/x"),
        ([URL + "#top"], [], [], URL),
        ([], [f"{SITE}/"], [], None),
        ([], [f"{SITE}/posts/x"], [], None),
        ([], [f"{SITE}/posts/x"], [f"{SITE}/posts/x"], f"{SITE}/posts/x"),
        ([], [URL + "/"], [], URL + "/"),
        ([], [], [URL], URL),
    ],
)
def test_statements_are_weighed_against_each_other(
    declared: Sequence[str], shared: Sequence[str], main: Sequence[str], canonical: str | None
) -> None:
    assert canonical_address(URL, declared=declared, shared=shared, main=main) == canonical


def test_canonical_links_are_those_of_head_and_header() -> None:
    page = tree(web_page('<article><link rel="canonical" href="/user"></article>', '<link rel="x CANONICAL" href="a">'))
    header = ['<https://terns.test/style.css>; rel=preload, </b>; rel="canonical"', "<c>"]
    assert list(canonical_links(page, URL, header)) == [f"{SITE}/posts/a", f"{SITE}/b"]


def test_feeds_are_those_of_the_site() -> None:
    head = "".join(
        f'<link rel="alternate" type="{type}" href="{href}">'
        for type, href in [
            ("application/rss+xml", "/feed.xml"),
            ("application/atom+xml; charset=utf-8", "/atom"),
            ("application/rss+xml", "/comments/feed/"),
            ("application/rss+xml", "/posts/counting-terns/feed/"),
            ("text/html", "/de/"),
            ("application/rss+xml", "feed:broken"),
        ]
    )
    assert feeds(tree(web_page("", head)), URL, URL) == [f"{SITE}/feed.xml", f"{SITE}/atom"]


def test_a_list_may_have_its_feed_under_it() -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/blog/feed.xml">'
    assert feeds(tree(web_page("", head)), f"{SITE}/blog", f"{SITE}/blog") == [f"{SITE}/blog/feed.xml"]
