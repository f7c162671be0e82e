"""Challenges that web pages are guarded with, sent in place of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fair4ml.read.pages.robots import Headers, header_lines
from fair4ml.read.pages.signs import LITTLE, NOTICE, SIGNS, any_of, straight, titles
from fair4ml.read.pages.tree import PageTree


@dataclass(frozen=True, slots=True)
class _Guard:
    """A kind of challenge.

    Attributes:
        name: the product.
        machinery: what only its pages have in scripts, forms, frames, and the names of their parts.
        title: the beginning of their titles.
        words: what they say.
        header: a header that only its challenges have, and the beginning of its value.
    """

    name: str
    machinery: re.Pattern[str]
    title: re.Pattern[str] | None
    words: re.Pattern[str] | None
    header: tuple[str, str] | None


def _guard(signs: dict[str, Any]) -> _Guard:
    machinery, title, words = (any_of(signs[kind]) if signs[kind] else None for kind in ("machinery", "title", "words"))
    assert machinery is not None
    return _Guard(signs["name"], machinery, title, words, tuple(signs["header"]) if "header" in signs else None)


_PRODUCTS = tuple(map(_guard, SIGNS["guards"]))
# Forms for comments and newsletters have them as well.
_CAPTCHA = _guard(SIGNS["captchas"])


def challenge(page: PageTree, headers: Headers, *, is_article: bool) -> str | None:
    """The product whose challenge a page is, or None.

    A page is one if its header says so, or by several signs: those of the page's own machinery, its title, and the
    words of a short text. An article about a product has its words, but much other text, and not its machinery.

    Args:
        page: the page.
        headers: the headers of the answer.
        is_article: whether the page describes itself as an article, with a date.
    """
    for guard in _PRODUCTS:
        if guard.header is not None:
            name, value = guard.header
            if any(line.strip().lower().startswith(value) for line in header_lines(headers, name)):
                return guard.name
    if _has_much_text(page):
        return None
    shown = straight(page.visible_text())
    if len(shown) > NOTICE:
        return None
    named = titles(page)
    # With little else on the page, the machinery of a challenge is there for nothing else.
    is_alone = len(shown) <= LITTLE and not is_article
    machinery = ""
    for guard in (*_PRODUCTS, _CAPTCHA):
        is_titled = guard.title is not None and any(guard.title.match(title) for title in named)
        speaks = guard.words is not None and guard.words.search(shown) is not None
        if not (is_titled or speaks or is_alone):
            continue
        machinery = machinery or "\n".join(_machinery(page))
        is_guarded = guard.machinery.search(machinery) is not None
        if guard is _CAPTCHA:
            is_found = is_guarded + is_titled + speaks > 1 and (is_titled or is_alone) and not is_article
        else:
            is_found = is_guarded or (is_titled and speaks and not is_article)
        if is_found:
            return guard.name
    return None


def _has_much_text(page: PageTree) -> bool:
    length = 0
    for element in page.root.iter("p"):
        length += len(element.text_content())
        if length > NOTICE:
            return True
    return False


def _machinery(page: PageTree) -> Iterator[str]:
    """The programs of the page, and the names of its parts; nothing that it shows or only describes."""
    for script in page.scripts:
        yield from (script.get("src", ""), script.get("id", ""))
        if "json" not in script.get("type", ""):
            yield (script.text or "")[:20_000]
    for element in page.root.iter("form", "iframe", "div", "input", "noscript", "main", "p", "span"):
        for name in ("id", "class", "action", "src", "name"):
            if value := element.get(name):
                yield value[:500]
