"""Parts of a page's body that state something about the article: microdata, and dates that are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.etree import XPath
from lxml.html import HtmlElement

from fair4ml.read.pages.tree import PageTree, text_within
from fair4ml.read.stated_dates import stated_date, written_date

ARTICLES = frozenset(
    """
    AdvertiserContentArticle AnalysisNewsArticle Article AskPublicNewsArticle BackgroundNewsArticle BlogPosting
    DiscussionForumPosting LiveBlogPosting MedicalScholarlyArticle NewsArticle OpinionNewsArticle Report
    ReportageNewsArticle ReviewNewsArticle SatiricalArticle ScholarlyArticle SocialMediaPosting TechArticle
    """.split()
)
"""The types of schema.org that are articles."""
WEB_PAGES = frozenset({"WebPage", "ItemPage", "AboutPage", "QAPage", "FAQPage"})
"""The types of schema.org that are pages with one content."""

_LONGEST = 200
_SHORT = 80
_MOST_TIMES = 100
_OTHER_CONTENT = re.compile(r"comment|related|sidebar|recommend", re.IGNORECASE)
_PUBLISHED_CLASS = re.compile(
    r"(?:^|[\s_-])(?:published|pubdate|(?:pub|entry|post|publish|published|publication|article)-date|date-published)(?:[\s_-]|$)",
    re.IGNORECASE,
)
_UPDATED_CLASS = re.compile(r"(?:^|[\s_-])(?:updated|modified|dt-updated|date-modified)(?:[\s_-]|$)", re.IGNORECASE)
_UPDATED = re.compile(r"updat|modif|\blast |revis|edited|aktualisiert|mis à jour|actualizado", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"\b(?:first )?(?:published|posted|publication date|date published|released|submitted)(?: on| at|:)?\s",
    re.IGNORECASE,
)
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri|sat|sun)\.?),?\s+"
# A line that tells when and by whom, and nothing else.
_DATE_LINE = re.compile(
    rf"(?:(?:by|published|posted|written|date)\b[^\d]{{0,60}}?)?(?:on\s+)?(?:{_WEEKDAY})?"
    r"(?:[A-Za-z]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+[12]\d{3}|\d{1,2}(?:st|nd|rd|th)?\s+[A-Za-z]{3,9}\.?,?\s+[12]\d{3}"
    r"|[12]\d{3}-\d\d-\d\d)"
    r"(?:,?\s+(?:at\s+)?\d{1,2}:\d\d.{0,20}|\s*[|\u00b7\u2022/\u2013\u2014-]\s.{0,60}|\s+(?:by|in)\s.{0,60}|\s*\(.{0,40}\))?[\s.]*",
    re.IGNORECASE,
)
_ITEMS = XPath("//*[@itemprop]")
_FOLLOWING = XPath("following::*[position() <= 30]")


def properties(page: PageTree) -> list[HtmlElement]:
    """The elements that are properties of the article in microdata, and not of a comment or a product in it."""
    return [element for element in _ITEMS(page.root) if _is_of_article(element)]


def value_of(element: HtmlElement) -> str:
    """The value of a property in microdata."""
    return element.get("content") or element.get("datetime") or text_within(element)


def time_of(element: HtmlElement) -> str:
    """The time that an element states."""
    return element.get("datetime") or text_within(element)[:_LONGEST]


def is_elsewhere(element: HtmlElement, *tags: str) -> bool:
    """Check whether an element stands in a part of the page that is about something else.

    Args:
        element: the element.
        tags: the tags of such parts, beside the usual ones.
    """
    for above in element.iterancestors():
        if above.tag in ("aside", "nav", *tags):
            return True
        if above.tag == "footer":
            return not any(each.tag == "article" for each in above.iterancestors())
        if above.tag not in ("body", "html", "main", "article"):
            marks = f"{above.get('class', '')[:_LONGEST]} {above.get('id', '')[:_LONGEST]}"
            if len(marks) > 1 and _OTHER_CONTENT.search(marks):
                return True
    return False


def shown_date(page: PageTree) -> str | None:
    """The date of publication that the page shows: marked as such, at the title, or in words that say so."""
    times = [each for each in page.times[:_MOST_TIMES] if not is_elsewhere(each)]
    for element in times:
        is_marked = element.get("pubdate") is not None or _PUBLISHED_CLASS.search(element.get("class", "")[:_LONGEST])
        if is_marked and (date := stated_date(time_of(element))):
            return date
    if len(page.headings) == 1:
        heading = page.headings[0]
        dates = {date for each in times if _is_at(each, heading) and (date := stated_date(time_of(each)))}
        if len(dates) == 1:
            return dates.pop()
        if date := _date_under(heading):
            return date
    return _labeled_date(page)


def update_times(page: PageTree) -> Iterator[str]:
    """The times that the page marks as those of the last change."""
    for element in page.times[:_MOST_TIMES]:
        if _UPDATED_CLASS.search(element.get("class", "")[:_LONGEST]) and not is_elsewhere(element):
            yield time_of(element)


def _is_of_article(element: HtmlElement) -> bool:
    for above in element.iterancestors():
        if above.get("itemscope") is not None and above.get("itemprop") is None:
            kind = above.get("itemtype", "").rpartition("/")[2]
            return kind in ARTICLES or kind in WEB_PAGES or kind in ("", "CreativeWork", "Blog")
    return True


def _is_at(element: HtmlElement, heading: HtmlElement) -> bool:
    """Check whether a time stands beside the title, and is not said to be that of a change."""
    parent = element.getparent()
    if parent is None or _UPDATED.search("".join(islice(parent.itertext(), 20))[:_LONGEST]):
        return False
    above = [each for each in islice(heading.iterancestors(), 3) if each.tag not in ("body", "html")]
    return any(each in above for each in islice(element.iterancestors(), 4))


def _date_under(heading: HtmlElement) -> str | None:
    """The date in a line under the title that has little else in it."""
    for element in _FOLLOWING(heading):
        if element.tag in ("script", "style", "noscript") or len(element) > 5:
            continue
        text = text_within(element)
        if element.tag == "p" and len(text) > _LONGEST:
            return None
        if 0 < len(text) <= _SHORT and _DATE_LINE.fullmatch(text) and not _UPDATED.search(text):
            return written_date(text)
    return None


def _labeled_date(page: PageTree) -> str | None:
    for element in page.root.iter("p", "span", "div", "li", "time", "small", "em"):
        text = element.text
        if (
            text
            and len(text) <= _LONGEST
            and (label := _PUBLISHED.search(f"{text.lstrip()} "))
            and not is_elsewhere(element)
        ):
            rest = text_within(element)[label.end() - 1 :][:40]
            if date := stated_date(rest) or written_date(rest):
                return date
    return None
