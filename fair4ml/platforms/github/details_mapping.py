"""The languages and the releases of repositories as values of these."""

from __future__ import annotations

from fair4ml.describe.draft import Draft
from fair4ml.entities import Description, SoftwareSourceCode
from fair4ml.identifiers import github_repository
from fair4ml.platforms import describe
from fair4ml.platforms.github.details_source import Languages, Releases

MOST_LANGUAGES = 100
"""The number of languages that are stated, those with the most code."""


@describe.register
def describe_languages(source: Languages) -> Description:
    """Map the languages of a repository; see `describe`."""
    iri = github_repository(source.full_name)
    draft = Draft(iri)
    most = sorted(source.languages.items(), key=lambda each: (-each[1], each[0]))[:MOST_LANGUAGES]
    values = [draft.value("codeSize", size, unit="bytes", name=language) for language, size in most if language]
    return draft.finish(SoftwareSourceCode(iri=iri, name=source.full_name, additional_property=values), {})


@describe.register
def describe_releases(source: Releases) -> Description:
    """Map the releases of a repository; see `describe`."""
    iri = github_repository(source.full_name)
    draft = Draft(iri)
    values: dict[str, None] = {}
    for place, release in enumerate(source.releases):
        tag = ((release.tag_name if release is not None else None) or "").strip()
        if release is None or not tag or release.published_at is None:
            draft.issue(f"releases.{place}", "has no tag, or no date")
        elif not release.draft:
            name = "prerelease" if release.prerelease else "release"
            values[draft.value(name, f"{release.published_at:%Y-%m-%dT%H:%M:%SZ}", name=tag)] = None
    return draft.finish(SoftwareSourceCode(iri=iri, name=source.full_name, additional_property=list(values)), {})
