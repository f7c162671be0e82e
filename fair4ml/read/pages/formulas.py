"""Formulas and code in web pages, as text that survives the extraction."""

from __future__ import annotations

import re
from itertools import islice

from lxml.html import HtmlElement

_MATH_SCRIPT = re.compile(r"math/(?:tex|asciimath)", re.IGNORECASE)
_PICTURE = re.compile(r"(?:^|\s)(?:latex|math|tex|mwe-math-fallback-image-\w+)(?:\s|$)", re.IGNORECASE)
_LINE_NUMBERS = re.compile(r"[\d\s]+")
_RENDERED = frozenset({"MathJax", "MathJax_Display", "MathJax_Preview", "MathJax_SVG", "MathJax_SVG_Display"})


def keep_formulas(root: HtmlElement) -> None:
    """Put formulas into the text that scripts or pictures show; those in MathML have their signs, at least.

    Args:
        root: the page; it is changed.
    """
    scripts = [each for each in root.iter("script") if _MATH_SCRIPT.match(each.get("type", ""))]
    for script in scripts:
        replace(script, _tex(script.text or "", is_block="display" in script.get("type", "")))
    has_math = False
    for element in root.iter("math"):
        has_math = True
        if not element.get("alttext") and not any(
            "x-tex" in each.get("encoding", "") for each in element.iter("annotation")
        ):
            element.set("alttext", " ".join("".join(element.itertext()).split()))
    # What programs have made of the same formulas for the eye.
    seen = (_RENDERED if scripts else frozenset()) | ({"katex-html"} if has_math else frozenset())
    if seen:
        for element in [
            each for each in root.iter("span", "div") if not seen.isdisjoint(each.get("class", "").split())
        ]:
            replace(element, "")
    for picture in [each for each in root.iter("img") if each.get("alt") and _PICTURE.search(each.get("class", ""))]:
        replace(picture, _tex(picture.get("alt"), is_block=False))


def make_plain(element: HtmlElement) -> None:
    """Make one piece of code of a colored one.

    Args:
        element: an element `pre`; it is changed.
    """
    for each in list(element.iter("br")):
        each.tail = "\n" + (each.tail or "")
    text, tail = element.text_content(), element.tail
    for child in list(element):
        element.remove(child)
    element.text, element.tail = None, tail
    code = element.makeelement("code")
    code.text = text
    element.append(code)


def without_line_numbers(root: HtmlElement) -> None:
    """Make pieces of code of tables that have the numbers of its lines in one cell and the code in another.

    Args:
        root: the page; it is changed.
    """
    for table in list(root.iter("table")):
        pieces = list(islice(table.iter("pre"), 3))
        if len(pieces) != 2 or len(list(islice(table.iter("tr"), 2))) != 1:
            continue
        numbers, code = pieces
        if _LINE_NUMBERS.fullmatch(numbers.text_content()):
            code.tail = None
            table.addprevious(code)
            replace(table, "")


def replace(element: HtmlElement, text: str) -> None:
    """Put a text in the place of an element.

    Args:
        element: the element; it is taken out of its page.
        text: the text; empty to remove the element.
    """
    parent = element.getparent()
    if parent is None:
        return
    text += element.tail or ""
    before = element.getprevious()
    if before is None:
        parent.text = (parent.text or "") + text
    else:
        before.tail = (before.tail or "") + text
    parent.remove(element)


def _tex(text: str, *, is_block: bool) -> str:
    text = text.strip().strip("$").strip()
    if not text:
        return ""
    return f"\\[{text}\\]" if is_block else f"\\({text}\\)"
