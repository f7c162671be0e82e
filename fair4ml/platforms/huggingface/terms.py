"""The terms and works that a model on the Hugging Face Hub is linked to: task, library, languages, papers."""

from __future__ import annotations

from functools import lru_cache

from fair4ml.describe.articles import article_stub
from fair4ml.describe.draft import Draft
from fair4ml.entities import Stub
from fair4ml.identifiers import arxiv, doi, hugging_face_library
from fair4ml.normalize.languages import is_language_tag, parse_language
from fair4ml.normalize.tasks import task_stub
from fair4ml.platforms.huggingface.lineage import Tagged
from fair4ml.platforms.huggingface.repository_source import RepositoryCard
from fair4ml.platforms.huggingface.source import Card, ModelInfo

NO_SINGLE_LANGUAGE = frozenset({"code", "multilingual"})
"""Values that the Hub accepts in place of a language (https://huggingface.co/docs/hub/model-cards)."""


@lru_cache(maxsize=4096)
def library_stub(name: str) -> Stub:
    """The stub of a library, by the Hub's name for it."""
    return Stub(hugging_face_library(name), "SoftwareApplication", name)


def task(draft: Draft, source: ModelInfo, card: Card) -> Stub | None:
    """The task that the Hub or else the card states, as a term of the scheme."""
    name = source.pipeline_tag
    if name is None and card.pipeline_tag is not None:
        name = card.pipeline_tag
        draft.exceptions["mlTask"] = "cardData.pipeline_tag"
    stub = task_stub(name) if name is not None else None
    if name is not None and stub is None:
        draft.issue(draft.exceptions.pop("mlTask", "pipeline_tag"), "is not a known task")
    return stub


def libraries(draft: Draft, source: ModelInfo, card: Card) -> list[str]:
    """The names of the libraries that the model is for: one is expected; a text with commas names several."""
    if source.library_name is not None:
        place, name = "library_name", source.library_name
    elif card.library_name is not None:
        place, name = "cardData.library_name", card.library_name
    elif source.transformers_info is not None:
        place, name = "transformersInfo", "transformers"
    else:
        return []
    names = [each.strip() for each in name.split(",") if each.strip()] if "," in name else [name]
    if not name.isprintable() or not name.strip(" ,") or len(name) > 96:
        draft.issue(place, "is not the name of a library")
        return []
    if place != "library_name":
        draft.exceptions["softwareRequirements"] = place
    return list(dict.fromkeys(names))


def categories(source: ModelInfo) -> list[str]:
    """The architectures and the model type that the files state."""
    stated: list[str | None] = []
    if source.config is not None:
        stated = [*source.config.architectures, source.config.model_type]
        if source.config.diffusers is not None:
            stated.append(source.config.diffusers.class_name)
    if source.gguf is not None:
        stated.append(source.gguf.architecture)
    return list(dict.fromkeys(category for category in stated if category and category.strip()))


def languages(draft: Draft, card: RepositoryCard, words: list[str]) -> dict[str, str]:
    """The languages of a repository as BCP 47 tags, each with the IRI of its language.

    The card's own list comes first; without it, the tags that are languages count.
    """
    found: dict[str, str] = {}
    for position, language in enumerate(card.language):
        if language is None:
            continue
        parsed = parse_language(language)
        if parsed is not None:
            found[parsed.tag] = draft.stub(parsed.stub)
        elif language not in NO_SINGLE_LANGUAGE:
            draft.issue(f"cardData.language.{position}", "does not name a single language")
    if not any(card.language):
        for word in words:
            if is_language_tag(word) and (parsed := parse_language(word)) is not None:
                found[parsed.tag] = draft.stub(parsed.stub)
        if found:
            draft.exceptions["inLanguage"] = draft.exceptions["languageTag"] = "tags"
    return found


def articles(draft: Draft, card: RepositoryCard, tagged: Tagged) -> list[str]:
    """The IRIs of the articles on arXiv that the tags and the card name."""
    found: dict[str, None] = {}
    for place, texts in (("tags", tagged), ("cardData.arxiv", enumerate(card.arxiv))):
        for position, text in texts:
            if text is None:
                continue
            iri = arxiv(text)
            if iri is None:
                draft.issue(f"{place}.{position}", "is not an arXiv identifier")
            else:
                found[draft.stub(article_stub(iri))] = None
    return list(found)


def dois(draft: Draft, tagged: Tagged) -> list[str]:
    """The IRIs of the DOIs that the tags give the repository."""
    found: dict[str, None] = {}
    for position, text in tagged:
        iri = doi(text)
        if iri is None:
            draft.issue(f"tags.{position}", "is not a DOI")
        else:
            found[iri] = None
    return list(found)
