"""Titles of articles, without what pages add to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from fair4ml.read.pages.lines import MAX_TITLE, stated_line
from fair4ml.read.pages.tree import PageTree, text_within

_MARK = r"\s*(?:[|\u2013\u2014\u00b7\u2022\u00bb\u00ab/]|(?<=\s)-(?=\s)|::?)\s*"
_CUT = ("…", "...")
_SUBTITLES = frozenset(
    {"subtitle", "post-subtitle", "article-subtitle", "entry-subtitle", "standfirst", "article-standfirst"}
)


def title(page: PageTree, stated: Iterable[str | None], site: str | None) -> str | None:
    """The first of several statements about the title that is one; else the main heading, or the title of the page.

    Args:
        page: the page.
        stated: the statements.
        site: the name of the site.
    """
    headings = [line for each in page.headings[:2] if (line := stated_line(text_within(each), MAX_TITLE))]
    heading = headings[0] if len(headings) == 1 else None
    lines = [line for each in (*stated, heading) if each and (line := stated_line(each, MAX_TITLE))]
    own = [_bare(line, heading, site) for line in lines if site is None or line.casefold() != site.casefold()]
    if not own:
        whole = stated_line(page.title, MAX_TITLE)
        return _bare(whole, heading, site) if whole else next(iter([*lines, *headings]), None)
    if not own[0].endswith(_CUT):
        return own[0]
    # Some cut it for search engines.
    beginning = own[0].rstrip(" .…")
    return next((each for each in own if each.startswith(beginning) and not each.endswith(_CUT)), own[0])


def subtitles(page: PageTree) -> Iterator[str]:
    """The texts that are called subtitles and follow the main heading, or the part of the page that it is in."""
    for element in _under(page.headings[0]) if len(page.headings) == 1 else ():
        if not _SUBTITLES.isdisjoint(element.get("class", "").lower().split()):
            yield text_within(element)


def _bare(title: str, heading: str | None, site: str | None) -> str:
    if site is not None and len(site) > 1:
        title = re.sub(rf"{_MARK}{re.escape(site)}\s*$", "", title, flags=re.IGNORECASE) or title
    # The longer part is the title, the other one the site or the rubric.
    if heading is not None and len(heading) * 2 > len(title) and heading != site:
        own = re.escape(heading)
        return re.sub(rf"^.*?{_MARK}(?={own}$)|(?<={own}){_MARK}.*$", "", title) or title
    return title


def _under(heading: HtmlElement) -> Iterator[HtmlElement]:
    yield from heading.itersiblings()
    parent = heading.getparent()
    if parent is not None and parent.tag != "body":
        yield from parent.itersiblings()
