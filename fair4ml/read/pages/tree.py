"""The element tree of a web page, and what is collected from it in one pass."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.etree import ElementDefaultClassLookup, LxmlError, XPath
from lxml.html import HtmlComment, HtmlElement, HTMLParser, document_fromstring

from fair4ml.read.plain_text import plain_line

DEEPEST = 255
"""The maximum depth of nesting; the parser stops there."""
MAX_ELEMENTS = 50_000
"""The number of elements from which on the extraction of a text can take minutes."""
MAX_ATTRIBUTES = 2_000
"""The number of attributes of one element from which on reading it takes long: the time grows with its square."""

# The same for all elements: looking for special classes of some takes a tenth of the time.
_CLASSES = ElementDefaultClassLookup(element=HtmlElement, comment=HtmlComment)
_CONTROLS = bytes({*range(32), 127} - {*b"\t\n\r"})
_FORBIDDEN_NUMBER = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF]))"
    r"(?:;|(?![0-9a-fA-F]))"
)
# A tag as the HTML standard divides it: an attribute needs no space before it, and only a value can be quoted.
_MANY_ATTRIBUTES = re.compile(
    r"""<[a-zA-Z][^\s/>]*+(?:[\s/]*+=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+)"""
    f"{{{MAX_ATTRIBUTES}}}"
)
_SHOWN = XPath(
    "//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript or ancestor::template"
    " or ancestor::svg or ancestor::iframe or ancestor::textarea or ancestor::select)]"
)


class Unreadable(ValueError):
    """Error about a page whose elements cannot be read."""


@dataclass(slots=True)
class PageTree:
    """A page that was parsed.

    Attributes:
        root: its element `html`.
        source: its text as it was parsed.
        metas: the contents of its meta elements by name or property in lower case, in their order.
        named: the same in the order of the page.
        links: its link elements.
        scripts: its script elements.
        times: its time elements.
        headings: its headings of the first level.
        title: the text of its title element.
        base: the address that its relative addresses are relative to, as it stands.
    """

    root: HtmlElement
    source: str = ""
    metas: dict[str, list[str]] = field(default_factory=dict)
    named: list[tuple[str, str]] = field(default_factory=list)
    links: list[HtmlElement] = field(default_factory=list)
    scripts: list[HtmlElement] = field(default_factory=list)
    times: list[HtmlElement] = field(default_factory=list)
    headings: list[HtmlElement] = field(default_factory=list)
    title: str = ""
    base: str | None = None

    def meta(self, *names: str) -> list[str]:
        """The contents of the meta elements with these names, those of the first name first."""
        return [content for name in names for content in self.metas.get(name, ())]

    def visible_text(self) -> str:
        """The text that the page's body shows, on one line."""
        return plain_line(" ".join(_SHOWN(self.root)))


def parsed(text: str) -> PageTree:
    """The tree of a page.

    Args:
        text: the page.

    Raises:
        Unreadable: its elements are nested too deep, are too many, or there are none.
    """
    if text.count("<") > 2 * MAX_ELEMENTS:
        raise Unreadable(f"has more than {MAX_ELEMENTS:,} elements")
    if _MANY_ATTRIBUTES.search(text):
        raise Unreadable(f"has an element with more than {MAX_ATTRIBUTES:,} attributes")
    parser = HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, default_doctype=False
    )
    parser.set_element_class_lookup(_CLASSES)
    try:
        root = document_fromstring(_allowed(text), parser=parser)
    except (LxmlError, ValueError, AssertionError) as error:
        raise Unreadable("has no elements") from error
    if any("Excessive depth" in entry.message for entry in parser.error_log):
        raise Unreadable(f"is nested deeper than {DEEPEST} levels")
    page = PageTree(root, text)
    for element in root.iter("meta", "link", "script", "time", "h1", "title", "base"):
        _collect(page, element)
    return page


def _allowed(text: str) -> bytes:
    """The text without characters that no element may have, also where they are written as numbers."""
    if "\ufffe" in text or "\uffff" in text:
        text = text.replace("\ufffe", "").replace("\uffff", "")
    if "&#" in text:
        text = _FORBIDDEN_NUMBER.sub("", text)
    return text.encode("utf-8", "replace").translate(None, _CONTROLS)


def text_within(element: HtmlElement) -> str:
    """The text of an element and those inside it, on one line."""
    return plain_line(element.text_content())


def _collect(page: PageTree, element: HtmlElement) -> None:
    match element.tag:
        case "meta":
            names = [element.get(kind, "").strip().lower()[:100] for kind in ("property", "name", "http-equiv")]
            content = element.get("content", "").strip()
            # Some elements have both a name and a property.
            for name in dict.fromkeys(filter(None, names)) if content else ():
                page.metas.setdefault(name, []).append(content)
                page.named.append((name, content))
        case "link":
            page.links.append(element)
        case "script":
            page.scripts.append(element)
        case "time":
            page.times.append(element)
        case "h1":
            page.headings.append(element)
        case "title":
            # Pictures have titles, too.
            if not page.title and element.getparent().tag in ("head", "html", "body"):
                page.title = text_within(element)
        case "base":
            page.base = page.base or element.get("href")
