"""What people write for a thing: its address or id in any of the forms that are in use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from fair4ml.identifiers import (
    HUGGING_FACE,
    arxiv,
    bioimage_artifact,
    doi,
    github_repository,
    hugging_face_dataset,
    hugging_face_model,
    is_repo_id,
    orcid,
)
from fair4ml.platforms.ai4life.source import artifact_alias
from fair4ml.platforms.github.addresses import repository_at
from fair4ml.platforms.huggingface.addresses import page_of
from fair4ml.platforms.openml.addresses import thing_of
from fair4ml.platforms.openml.terms import OPENML
from fair4ml.platforms.paperswithcode.terms import paper_at

_PACKAGE = re.compile(r"pkg:(?P<type>[a-z]+)/(?P<name>[^?#]+)", re.IGNORECASE)
"""A package URL (https://github.com/package-url/purl-spec); version, qualifiers and subpath tell nothing apart."""
_HUB = re.compile(r"(?:hf|huggingface):(?://)?", re.IGNORECASE)
_HUB_PAGE = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/", re.IGNORECASE)
_ZOO_PAGE = re.compile(
    r"(?:https?://)?(?:(?:www\.)?bioimage\.io/[^#]*#/(?:artifacts/|[^?]*\?(?:[^#]*&)?id=)(?P<page>[^?&#]+)"
    r"|hypha\.aicell\.io/bioimage-io/artifacts/(?P<alias>[^/?#]+))",
    re.IGNORECASE,
)
_PAPER_OF_ARXIV = "https://doi.org/10.48550/arxiv."


def meant(text: str) -> list[str]:
    """The IRIs that a text may mean, the likeliest first.

    Args:
        text: an IRI; the address of a page of a thing, or of one below it; an id (``owner/name``, with ``@revision`` or
            without, ``hf:owner/name``, ``f/100``, ``arXiv:2305.18290``, a DOI, an ORCID iD); or a package URL.
    """
    text = text.strip()
    return list(dict.fromkeys(iri for iri in _meant(text) if iri))


def _meant(text: str) -> Iterator[str | None]:
    yield text
    if package := _PACKAGE.match(text):
        name = unquote(package["name"]).rpartition("@")[0] or unquote(package["name"])
        match package["type"].lower():
            case "huggingface":
                yield hugging_face_model(name)
            case "github":
                yield github_repository(name)
        return
    if _HUB.match(text):
        text = HUGGING_FACE + _HUB.sub("", text, count=1)
    if page := _HUB_PAGE.match(text):
        yield from _on_the_hub(text[page.end() :])
    elif is_repo_id(name := text.partition("@")[0]) or text.startswith("datasets/"):
        yield hugging_face_model(name)
        yield hugging_face_dataset(name)
        if "/" not in name:
            yield bioimage_artifact(name)
    if (page := _ZOO_PAGE.match(text)) and (alias := _alias(unquote(page["page"] or page["alias"]))):
        yield bioimage_artifact(alias)
    yield arxiv(text)
    if (article := doi(text)) is not None:
        yield article
        if article.startswith(_PAPER_OF_ARXIV):
            yield arxiv(article.removeprefix(_PAPER_OF_ARXIV))
    if (thing := thing_of(text)) is not None:
        yield OPENML + thing
    if (repository := repository_at(text)) is not None:
        yield github_repository(repository)
    yield paper_at(text)
    yield orcid(text)
    yield from _spellings(text)


def _on_the_hub(path: str) -> Iterator[str | None]:
    """What a page of the Hub, or one below it, is about."""
    steps = [step.partition("@")[0] for step in re.split("[?#]", path)[0].split("/") if step]
    if steps[:1] == ["papers"]:
        yield arxiv("/".join(steps[1:]))
    for end in range(len(steps), 0, -1):
        page = page_of(HUGGING_FACE + "/".join(steps[:end]))
        if page is not None and page.kind in ("model", "owner", "dataset"):
            yield hugging_face_dataset(page.id) if page.kind == "dataset" else hugging_face_model(page.id)
            return


def _alias(id: str) -> str | None:
    try:
        return artifact_alias(id)
    except ValueError:
        return None


def _spellings(text: str) -> Iterator[str]:
    """The same address as IRIs of things are written."""
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return
    if parts.scheme in ("http", "https") and "." in host:
        path = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
        for each in (host, f"www.{host}", host.removeprefix("www.")):
            yield f"https://{each}{path}"
