"""Checks whether a web page is no article, or one that not everybody can read all of."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from fair4ml.read.pages.signs import LITTLE, NOTICE, SIGNS, any_of, parts, straight, titles
from fair4ml.read.pages.tree import PageTree, text_within

_NOT_FOUND = re.compile(
    rf"{SIGNS['sorry']}(?:{'|'.join(SIGNS['not_found'])})[\W_]*(?:404|error)?\W*".replace("THING", SIGNS["thing"]),
    re.IGNORECASE,
)
_LOGIN_TITLE = re.compile(rf"(?:{'|'.join(SIGNS['login']['title'])})(?: (?:page|required))?\W*", re.IGNORECASE)
_LOGIN_WORDS = any_of(SIGNS["login"]["words"])
_LOGIN_PATH = re.compile(r"/(?:log-?in|sign-?in|authwall|sso|users/sign_in|oauth2?)(?:[/.]|$)", re.IGNORECASE)
_LOGIN_ACTION = re.compile(r"log-?in|sign-?in|sessions?\b|authwall|\bauth", re.IGNORECASE)
_ASKS_FOR_SCRIPTS = any_of(SIGNS["scripts"])
_ROOTS = frozenset("root app __next __nuxt ___gatsby svelte main-app react-root q-app application app-root".split())
_PAYWALL_HINTS = ("aywall", "egwall", "subscriber-only", "subscribers-only", "members-only", "gated-content")
_PAYWALL_PART = any_of(SIGNS["paywall"]["part"])
_PAYWALL_WORDS = any_of(SIGNS["paywall"]["words"])


def soft_404(page: PageTree, text: str, *, is_article: bool) -> bool:
    """Check whether a page is the message that there is none, although it was sent as one.

    Args:
        page: the page.
        text: its main text.
        is_article: whether the page describes itself as an article, with a date.
    """
    if len(text) > NOTICE:
        return False
    saying = [title for title in titles(page) if any(_NOT_FOUND.fullmatch(part) for part in parts(title))]
    # Where title and heading say so, the rest are suggestions.
    longest = NOTICE if len(saying) > 1 and not is_article else LITTLE
    return bool(saying) and len(text) <= longest


def login_wall(page: PageTree, url: str, text: str) -> bool:
    """Check whether a page only asks to log in.

    Args:
        page: the page.
        url: its address.
        text: its main text.
    """
    if len(text) > LITTLE:
        return False
    is_titled = any(_LOGIN_TITLE.fullmatch(part) for title in titles(page) for part in parts(title))
    has_form = any(
        element.get("type", "").lower() == "password"
        if element.tag == "input"
        else _LOGIN_ACTION.search(element.get("action", "")[:500]) is not None
        for element in page.root.iter("input", "form")
    )
    is_addressed = _LOGIN_PATH.search(urlsplit(url).path) is not None
    asks = _LOGIN_WORDS.search(straight(page.visible_text()[:NOTICE])) is not None
    return is_titled + has_form + is_addressed + asks > 1


def needs_javascript(page: PageTree) -> bool:
    """Check whether a page without text is an empty frame that programs fill."""
    if not any(script.get("src") or script.text for script in page.scripts):
        return False
    if any(_ASKS_FOR_SCRIPTS.search(text_within(each)[:NOTICE]) for each in page.root.iter("noscript")):
        return True
    shown = page.visible_text()
    is_empty = any(
        (element.get("id") in _ROOTS or element.tag == "app-root") and not text_within(element)
        for element in page.root.iter("div", "main", "app-root", "body")
    )
    return is_empty or len(shown) < 50 or _ASKS_FOR_SCRIPTS.search(shown[:NOTICE]) is not None


def hidden_behind_payment(page: PageTree) -> bool:
    """Check whether a page shows, in its parts and in words, that only those who pay can read all of it."""
    if not any(hint in page.source for hint in _PAYWALL_HINTS):
        return False
    for element in page.root.iter("div", "section", "aside", "article", "form"):
        marks = " ".join(element.get(name, "")[:500] for name in ("class", "id", "data-testid"))
        if _PAYWALL_PART.search(marks) and _PAYWALL_WORDS.search(text_within(element)[:NOTICE]):
            return True
    return False
