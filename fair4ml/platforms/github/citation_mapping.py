"""The ``CITATION.cff`` of a repository: who wrote it, which version it is, and what is to be cited.

A record of its own: GitHub's record of the repository stays as it is, whatever happens to the file.
"""

from __future__ import annotations

import re
from dataclasses import replace

from fair4ml.describe.draft import Draft
from fair4ml.describe.source_record import parse
from fair4ml.entities import Description, FieldIssue, SoftwareSourceCode
from fair4ml.identifiers import doi, github_repository
from fair4ml.platforms import describe
from fair4ml.platforms.github.citation_source import Author, Citation, CitationFile, Identifier, Reference
from fair4ml.platforms.github.provenance import CITATION_FILE
from fair4ml.platforms.github.terms import Named, agents, cited, licenses, publication
from fair4ml.read.front_matter import FRONT_MATTER, split

PUBLICATIONS = frozenset(
    """
    article book conference conference-paper magazine-article manual newspaper-article pamphlet proceedings report
    thesis unpublished
    """.split()
)
"""The types of references that are publications, after the format's own guide; of ``generic`` only a DOI can tell."""
_UNTOLD = frozenset({None, "generic"})

_BYTE_ORDER_MARK = "\ufeff"
_FENCE = re.compile(r"^(?:-{3,}|\.{3})[ \t]*$", re.MULTILINE)
_DIRECTIVES = re.compile(r"(?:[ \t]*(?:[%#].*)?\n)*(?=---)")


@describe.register
def describe_citation(source: CitationFile) -> Description:
    """Map the ``CITATION.cff`` of a repository; see `describe`."""
    iri = github_repository(source.full_name)
    draft = Draft(iri)
    if source.text is None:
        return draft.finish(SoftwareSourceCode(iri=iri, name=source.full_name), {})
    metadata, unread = _read(source.text)
    citation, wrong = parse(Citation, metadata)
    works = [("preferred-citation", citation.preferred_citation)]
    works += [(f"references.{n}", work) for n, work in enumerate(citation.references)]
    named = [(place, work) for place, work in works if work is not None]
    texts = [cited(work.title, _addresses(work)) for _, work in named]
    title = " ".join((citation.title or "").split())
    words = (word.strip() for word in citation.keywords if word)
    root = SoftwareSourceCode(
        iri=iri,
        name=source.full_name,
        description=(citation.abstract or "").strip() or None,
        author=agents(draft, "authors", map(_author, citation.authors)),
        version=(citation.version or "").strip() or None,
        identifier=_identifiers(draft, citation),
        date_published=citation.date_released,
        license=licenses(draft, "license", citation.license or [citation.license_url]),
        keywords=list(dict.fromkeys(word for word in words if word)),
        citation=list(dict.fromkeys(filter(None, texts))),
        reference_publication=_publications(draft, citation.preferred_citation),
        additional_property=[draft.value("title", title)] if title else [],
    )
    for (place, _), text in zip(named, texts, strict=True):
        if not text:
            draft.issue(place, "does not name a publication")
    told = draft.finish(root, {})
    issues = (*unread, *wrong, *told.issues)
    return replace(told, issues=[replace(each, field=f"{CITATION_FILE}.{each.field}".rstrip(".")) for each in issues])


def _read(text: str) -> tuple[dict[str, object], list[FieldIssue]]:
    """The mapping in the file, and issues for what could not be read."""
    lines = text.removeprefix(_BYTE_ORDER_MARK).replace("\r\n", "\n").replace("\r", "\n")
    directives = _DIRECTIVES.match(lines)
    block = _FENCE.sub("", lines[directives.end() :] if directives else lines)
    found = split(f"---\n{block}\n---\n", texts=True)
    issues = [replace(issue, field=issue.field.removeprefix(FRONT_MATTER).lstrip(".")) for issue in found.issues]
    return found.metadata, issues


def _author(author: Author | None) -> Named | None:
    if author is None:
        return None
    if author.name and author.name.strip():
        return Named(author.name.strip(), "organization")
    names = (author.given_names, author.name_particle, author.family_names, author.name_suffix)
    full = " ".join(" ".join(filter(None, names)).split()) or (author.alias or "").strip()
    return Named(full or None, "person", author.orcid)


def _identifiers(draft: Draft, citation: Citation) -> list[str]:
    """The DOIs and other identifiers of the software itself."""
    stated = [("doi", Identifier(type="doi", value=citation.doi))]
    stated += [(f"identifiers.{n}", each) for n, each in enumerate(citation.identifiers) if each is not None]
    found: dict[str, None] = {}
    for place, each in stated:
        value = (each.value or "").strip()
        iri = doi(value) if each.type == "doi" else None
        if value and each.type == "doi" and iri is None:
            draft.issue(place, "is not a DOI")
        elif value:
            found[iri or value] = None
    return list(found)


def _addresses(work: Reference) -> list[str | None]:
    dois = [each.value for each in work.identifiers if each is not None and each.type == "doi"]
    others = [each.value for each in work.identifiers if each is not None and each.type == "url"]
    return [work.doi, *dois, work.url, *others]


def _publications(draft: Draft, work: Reference | None) -> list[str]:
    """The publication about the software; further references are works that it builds on or uses."""
    if work is None or not (work.type in PUBLICATIONS or work.type in _UNTOLD):
        return []
    iri = publication(draft, work.title, _addresses(work), known=work.type in PUBLICATIONS)
    return [] if iri is None else [iri]
