"""Reading of model cards (the ``README.md`` of a model on the Hugging Face Hub), by topic.

Cards are hostile input: nothing in them is run or followed, and parts that cannot be read are left out and reported as
issues. Placeholders of the Hub's template are not content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from fair4ml.entities import FieldIssue
from fair4ml.normalize.co2_emissions import stated_emissions
from fair4ml.read import bibtex, card_code, front_matter, markdown
from fair4ml.read.card_headings import BEGINNING, TABLE, topics_of

MAX_CARD = 1_000_000
"""The maximum number of characters of a card that are read."""
MAX_SECTION = 10_000
"""The maximum number of characters of Markdown that are read about one topic, and of a code sample."""
MAX_SAMPLES = 3

_PLACEHOLDERS = frozenset(TABLE["placeholders"])
_BOILERPLATE: list[str] = sorted(TABLE["boilerplate"], key=len, reverse=True)

_LABEL = re.compile(r"^(?:[-*•] |\d+[.)] )?(?:[^:]{1,80}: *)?")
_UNSAID = re.compile(r"[^\w\s/]|_")
_JINJA = re.compile(r"\{\{.*\}\}|\{%.*%\}")
_BIBTEX_LANGUAGES = frozenset({"bib", "bibtex", "latex", "tex"})
_LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Section:
    """The content of a card about one topic.

    Attributes:
        text: plain text without code; empty if there is nothing but code.
        headings: the headings above it.
        code: the first code blocks about usage, or the entries of a citation, unchanged.
    """

    text: str
    headings: tuple[str, ...]
    code: tuple[str, ...] = ()


@dataclass(slots=True)
class ModelCard:
    """A card that was read.

    Attributes:
        metadata: the front matter as JSON values.
        sections: the content of the text by topic (`TOPICS`). The citation is either entries or prose.
        emissions: the emissions of training, with the unit.
        references: the entries of the citation.
        code: the IRIs of the repositories that it names as its code, each with the heading above it.
        issues: the parts that could not be read, and why.
    """

    metadata: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    emissions: Section | None = None
    references: list[bibtex.Reference] = field(default_factory=list)
    code: dict[str, str] = field(default_factory=dict)
    issues: list[FieldIssue] = field(default_factory=list)


def read(text: str) -> ModelCard:
    """Read a model card. No text is refused: the worst result is an empty card.

    Args:
        text: the whole file, front matter included.
    """
    card = ModelCard()
    if len(text) > MAX_CARD:
        card.issues.append(FieldIssue("text", f"is longer than {MAX_CARD:,} characters; the rest was left out"))
    block = front_matter.split(_plain(text[:MAX_CARD]))
    card.metadata = block.metadata
    card.issues += block.issues
    passages, is_cut = markdown.passages(block.body)
    if is_cut:
        card.issues.append(FieldIssue("text", f"has more than {markdown.MAX_LINES:,} lines; the rest was left out"))
    found = _by_topic(passages)
    for topic, placed in found.items():
        section = _citation(placed, card) if topic == "citation" else _section(topic, placed, card.issues)
        if section.text or section.code:
            card.sections[topic] = section
    card.emissions = _emissions(card)
    card.code = _code(passages, card.issues)
    return card


@dataclass(frozen=True, slots=True)
class _Placed:
    """A passage with the heading that states its topic."""

    passage: markdown.Passage
    heading: str

    @property
    def subheading(self) -> str:
        """Its own heading, if that is not the one that states the topic."""
        return "" if self.heading in (self.passage.heading, BEGINNING) else self.passage.heading


def _plain(text: str) -> str:
    """The text with line feeds only, without a byte order mark, null characters and surrogates."""
    text = text.removeprefix("\ufeff").replace("\x00", "")
    return _LINE_ENDS.sub("\n", text).encode("utf-8", "ignore").decode()


def _by_topic(passages: list[markdown.Passage]) -> dict[str, list[_Placed]]:
    """The passages about each topic: under a heading that states it, or under a lower one that states no other."""
    found: dict[str, list[_Placed]] = {}
    above: list[tuple[int, str, frozenset[str]]] = []
    for position, passage in enumerate(passages):
        while above and above[-1][0] >= passage.level:
            above.pop()
        heading, topics = passage.heading, topics_of(passage.heading)
        if topics is None and position <= 1:
            heading, topics = BEGINNING, frozenset({"description"})
        elif topics is None and above:
            _, heading, topics = above[-1]
        # Not everything below the title is a description.
        if topics is not None and heading != BEGINNING:
            above.append((passage.level, heading, topics))
        for topic in topics or ():
            found.setdefault(topic, []).append(_Placed(passage, heading))
    return found


def _section(topic: str, placed: list[_Placed], issues: list[FieldIssue]) -> Section:
    left = MAX_SECTION
    parts: list[str] = []
    headings: dict[str, None] = {}
    code: list[str] = []
    for each in placed:
        text, is_cut = each.passage.text(left) if left > 0 else ("", True)
        if is_cut:
            issues.append(FieldIssue(topic, f"is longer than {MAX_SECTION:,} characters; the rest was left out"))
            left = 0
        left -= len(text)
        text = without_placeholders(text)
        if text:
            parts.append(f"{each.subheading}\n\n{text}" if each.subheading else text)
        samples = list(_samples(each.passage, len(code), issues)) if topic == "usage" else []
        code += samples
        if text or samples:
            headings[each.heading] = None
        if is_cut:
            break
    return Section("\n\n".join(parts), tuple(headings), tuple(code))


def _samples(passage: markdown.Passage, known: int, issues: list[FieldIssue]) -> Iterator[str]:
    for language, text in passage.code():
        if known == MAX_SAMPLES:
            return
        if not text.strip() or language in _BIBTEX_LANGUAGES or bibtex.has_entries(text):
            continue
        if len(text) > MAX_SECTION:
            issues.append(FieldIssue("usage", f"has code of more than {MAX_SECTION:,} characters, which was left out"))
        else:
            known += 1
            yield text


def without_placeholders(text: str) -> str:
    """The text without lines and sentences that are placeholders for an answer."""
    for sentence in _BOILERPLATE:
        text = text.replace(sentence, "")
    lines = [line for line in text.split("\n") if not line or not _is_placeholder(line)]
    # Labels without answers, or introductions of code, which is kept apart.
    if all(line.endswith(":") for line in lines if line):
        return ""
    return markdown.tidy("\n".join(lines))


def _is_placeholder(line: str) -> bool:
    bare = _JINJA.sub("", line)
    answers = {" ".join(_UNSAID.sub("", answer.casefold()).split()) for answer in (bare, _LABEL.sub("", bare))}
    return not answers.isdisjoint(_PLACEHOLDERS) or not any(map(str.isalnum, bare))


def _citation(placed: list[_Placed], card: ModelCard) -> Section:
    source = "\n\n".join(each.passage.source for each in placed)[:MAX_SECTION]
    if not bibtex.has_entries(source):
        return _section("citation", placed, card.issues)
    card.references, failed = bibtex.references(source)
    if failed:
        card.issues.append(FieldIssue("citation", "has BibTeX that cannot be read"))
    headings = dict.fromkeys(each.heading for each in placed if bibtex.has_entries(each.passage.source))
    return Section("", tuple(headings), tuple(reference.source for reference in card.references))


def _code(passages: list[markdown.Passage], issues: list[FieldIssue]) -> dict[str, str]:
    code = card_code.repositories(passages)
    if len(code) > card_code.MAX_REPOSITORIES:
        issues.append(
            FieldIssue("code", f"is in more than {card_code.MAX_REPOSITORIES} repositories; the rest was left out")
        )
    return dict(islice(code.items(), card_code.MAX_REPOSITORIES))


def _emissions(card: ModelCard) -> Section | None:
    found: dict[str, tuple[str, ...]] = {}
    for topic in ("environmental impact", "description"):
        section = card.sections.get(topic)
        if section is not None:
            found |= {amount: section.headings for amount in stated_emissions(section.text) if amount not in found}
    if len(found) > 1:
        card.issues.append(FieldIssue("environmental impact", "states several different amounts of emissions"))
    return Section(*found.popitem()) if len(found) == 1 else None
