"""Markdown as the passages under its headings, and as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType
from w3lib.html import remove_comments, remove_tags, remove_tags_with_content, replace_entities

MAX_LINES = 10_000
"""The maximum number of lines read. Nested blocks cost a multiple of their lines; 1 in 10,000 real cards has more."""

_MAX_HEADING = 200
_UNSEEN = ("script", "style", "template", "noscript")
_BREAKS = re.compile(r"(?=<(?:br|hr|/?(?:p|div|li|tr|td|th|h[1-6]|details|summary|center)\b))", re.IGNORECASE)
_OPENS_UNSEEN = re.compile(rf"<(/?)(?:{'|'.join(_UNSEEN)})\b", re.IGNORECASE)
_MARKUP = re.compile(r"[\\`*_\[\]<>&!\n]")
# Control characters, and characters that change the direction of text.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_SPACES = re.compile(r"[ \t\u00a0]+")

_markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
# Most passages are never used, so the text inside blocks is parsed only when it is rendered.
_markdown.disable(["inline", "text_join"])


@dataclass(slots=True)
class Passage:
    """The text under one heading, up to the next heading of any level.

    Attributes:
        level: of the heading, 1 to 6; 0 for the text before the first heading.
        heading: its plain text.
        source: the Markdown between the headings.
    """

    level: int
    heading: str
    source: str
    _tokens: list[Token] = field(default_factory=list)
    _env: EnvType = field(default_factory=dict)

    def text(self, limit: int) -> tuple[str, bool]:
        """The prose, lists and tables as plain text without code blocks, and whether it was cut.

        Args:
            limit: the maximum number of characters of Markdown to render.
        """
        lines: list[str] = []
        for piece in _pieces(self._tokens):
            source = piece.source[:limit]
            limit -= len(piece.source)
            shown = _without_html(source) if piece.is_html else _rendered(source, self._env)
            if piece.is_cell or shown.strip():
                lines.append(piece.before + shown)
            if limit < 0:
                break
        return tidy("".join(lines)), limit < 0

    def blocks(self) -> Iterator[tuple[Literal["paragraph", "item", "row"], list[str]]]:
        """The lines of paragraphs, the first lines of items of lists, and the cells of rows of tables, as Markdown.

        Quotations are left out, and what stands below an item: it belongs to what that names.
        """
        depth = items = 0
        row: list[str] | None = None
        for token in self._tokens:
            if token.type in ("list_item_open", "list_item_close", "blockquote_open", "blockquote_close"):
                depth += token.nesting
                items = depth if token.type == "list_item_open" else 0
            elif token.type == "tr_open":
                row = []
            elif token.type == "inline" and row is not None:
                row.append(token.content)
            elif token.type == "tr_close" and row is not None:
                if depth == 0:
                    yield "row", row
                row = None
            elif token.type == "inline":
                lines = token.content.split("\n")
                if depth == 0:
                    yield "paragraph", lines
                elif items == 1:
                    yield "item", lines[:1]
                items = 0

    def code(self) -> Iterator[tuple[str, str]]:
        """The code blocks, each as the language that its fence names and its text."""
        for token in self._tokens:
            if token.type in ("fence", "code_block"):
                language = token.info.strip().partition(" ")[0].lower()
                yield language, _INVISIBLE.sub("", token.content).strip("\n")


def passages(text: str) -> tuple[list[Passage], bool]:
    """The passages of a text in order, and whether the text was cut.

    Headings are those of CommonMark outside of lists and quotations; a ``#`` in a code block is not one.

    Args:
        text: the Markdown, with line feeds only.
    """
    lines = text.split("\n", MAX_LINES)
    is_cut = len(lines) > MAX_LINES
    del lines[MAX_LINES:]
    env: EnvType = {}
    tokens = _markdown.parse("\n".join(lines), env)
    found = [Passage(0, "", "", _env=env)]
    starts = [(0, 0)]
    after_heading = 0
    for position, token in enumerate(tokens):
        if token.type == "heading_open" and _is_heading(token, tokens[position + 1].content):
            assert token.map is not None
            shown = _rendered(tokens[position + 1].content[:_MAX_HEADING], env)
            found.append(Passage(int(token.tag[1:]), _SPACES.sub(" ", tidy(shown).replace("\n", " ")), "", _env=env))
            starts.append((token.map[0], token.map[1]))
            after_heading = position + 3
        elif position >= after_heading:
            found[-1]._tokens.append(token)
    for passage, (_, begin), (end, _) in zip(found, starts, [*starts[1:], (len(lines), 0)], strict=True):
        passage.source = "\n".join(lines[begin:end])
    return found, is_cut


def _is_heading(token: Token, content: str) -> bool:
    # A rule right below a paragraph turns it into a heading, which is seldom intended.
    is_paragraph = token.markup in ("=", "-") and ("\n" in content or len(content) > _MAX_HEADING // 2)
    return token.level == 0 and not is_paragraph


def tidy(text: str) -> str:
    """A text without invisible characters, superfluous spaces and empty lines."""
    lines = [_SPACES.sub(" ", line).strip() for line in _INVISIBLE.sub("", text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Piece(NamedTuple):
    before: str
    source: str
    is_html: bool = False
    is_cell: bool = False


def _pieces(tokens: list[Token]) -> Iterator[_Piece]:
    """The texts of blocks, each with its separator from the previous one."""
    marker = cell = ""
    is_tight = False
    for token in tokens:
        if token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "tr_open":
            cell = "\n" if cell else "\n\n"
        elif token.type == "inline" and cell:
            yield _Piece(cell, token.content, is_cell=True)
            cell = " | "
        elif token.type == "inline":
            yield _Piece(("\n" if is_tight else "\n\n") + marker, token.content)
            is_tight = is_tight or bool(marker)
            marker = ""
        elif token.type == "html_block":
            yield _Piece("\n\n", token.content, is_html=True)
        elif token.type in ("table_open", "table_close", "bullet_list_close", "ordered_list_close"):
            cell = ""
            is_tight = token.level > 0


def _rendered(source: str, env: EnvType) -> str:
    if _MARKUP.search(source) is None:
        return source
    tokens: list[Token] = []
    _markdown.inline.parse(source, _markdown, env, tokens)
    shown: list[str] = []
    unseen = False
    for token in tokens:
        if token.type == "html_inline":
            tag = _OPENS_UNSEEN.match(token.content)
            if tag is not None:
                unseen = not tag[1]
            elif token.content[:3].lower() == "<br":
                shown.append("\n")
        elif token.type in ("softbreak", "hardbreak"):
            shown.append("\n")
        elif token.type in ("text", "code_inline", "text_special") and not unseen:
            shown.append(token.content)
    return "".join(shown)


def _without_html(source: str) -> str:
    text = remove_tags_with_content(remove_comments(source), _UNSEEN)
    return replace_entities(remove_tags(_BREAKS.sub("\n", text)))
