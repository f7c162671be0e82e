"""Text analysis that all search engines share: the terms that texts and searches are compared by.

The analyzers are tantivy's, which Elasticsearch is configured to imitate (`elasticsearch.index.settings`). Searching in
Elasticsearch needs them too, to read what a person typed: so tantivy belongs to every installation (17 MB, loaded in
some milliseconds).
"""

from __future__ import annotations

import re
from functools import cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from fair4ml.read.scripts import IDEOGRAPHS

LONGEST_WORD = 80
"""Bytes of a word that are too many for the index."""

PART = r"\p{Lu}?\p{Ll}+|\p{Lu}+|\p{N}+|\p{Lo}"
"""The parts of names, however they are joined: "DistilBERT" is "distil" and "bert", "gpt2" is "gpt" and "2"."""

_IDEOGRAPH = re.compile(f"([{IDEOGRAPHS}])")


@cache
def analyzers() -> dict[str, TextAnalyzer]:
    """The analyzers: ``words``, their ``parts``, ``prose`` with its stems, and facet values as they are written."""
    fold = Filter.lowercase(), Filter.ascii_fold()
    long = Filter.remove_long(LONGEST_WORD)
    return {
        "words": analyzer(Tokenizer.simple(), long, *fold),
        "parts": analyzer(Tokenizer.regex(PART), long, *fold),
        "prose": analyzer(Tokenizer.simple(), long, *fold, Filter.stemmer("english")),
        "value": analyzer(Tokenizer.raw(), Filter.lowercase()),
        "folded": analyzer(Tokenizer.raw(), Filter.lowercase()),
    }


def analyzer(tokenizer: Tokenizer, *filters: Filter) -> TextAnalyzer:
    """A tokenizer followed by filters."""
    builder = TextAnalyzerBuilder(tokenizer)
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


def analyze(name: str, text: str) -> list[str]:
    """The terms that an analyzer makes of a text.

    Args:
        name: of the analyzer.
        text: read with its ideographs apart (`spaced`).
    """
    return analyzers()[name].analyze(spaced(text))


def spaced(text: str) -> str:
    """Text whose ideographs and kana stand alone, as languages without spaces have no other words to find."""
    return text if text.isascii() else _IDEOGRAPH.sub(r" \1 ", text)
