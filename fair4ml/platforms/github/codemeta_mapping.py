"""The ``codemeta.json`` of a repository: a record of its own, as its ``CITATION.cff`` is.

Dates of creation and change are GitHub's: those in the file are the software's, which may be older than the repository.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fair4ml.describe.draft import Draft
from fair4ml.describe.licensing import is_web_address
from fair4ml.describe.source_record import parse
from fair4ml.entities import Description, FieldIssue, PropertyValue, SoftwareSourceCode
from fair4ml.identifiers import doi, github_repository, orcid, part_iri
from fair4ml.platforms import describe
from fair4ml.platforms.github.codemeta_source import CodeMeta, CodeMetaFile, Thing, plain, without_roles
from fair4ml.platforms.github.provenance import CODEMETA_FILE
from fair4ml.platforms.github.terms import Named, agents, licenses, publication

_ORGANIZATIONS = frozenset({"Organization", "Corporation", "EducationalOrganization", "ResearchOrganization"})


@describe.register
def describe_codemeta(source: CodeMetaFile) -> Description:
    """Map the ``codemeta.json`` of a repository; see `describe`."""
    iri = github_repository(source.full_name)
    draft = Draft(iri)
    if source.text is None:
        return draft.finish(SoftwareSourceCode(iri=iri, name=source.full_name), {})
    metadata, unread = _read(source.text)
    stated, wrong = parse(CodeMeta, metadata)
    words = (word.strip() for word in stated.keywords if word)
    root = SoftwareSourceCode(
        iri=iri,
        name=source.full_name,
        description=(stated.description or "").strip() or None,
        author=agents(draft, "author", map(_somebody, stated.author)),
        contributor=agents(draft, "contributor", map(_somebody, stated.contributor)),
        maintainer=agents(draft, "maintainer", map(_somebody, stated.maintainer)),
        version=(stated.version or stated.software_version or "").strip() or None,
        identifier=list(dict.fromkeys(filter(None, map(_identifier, stated.identifier)))),
        date_published=stated.date_published,
        license=licenses(draft, "license", [each.id or each.url or each.name for each in stated.license if each]),
        keywords=list(dict.fromkeys(word for word in words if word)),
        reference_publication=_publications(draft, stated.reference_publication),
        additional_property=_values(draft, stated),
    )
    told = draft.finish(root, {})
    issues = (*unread, *wrong, *told.issues)
    return replace(told, issues=[replace(each, field=f"{CODEMETA_FILE}.{each.field}".rstrip(".")) for each in issues])


def _read(text: str) -> tuple[dict[str, Any], list[FieldIssue]]:
    """The object in the file, and the issue if there is none."""
    try:
        # A version is a text: 1.10 is not 1.1.
        # Hand-written files have line breaks and tabs in their texts.
        value = plain(json.loads(text.removeprefix("\ufeff"), strict=False, parse_float=str, parse_constant=_refuse))
    except (ValueError, RecursionError):
        return {}, [FieldIssue("", "is not valid JSON")]
    if not isinstance(value, dict):
        return {}, [FieldIssue("", f"expected an object, got {type(value).__name__}")]
    return without_roles(value), []


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not valid JSON")


def _somebody(thing: Thing | None) -> Named | None:
    if thing is None:
        return None
    names = " ".join(" ".join(filter(None, (thing.given_name, thing.family_name))).split())
    name = " ".join((thing.name or "").split()) or names
    iri = next((text for text in (thing.id, thing.identifier, thing.url) if text and orcid(text)), None)
    if _ORGANIZATIONS.intersection(thing.type):
        return Named(name or None, "organization")
    is_person = "Person" in thing.type or bool(names) or iri is not None
    return Named(name or None, "person" if is_person else "agent", iri)


def _identifier(text: str | None) -> str | None:
    return doi(text or "") or " ".join((text or "").split()) or None


def _publications(draft: Draft, works: Iterable[Thing | None]) -> list[str]:
    found: dict[str, None] = {}
    for position, work in enumerate(works):
        if work is None:
            continue
        # By the term's own meaning it is one.
        iri = publication(
            draft, work.name or work.headline, [work.id, work.identifier, work.url, work.name], known=True
        )
        if iri is None:
            draft.issue(f"referencePublication.{position}", "does not name a publication")
        else:
            found[iri] = None
    return list(found)


def _values(draft: Draft, stated: CodeMeta) -> list[str]:
    values: dict[str, None] = {}
    title = " ".join((stated.name or "").split())
    if title:
        values[draft.value("softwareName", title)] = None
    if stated.development_status and stated.development_status.strip():
        values[draft.value("developmentStatus", stated.development_status.strip())] = None
    listed = {"programmingLanguage": stated.programming_language, "softwareRequirements": stated.software_requirements}
    for name, things in listed.items():
        for thing in things:
            text = _text(thing)
            if text:
                part = PropertyValue(iri=part_iri(draft.iri, "property", name, text), property_id=name, value=text)
                values[draft.part(part)] = None
    return list(values)


def _text(thing: Thing | None) -> str:
    if thing is None:
        return ""
    name = thing.name or thing.identifier or (thing.id if is_web_address(thing.id or "") else None) or ""
    return " ".join(f"{name} {thing.version or ''}".split())[:500]
