"""Parts of web pages that are not the author's: readers' comments, banners about cookies, and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml.etree import XPath
from lxml.html import HtmlElement

from fair4ml.read.pages.formulas import replace

_BOXES = ("div", "section", "aside", "ol", "ul", "article", "details", "form", "dialog", "footer", "dl")
_LONGEST = 500


def _words(text: str) -> str:
    return "|".join(text.split())


# Few elements have one of these; the patterns below are tried on those alone.
_MARKED = re.compile(
    r"comment|disqus|dsq|respon|repl|webmention|discussion|isso|giscus|utteranc|h-cite|cookie|consent|gdpr|privacy|onetrust"
    r"|ot-sdk|cmp|cc-|didomi|truste|cky-|borlabs|usercentrics|sp_message",
    re.IGNORECASE,
)
_OF_COMMENTS = _words("all article blog entry fb page post reader readers story user view")
_COMMENT_PARTS = _words(
    """
    area block body box container content feed form holder inner list main outer panel region respond section sections
    stream thread threads wrap wrapper
    """
)
_COMMENTS = re.compile(
    rf"(?:^|\s)(?:(?:{_OF_COMMENTS})?[-_]*comments?[-_]*(?:{_COMMENT_PARTS})?s?|commentlist|disqus(?:[-_]thread)?|dsq-\S+|respond"
    r"|replies|reply-list|responses|webmentions?|discussion[-_](?:area|list|thread)|isso-thread|giscus|utterances"
    r"|u-comment|h-cite)(?:\s|$)",
    re.IGNORECASE,
)
_OF_READERS = frozenset({"form", "textarea", "button", "input", "time", "iframe", "script", "article"})
"""Elements that comments and their forms have, and sections of texts have not."""
_COMMENT_TYPE = re.compile(r"schema\.org/(?:User)?Comments?/?$")
_CONSENT_PARTS = _words(
    """
    alert banner bar bottom box consent container dialog disclaimer info law manager message modal notice notification
    overlay panel policy policybanner popup prompt settings top wall warning
    """
)
_CONSENT = re.compile(
    rf"(?:^|[\s_-])(?:(?:cookies?|gdpr|privacy|consent)[-_]?(?:{_CONSENT_PARTS})|cc-(?:window|banner)|cookieconsent|cookiebot"
    r"|cybotcookiebot\w*|onetrust\S*|ot-sdk\S*|didomi\S*|truste\S*|qc-cmp\S*|cmplz\S*|cky-\S+|moove[-_]gdpr\S*|borlabs\S*"
    r"|usercentrics\S*|sp_message_container\S*|fc-consent-root)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.IGNORECASE)
_STYLED = XPath(
    ".//*[@hidden or contains(@style, 'none') or contains(@style, 'hidden') or contains(@style, 'font-size')]"
)


def remove_foreign(body: HtmlElement) -> None:
    """Remove what is not the author's from a page.

    What has most of the text is the article, whatever it is called, and however it is faded in.

    Args:
        body: the page's element of that name; it is changed.
    """
    foreign: list[HtmlElement] = []
    for element in [each for each in body.iterdescendants(*_BOXES) if _is_called_foreign(each)]:
        if _is_section_of_text(element):
            _rename(element)
        else:
            foreign.append(element)
    hidden = [each for each in _STYLED(body) if "hidden" in each.attrib or _HIDDEN.search(each.get("style", ""))]
    if foreign or hidden:
        total = len(body.text_content())
        _remove(foreign, total)
        _remove(hidden, total)


def _remove(elements: Iterable[HtmlElement], total: int) -> None:
    lengths = {element: len(element.text_content()) for element in elements}
    outer = [each for each in lengths if not any(above in lengths for above in each.iterancestors())]
    is_too_much = sum(lengths[each] for each in outer) * 2 > total
    for element, length in lengths.items():
        if length * 2 > total or is_too_much:
            _rename(element)
        else:
            replace(element, "")


def _rename(element: HtmlElement) -> None:
    """Take the names from an element, since the extraction would take it for what it is called."""
    for name in ("class", "id", "style", "hidden"):
        element.attrib.pop(name, None)


def _is_section_of_text(element: HtmlElement) -> bool:
    """Check whether an element is a part of a text that is named after its heading, such as a section on comments."""
    if element.tag != "section" or len(element) < 2 or element[0].tag not in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return False
    return not any(
        each.tag in _OF_READERS or (each is not element and _COMMENTS.search(each.get("class", "")[:_LONGEST]))
        for each in element.iter()
    )


def _is_called_foreign(element: HtmlElement) -> bool:
    marks = f"{element.get('class', '')[:_LONGEST]} {element.get('id', '')[:_LONGEST]}"
    if len(marks) > 1 and _MARKED.search(marks) and (_COMMENTS.search(marks) or _CONSENT.search(marks)):
        return True
    if "comment" in element.get("itemprop", "").split():
        return True
    return _COMMENT_TYPE.search(element.get("itemtype", "")) is not None
