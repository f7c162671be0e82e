"""Model cards as pages show them: their Markdown without HTML, pictures, scripts, and anything that is not seen."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.token import Token
from markupsafe import Markup

from fair4ml.read import front_matter
from fair4ml.read.plain_text import plain
from mlentory_crawl.face import Card

LONGEST, BEGINNING = 12_000, 1_600
"""The number of characters of a card that a page shows, and after which the rest is opened by who wants to read it."""
MOST_CELLS, MOST_IN_LINKS = 3_000, 30_000
"""The number of cells of a table, and of characters of all addresses: a few characters of a card can stand for many."""
KEPT = 64
"""The number of cards that need not be rendered again."""
TAGS = set("a blockquote br code em h3 h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul".split())
HEADINGS = ("h3", "h4", "h5", "h6")
"""The headings of a card: those above them are the page's."""
HEADING = 3
"""The number of tokens of a heading."""
_TAG = re.compile(r"<(?:!--.*?(?:-->|$)|[a-zA-Z/!?][^<>]*>?)", re.DOTALL)
_DELIMITERS = re.compile(r"[|:\s-]+")
_UNSEEN = re.compile(r"\s*<(?:script|style|!--)", re.IGNORECASE)
SCHEMES = ("http://", "https://")
_WIDE = '<div class="wide" tabindex="0" role="group" aria-label="Table in the card">'


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a table of a bounded size: short rows are filled up with empty cells."""
    if start + 1 >= end:
        return False
    delimiters = state.src[state.bMarks[start + 1] + state.tShift[start + 1] : state.eMarks[start + 1]]
    if _DELIMITERS.fullmatch(delimiters):
        if start >= state.env.setdefault("after", 0):
            state.env["after"] = next((line for line in range(start, end) if state.isEmpty(line)), end)
        if (delimiters.count("|") + 1) * (state.env["after"] - start) > MOST_CELLS:
            return False
    return table(state, start, end, silent)


# HTML is recognized so that it can be left out: no rule renders it.
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_MARKDOWN.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
_MARKDOWN.add_render_rule("html_block", lambda *_: "")
_MARKDOWN.add_render_rule("html_inline", lambda *_: "")


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card as a page shows it.

    Attributes:
        beginning: its first blocks.
        rest: the others; empty if there are none.
        is_cut: whether it goes on at its source.
        source: its address.
        fetched_at: when it was fetched (UTC).
    """

    beginning: Markup
    rest: Markup
    is_cut: bool
    source: str
    fetched_at: str


def shown_card(card: Card | None) -> ShownCard | None:
    """Return a card as a page shows it; None if it has no text besides its metadata."""
    if card is None:
        return None
    text = front_matter.body(plain(card.text.replace("\r\n", "\n").removeprefix("\ufeff"))).strip()
    beginning, rest = rendered(text[:LONGEST])
    if not beginning:
        return None
    return ShownCard(beginning, rest, len(text) > LONGEST, card.source, card.fetched_at)


@lru_cache(KEPT)
def rendered(text: str) -> tuple[Markup, Markup]:
    """Return the beginning of a Markdown text and its rest, as HTML of `TAGS` alone.

    Args:
        text: the text of a stranger.
    """
    tokens = _titled(_blocks(_MARKDOWN.parse(text)))
    first: list[Token] = []
    length = 0
    for block in _top_level(tokens):
        length += sum(len(token.content) for token in block)
        if first and length > BEGINNING:
            break
        first += block
    # A heading belongs to what comes after it.
    while len(tokens) > len(first) > HEADING and first[-1].type == "heading_close":
        del first[-HEADING:]
    return _safe(first), _safe(tokens[len(first) :])


def _safe(tokens: Sequence[Token]) -> Markup:
    made = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(
        made,
        tags=TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel="nofollow noopener ugc",
    )
    # What was written as a character reference is a character only now.
    shown = plain(clean).strip().replace("<pre>", '<pre tabindex="0">')
    return Markup(shown.replace("<table>", f"{_WIDE}<table>").replace("</table>", "</table></div>"))  # noqa: S704


def _blocks(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with the texts of HTML and the names of pictures instead of these, and without empty ones."""
    found: list[Token] = []
    left = MOST_IN_LINKS
    for token in tokens:
        if token.type == "html_block":
            found += _paragraph(_text_of(token.content), token)
            continue
        if token.type == "inline":
            token.children = _inline(token.children or [], left)
            left -= sum(len(str(each.attrs["href"])) for each in token.children if each.type == "link_open")
        found.append(token)
    return _filled(found)


def _text_of(content: str) -> str:
    if _UNSEEN.match(content):
        return ""
    return " ".join(html.unescape(_TAG.sub(" ", content)).split())


def _paragraph(content: str, instead_of: Token) -> list[Token]:
    if not content:
        return []
    text = Token("text", "", 0, content=content)
    opening, inline = Token("paragraph_open", "p", 1), Token("inline", "", 0, children=[text], content=content)
    opening.map, opening.level, inline.level = instead_of.map, instead_of.level, instead_of.level + 1
    return [opening, inline, Token("paragraph_close", "p", -1, level=instead_of.level)]


def _inline(children: Sequence[Token], left: int) -> list[Token]:
    found: list[Token] = []
    for child in children:
        if child.type == "html_inline":
            if re.fullmatch(r"<br\s*/?>", child.content, re.IGNORECASE):
                found.append(Token("hardbreak", "br", 0))
        elif child.type == "image":
            found.append(Token("text", "", 0, content=child.content))
        else:
            found.append(child)
    return _linked(found, left)


def _linked(children: Sequence[Token], left: int) -> list[Token]:
    """Return inline tokens whose links lead to the web and have a text; of others only the text is left.

    Args:
        children: the tokens.
        left: the number of characters that all their addresses may have.
    """
    found: list[Token] = []
    opened = 0
    for child in children:
        if child.type == "link_open":
            opened = len(found)
        found.append(child)
        if child.type == "link_close":
            link, *text, _ = found[opened:]
            address = str(link.attrs["href"])
            is_seen = any(each.content.strip() for each in text) and len(address) <= left
            if is_seen and address.lower().startswith(SCHEMES):
                left -= len(address)
            else:
                found[opened:] = text
    return found


def _filled(tokens: Sequence[Token]) -> list[Token]:
    """Return tokens without paragraphs and headings that have no text; an empty cell is no heading of a column."""
    found: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        is_block = token.type in ("paragraph_open", "heading_open", "th_open") and place + 2 < len(tokens)
        if is_block and not _has_text(tokens[place + 1]):
            if token.type == "th_open":
                closing = tokens[place + 2]
                token.tag = closing.tag = "td"
                found += [token, closing]
            place += 3
            continue
        found.append(token)
        place += 1
    return found


def _has_text(inline: Token) -> bool:
    return any(each.content.strip() for each in inline.children or ())


def _titled(tokens: Sequence[Token]) -> list[Token]:
    """Return tokens with headings below those of the page, none of them more than one level below the one before."""
    above: list[int] = []
    for token in tokens:
        if token.type not in ("heading_open", "heading_close"):
            continue
        if token.type == "heading_open":
            level = int(token.tag[1])
            above = [*(each for each in above if each < level), level]
        token.tag = HEADINGS[min(len(above), len(HEADINGS)) - 1]
    return list(tokens)


def _top_level(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each block that stands in no other one."""
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []
