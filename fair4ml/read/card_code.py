"""The repositories that a model card names as the code of its model.

A statement is a label with one address and no further words: ``Repository: <address>``, a link whose text is the
label, a row of a table, or a heading with the address below it. A link in prose may lead anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from fair4ml.identifiers import GITHUB, github_name_in, github_repository
from fair4ml.read.card_headings import BEGINNING, TABLE, topics_of, words_of
from fair4ml.read.markdown import Passage
from fair4ml.read.web_addresses import of_web

MAX_STATEMENT = 500
"""The maximum number of characters of a label with its address."""

MAX_REPOSITORIES = 10
"""The maximum number of repositories that are the code of one model."""

_LABELS = frozenset(TABLE["code"])
_OTHERS = frozenset(TABLE["code of something else"])
_TOPICS_OF_OTHERS = frozenset({"training data", "evaluation data", "environmental impact", "citation"})
_ABOUT_THE_MODEL = frozenset({"about the model", "about this model"})
# Below it a card has that of the model it was made from, whatever the levels of its headings.
_COPY = re.compile(r"original (?:model )?(?:card|description|readme)\b", re.IGNORECASE)
# They name themselves in each card that they write.
_LIBRARIES = frozenset(TABLE["libraries that write cards"])

_HOST = GITHUB.partition("://")[2]
_ADDRESS = re.compile(
    r"(?<!!)\[(?P<text>[^\[\]]*+)\]\(<?(?P<link>[^\s()<>]++)[^()\[\]]*+\)"
    rf"|(?P<bare>(?:https?://|\b(?<![./@-])(?:www\.)?{re.escape(_HOST)})[^\s<>()\[\]{{}}\"'`|]++)",
    re.IGNORECASE,
)
_SEPARATOR = r"\s[|•·]\s"
_BETWEEN = re.compile(_SEPARATOR)
_FIRST_WORDS = "|".join(sorted({re.escape(label.partition(" ")[0]) for label in _LABELS}))
_BEGINS_WITH_LABEL = re.compile(rf"(?:^|{_SEPARATOR})(?:[\W_]|\d+[.)])*+(?:{_FIRST_WORDS})(?![a-z])", re.IGNORECASE)
_AFTER_LABEL = re.compile(r"(?:[:\uff1a]|\s[-\u2013\u2014])[\W_]*(?:see\s+)?$", re.IGNORECASE)
_ENDS = ".,;:!?*_~"
# What an example has where people are to write their own names.
_PLACEHOLDER = re.compile(
    r"(?:^|/)your(?:[-_]|user|name|org|repo)|^user[-_]?name/|^(?:user|org|owner)/repo", re.IGNORECASE
)


def repositories(passages: list[Passage]) -> dict[str, str]:
    """The IRIs of the repositories that a card names as its code, each with the heading above it.

    Args:
        passages: those of the card, in order.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    for position, passage in enumerate(passages):
        # Few passages name a repository, and looking for the host costs next to nothing.
        if _HOST not in passage.source or not _may_state(passage):
            continue
        names = list(_names(passage))
        if not names or any(map(_is_about_something_else, _headings(passages[: position + 1]))):
            continue
        is_title = position <= 1 and topics_of(passage.heading) is None
        for name in names:
            # The names of two repositories on GitHub differ by more than case.
            if name.casefold() not in seen:
                seen.add(name.casefold())
                found[github_repository(name)] = BEGINNING if is_title else passage.heading
    return found


def _may_state(passage: Passage) -> bool:
    """Check for labels in a way that is fast, and finds too many."""
    return _is_label(passage.heading) or any(
        _BEGINS_WITH_LABEL.search(line[:MAX_STATEMENT]) for line in passage.source.split("\n") if _HOST in line
    )


def _headings(passages: list[Passage]) -> Iterator[str]:
    """The headings that the last passage stands below."""
    level: float = float("inf")
    for passage in reversed(passages):
        if passage.level < level or _COPY.match(passage.heading):
            level = passage.level
            yield passage.heading


@lru_cache(maxsize=4096)
def _is_label(text: str) -> bool:
    return words_of(text) in _LABELS


@lru_cache(maxsize=4096)
def _is_about_something_else(heading: str) -> bool:
    """Check whether a heading announces a dataset, a toolkit, another model, or people."""
    words = words_of(heading)
    return (
        words in _OTHERS
        or _COPY.match(words) is not None
        or (words.startswith("about ") and words not in _ABOUT_THE_MODEL)
        or not _TOPICS_OF_OTHERS.isdisjoint(topics_of(heading) or ())
    )


def _names(passage: Passage) -> Iterator[str]:
    """The names of the repositories on GitHub that labels of a passage are followed by."""
    # The heading is the label of what comes right below it.
    is_labeled = _is_label(passage.heading)
    for kind, texts in passage.blocks():
        # The first cell of a row of two is the label of the other.
        lines = texts if kind != "row" else [": ".join(texts)] if len(texts) == 2 else []
        is_labeled = is_labeled and kind == "paragraph" and len(lines) == 1
        # In prose a link is part of a sentence, and no label.
        is_list = len(lines) == 1 or all(_ADDRESS.search(line[:MAX_STATEMENT]) for line in lines)
        for line in lines:
            if _HOST not in line or len(line) > MAX_STATEMENT:
                continue
            for statement in _BETWEEN.split(line):
                address = _stated(statement, is_labeled, is_list)
                name = None if address is None else github_name_in(address)
                if name is not None and not _PLACEHOLDER.search(name) and name.casefold() not in _LIBRARIES:
                    yield name
        is_labeled = False


def _stated(statement: str, is_labeled: bool, is_list: bool) -> str | None:
    """The address in a text that consists of a label and one address.

    Args:
        statement: the text, as Markdown.
        is_labeled: whether what stands above it is the label.
        is_list: whether the text of a link may be the label.
    """
    found = list(islice(_ADDRESS.finditer(statement), 2))
    if len(found) != 1 or words_of(statement[found[0].end() :]):
        return None
    before, text = statement[: found[0].start()], found[0]["text"]
    label = _AFTER_LABEL.sub("", before)
    if label != before:
        is_stated = _is_label(label)
    else:
        is_stated = not words_of(before) and (is_labeled or (is_list and text is not None and _is_label(text)))
    return of_web(found[0]["link"] or found[0]["bare"].rstrip(_ENDS)) if is_stated else None
