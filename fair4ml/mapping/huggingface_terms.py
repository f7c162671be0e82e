"""The terms and works that a model on the Hugging Face Hub is linked to: task, library, languages, licenses, papers."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from fair4ml.entities import License, Stub
from fair4ml.identifiers import IRI_MAX_LENGTH, arxiv, doi, hugging_face_library, part_iri
from fair4ml.languages import is_language_tag, parse_language
from fair4ml.licenses import is_unspecified, license_stub
from fair4ml.mapping.articles import article_stub
from fair4ml.mapping.draft import Draft
from fair4ml.mapping.huggingface_lineage import Tagged
from fair4ml.sources.huggingface import Card, ModelInfo
from fair4ml.sources.huggingface_repository import RepositoryCard
from fair4ml.tasks import task_stub

NO_SINGLE_LANGUAGE = frozenset({"code", "multilingual"})
"""What the Hub takes in the place of a language (https://huggingface.co/docs/hub/model-cards)."""

_WEB_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f<>\"{}|\\^`]+")


@lru_cache(maxsize=4096)
def library_stub(name: str) -> Stub:
    """A library, by the name that the Hub has for it."""
    return Stub(hugging_face_library(name), "SoftwareApplication", name)


def task(draft: Draft, source: ModelInfo, card: Card) -> Stub | None:
    """The task that the Hub or else the card states, as a term of the scheme."""
    name = source.pipeline_tag
    if name is None and card.pipeline_tag is not None:
        name = card.pipeline_tag
        draft.exceptions["mlTask"] = "cardData.pipeline_tag"
    stub = task_stub(name) if name is not None else None
    if name is not None and stub is None:
        draft.issue(draft.exceptions.pop("mlTask", "pipeline_tag"), "is no task of the scheme")
    return stub


def libraries(draft: Draft, source: ModelInfo, card: Card) -> list[str]:
    """The names of the libraries that the model is for: one is due, several with commas between are several."""
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
        draft.issue(place, "is no name of a library")
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

    The card's own list comes first; without it, those of the tags that are languages.
    """
    found: dict[str, str] = {}
    for position, language in enumerate(card.language):
        if language is None:
            continue
        parsed = parse_language(language)
        if parsed is not None:
            found[parsed.tag] = draft.stub(parsed.stub)
        elif language not in NO_SINGLE_LANGUAGE:
            draft.issue(f"cardData.language.{position}", "names no single language")
    if not any(card.language):
        for word in words:
            if is_language_tag(word) and (parsed := parse_language(word)) is not None:
                found[parsed.tag] = draft.stub(parsed.stub)
        if found:
            draft.exceptions["inLanguage"] = draft.exceptions["languageTag"] = "tags"
    return found


def licenses(draft: Draft, card: RepositoryCard, tagged: Tagged) -> list[str]:
    """The IRIs of the licenses of the card and the tags.

    A license that no list knows is a part of the model or dataset; so is the one that the card gives a name or a link
    for, where no license is given, or ``other``.
    """
    stated = any(card.license)
    if tagged and not stated:
        draft.exceptions["license"] = "tags"
    found: dict[str, None] = {}
    elsewhere = not (stated or tagged)
    for place, texts in (("cardData.license", enumerate(card.license)), ("tags", tagged)):
        for position, text in texts:
            if text is None:
                continue
            iri = named_license(draft, text)
            if iri is not None:
                found[iri] = None
            elif is_unspecified(text):
                elsewhere = True
            else:
                draft.issue(f"{place}.{position}", "names no license")
    if elsewhere and (card.license_name or card.license_link):
        url = _license_text(draft, card.license_link) if card.license_link else None
        if card.license_name or url:
            iri = part_iri(draft.iri, "license", card.license_name or url)
            found[draft.part(License(iri=iri, name=card.license_name, url=url))] = None
            draft.exceptions["license"] = "cardData.license_name, cardData.license_link"
    return list(found)


def named_license(draft: Draft, text: str) -> str | None:
    """The IRI of the license that an id or a name means, or none where it names none.

    Args:
        draft: gets the stub, or the part that a license becomes which no list knows.
        text: the id or name.
    """
    stub = license_stub(text)
    if stub is not None:
        return draft.stub(stub)
    if is_unspecified(text) or not any(map(str.isalnum, text)):
        return None
    name = text.strip()
    return draft.part(License(iri=part_iri(draft.iri, "license", name), name=name))


def _license_text(draft: Draft, link: str) -> str | None:
    """The address of a license's text: relative links lead to the repository's files."""
    if _WEB_ADDRESS.fullmatch(link):
        return link
    address = f"{draft.iri}/blob/main/{quote(link)}"
    if "://" in link or ".." in link or link.startswith("/") or len(address) > IRI_MAX_LENGTH:
        draft.issue("cardData.license_link", "is no address")
        return None
    return address


def articles(draft: Draft, card: RepositoryCard, tagged: Tagged) -> list[str]:
    """The IRIs of the articles on arXiv that the tags and the card name."""
    found: dict[str, None] = {}
    for place, texts in (("tags", tagged), ("cardData.arxiv", enumerate(card.arxiv))):
        for position, text in texts:
            if text is None:
                continue
            iri = arxiv(text)
            if iri is None:
                draft.issue(f"{place}.{position}", "is no arXiv identifier")
            else:
                found[draft.stub(article_stub(iri))] = None
    return list(found)


def dois(draft: Draft, tagged: Tagged) -> list[str]:
    """The IRIs of the DOIs that the tags give the repository."""
    found: dict[str, None] = {}
    for position, text in tagged:
        iri = doi(text)
        if iri is None:
            draft.issue(f"tags.{position}", "is no DOI")
        else:
            found[iri] = None
    return list(found)
