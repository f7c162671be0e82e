"""The headings of model cards, and what is written below them.

They are those of the Hub's template (https://huggingface.co/docs/hub/model-card-annotated) and what people write
instead of them; `data/card_headings.json` has them.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

TABLE: dict[str, Any] = json.loads((files("fair4ml") / "data" / "card_headings.json").read_bytes())
"""Headings, labels and placeholders as `words_of` gives them, by what they mean."""
TOPICS = tuple(TABLE["phrases"])
"""The topics of sections, as named in `ModelCard.sections`."""
BEGINNING = "beginning"
"""The heading of text before the first heading, or under the title."""

_PHRASES: dict[str, str] = {phrase: topic for topic, phrases in TABLE["phrases"].items() for phrase in phrases}
_WHOLES: dict[str, list[str]] = TABLE["wholes"]
_BEGINNINGS: dict[str, str] = TABLE["beginnings"]
_OTHERS = frozenset(TABLE["others"])

_NO_WORD = re.compile(r"[^\w\s]+|_")
_NUMBERED = re.compile(r"^(?:\d+ )+")


def words_of(heading: str) -> str:
    """The words of a heading or label in lower case, without numbering, emoji, punctuation and ``[optional]``."""
    words = " ".join(_NO_WORD.sub(" ", heading.casefold().replace("&", " and ").replace(",", " and ")).split())
    return _NUMBERED.sub("", words).removesuffix(" optional").replace(" and and ", " and ")


@lru_cache(maxsize=4096)
def topics_of(heading: str) -> frozenset[str] | None:
    """The topics of a heading: some of `TOPICS`, the empty set if it is about none of them, or None if unknown."""
    words = words_of(heading)
    if words in _OTHERS:
        return frozenset()
    if words in _WHOLES:
        return frozenset(_WHOLES[words])
    phrases = [_PHRASES.get(phrase) for phrase in words.split(" and ")]
    if all(phrases):
        return frozenset(topic for topic in phrases if topic is not None)
    for beginning, topic in _BEGINNINGS.items():
        if words == beginning or words.startswith(f"{beginning} "):
            return frozenset({topic})
    return None
