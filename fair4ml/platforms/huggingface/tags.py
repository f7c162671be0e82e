"""The tags of a model on the Hugging Face Hub: the facts that some of them state, and the keywords."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fair4ml.normalize.languages import is_language_tag, parse_language
from fair4ml.platforms.huggingface.lineage import Tagged
from fair4ml.platforms.huggingface.source import Card

MACHINE_TAGS = frozenset(
    """
    autonlp_compatible autotrain_compatible co2_eq_emissions endpoints_compatible eval-results has_space
    infinity_compatible model-index text-embeddings-inference text-generation-inference
    """.split()
)
"""Tags that the Hub adds for its own services, or for facts that other fields have."""

_MACHINE_PREFIXES = frozenset({"deploy", "region"})


@dataclass(slots=True)
class Tags:
    """Tags by what they state.

    Attributes:
        licenses, datasets, articles, parents, dois: those with the Hub's prefix for each.
        words: all other tags that people gave.
    """

    licenses: Tagged = field(default_factory=list)
    datasets: Tagged = field(default_factory=list)
    articles: Tagged = field(default_factory=list)
    parents: Tagged = field(default_factory=list)
    dois: Tagged = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def sorted_tags(of_hub: list[str | None], of_card: list[str | None]) -> Tags:
    """Group tags by the facts that they state.

    Args:
        of_hub: the tags that the Hub lists, whose prefixes mark facts.
        of_card: the tags of the card's metadata, whose prefixes need not mark facts.
    """
    tags = Tags()
    groups = {
        "license": tags.licenses,
        "dataset": tags.datasets,
        "arxiv": tags.articles,
        "base_model": tags.parents,
        "doi": tags.dois,
    }
    words: dict[str, None] = {}
    for position, tag in enumerate(of_hub):
        if tag is None:
            continue
        prefix, colon, text = tag.partition(":")
        if not colon:
            words[tag] = None
        elif prefix in groups:
            groups[prefix].append((position, text))
        elif prefix not in _MACHINE_PREFIXES:
            words[tag] = None
    for tag in of_card:
        # Tags with such prefixes are also in the Hub's list if the Hub recognized them.
        if tag is not None and tag not in words and tag.partition(":")[0] not in groups:
            words[tag] = None
    tags.words = [word for word in words if word and not word.isspace()]
    return tags


def keywords(words: list[str], card: Card, languages: Mapping[str, str], told: set[str | None]) -> list[str]:
    """The tags that do not repeat the fact of another property."""
    told.update(languages, (word for word in card.language if word is not None and parse_language(word) is not None))
    kept = [word for word in words if word not in told and word not in MACHINE_TAGS]
    return kept if any(card.language) else [word for word in kept if not is_language_tag(word)]
