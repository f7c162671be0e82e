"""Web pages made ready for the extraction of their text: without what is no part of it, in elements that it knows."""

from __future__ import annotations

from lxml.html import HtmlElement

from fair4ml.read.pages.foreign import remove_foreign
from fair4ml.read.pages.formulas import keep_formulas, make_plain, without_line_numbers
from fair4ml.read.plain_text import squeezed

_BLOCKS = frozenset(
    """
    address article aside blockquote dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5
    h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr ul
    """.split()
)
_FRAMES = ("div", "section", "article", "main", "body", "td")
_LEAST_OF_CELL = 600
"""The number of characters of a cell from which on its table is there for the layout, and has no data."""
_LEAST_OF_PARAGRAPH = 20
_LEAST_OF_BOX = 400
_MOST_BOXES = 30
_FARTHEST = 3


def prepare(root: HtmlElement) -> None:
    """Change a page so that its text can be extracted.

    Readers' comments, banners about cookies and what is hidden are removed; formulas become TeX; code becomes plain;
    text that lies between blocks gets a paragraph of its own.

    Args:
        root: the page; it is changed.
    """
    keep_formulas(root)
    body = root.find("body")
    if body is None:
        return
    remove_foreign(body)
    without_line_numbers(root)
    for element in list(root.iter("pre")):
        make_plain(element)
    _unfold_layout(body)
    for element in [each for each in body.iter(*_FRAMES) if _has_loose_text(each)]:
        _wrap_loose_text(element)
    for element in [each for each in body.iter("p", "font", "center") if any(map(_is_empty_line, each.iter("br")))]:
        element.tag = "div"
        _wrap_loose_text(element)
    _name_paragraphs(body)
    _join_boxes(body)


def _join_boxes(body: HtmlElement) -> None:
    """Put a text together that insertions divide into several boxes of the same kind."""
    boxes: dict[tuple[str, str], list[HtmlElement]] = {}
    for paragraph in body.iter("p"):
        parent = paragraph.getparent()
        mark = parent.get("class")
        if mark and parent.tag in ("div", "section"):
            found = boxes.setdefault((parent.tag, mark), [])
            if not found or found[-1] is not parent:
                found.append(parent)
    for found in boxes.values():
        parts = [each for each in dict.fromkeys(found) if _length_of_paragraphs(each) >= _LEAST_OF_BOX]
        # Items of a list have headings of their own, or links instead.
        if 1 < len(parts) <= _MOST_BOXES and not any(_begins_anew(each) for each in parts[1:]):
            first = parts[0]
            if any(above in parts for each in parts for above in each.iterancestors()) or _distance(parts) > _FARTHEST:
                continue
            for each in parts[1:]:
                for child in list(each):
                    first.append(child)


def _length_of_paragraphs(element: HtmlElement) -> int:
    return sum(len(child.text_content()) for child in element if child.tag == "p")


def _begins_anew(element: HtmlElement) -> bool:
    """Check whether an element, or a near one above it, is an article, a list item or under a title of its own."""
    if len(element) > 0 and element[0].tag in ("h1", "h2", "h3"):
        return True
    near = (element, element.getparent())
    return any(each.tag in ("article", "li", "td") or each.find(".//h1") is not None for each in near)


def _distance(parts: list[HtmlElement]) -> int:
    """The number of levels between elements and the one that all of them are in."""
    chains = [list(each.iterancestors()) for each in parts]
    shared = next((above for above in chains[0] if all(above in chain for chain in chains[1:])), None)
    return max(chain.index(shared) for chain in chains) if shared is not None else _FARTHEST + 1


def _unfold_layout(body: HtmlElement) -> None:
    """Make plain boxes of tables that a page is laid out with."""
    layout: dict[HtmlElement, None] = {}
    for cell in body.iter("td"):
        if next(cell.iter("table"), None) is None and len(cell.text_content()) > _LEAST_OF_CELL:
            layout |= dict.fromkeys(cell.iterancestors("table"))
    for table in layout:
        pending = [table]
        while pending:
            part = pending.pop()
            if part.tag not in ("td", "th"):
                pending += [child for child in part if child.tag in ("tbody", "thead", "tfoot", "tr", "td", "th")]
            part.tag = "div"


def _is_empty_line(element: HtmlElement) -> bool:
    """Check whether an element is a line break that another one follows at once."""
    after = element.getnext()
    return element.tag == "br" and after is not None and after.tag == "br" and not (element.tail or "").strip()


def _has_loose_text(element: HtmlElement) -> bool:
    """Check whether an element has text of its own beside blocks or empty lines."""
    text = element.text
    is_loose = text is not None and not text.isspace()
    has_block = False
    for child in element:
        has_block = has_block or child.tag in _BLOCKS or _is_empty_line(child)
        tail = child.tail
        is_loose = is_loose or (tail is not None and not tail.isspace())
        if is_loose and has_block:
            return True
    return False


def _name_paragraphs(body: HtmlElement) -> None:
    """Call elements paragraphs that are among paragraphs, and are such in all but name."""
    among: dict[HtmlElement, int] = {}
    for paragraph in body.iter("p"):
        parent = paragraph.getparent()
        among[parent] = among.get(parent, 0) + bool((paragraph.text or "").strip())
    for parent in [each for each, count in among.items() if count > 1]:
        for child in parent.iterchildren("div"):
            if _is_paragraph(child):
                child.tag = "p"


def _is_paragraph(element: HtmlElement) -> bool:
    """Check whether an element has nothing but text, and not mainly links."""
    if any(child.tag in _BLOCKS for child in element):
        return False
    length = len(squeezed(element.text_content()))
    linked = sum(len(squeezed(link.text_content())) for link in element.iter("a"))
    return length > _LEAST_OF_PARAGRAPH and linked * 2 < length


def _wrap_loose_text(element: HtmlElement) -> None:
    """Put the text and inline elements between an element's blocks and empty lines into paragraphs."""
    content: list[HtmlElement | str] = [element.text or ""]
    dividing = {child for child in element if child.tag in _BLOCKS or _is_empty_line(child)}
    for child in list(element):
        content += [child, child.tail or ""]
        child.tail = None
        element.remove(child)
    element.text = None
    paragraph: HtmlElement | None = None
    for each in content:
        if not isinstance(each, str) and each in dividing:
            element.append(each)
            paragraph = None
            continue
        if paragraph is None:
            if isinstance(each, str) and not each.strip():
                continue
            paragraph = element.makeelement("p")
            element.append(paragraph)
        if not isinstance(each, str):
            paragraph.append(each)
        elif len(paragraph):
            paragraph[-1].tail = (paragraph[-1].tail or "") + each
        else:
            paragraph.text = (paragraph.text or "") + each
