"""Repositories on GitHub as FAIR4ML: source code, as GitHub itself describes it.

The owner of a repository manages what goes into it and publishes it, which is the meaning of ``schema:maintainer``;
GitHub's record does not say who wrote it.
"""

from __future__ import annotations

from fair4ml.describe.draft import Draft
from fair4ml.entities import Description, SoftwareSourceCode, Stub
from fair4ml.identifiers import GITHUB, github_repository
from fair4ml.platforms import describe
from fair4ml.platforms.github.source import Owner, Repository
from fair4ml.platforms.github.terms import licenses

_KINDS = {"User": "Person", "Organization": "Organization"}
"""The class of an account, by its type; GitHub has further types, such as ``Bot``."""
# GitHub's words for a license file that it does not recognize.
_UNKNOWN_LICENSE = "NOASSERTION"


@describe.register
def describe_repository(source: Repository) -> Description:
    """Map GitHub's record of a repository; see `describe`."""
    iri = github_repository(source.full_name)
    draft = Draft(iri)
    spdx_id = source.license.spdx_id if source.license is not None else None
    topics = (topic.strip() for topic in source.topics if topic)
    repository = SoftwareSourceCode(
        iri=iri,
        name=source.full_name,
        url=iri,
        identifier=[source.full_name],
        description=source.description,
        maintainer=_owner(draft, source.owner),
        date_created=source.created_at,
        date_modified=source.pushed_at,
        license=licenses(draft, "license", [] if spdx_id in (None, _UNKNOWN_LICENSE) else [spdx_id]),
        keywords=list(dict.fromkeys(topic for topic in topics if topic)),
        discussion_url=f"{iri}/discussions" if source.has_discussions else None,
        additional_property=_values(draft, source),
    )
    return draft.finish(repository, source.counted())


def _owner(draft: Draft, owner: Owner | None) -> list[str]:
    if owner is None:
        return []
    return [draft.stub(Stub(GITHUB + owner.login, _KINDS.get(owner.type or "", "Agent"), owner.login))]


def _values(draft: Draft, source: Repository) -> list[str]:
    others = {"parent": source.parent, "source": source.source, "template_repository": source.template_repository}
    stated: dict[str, str | bool | None] = {
        "programmingLanguage": source.language,
        "homepage": source.homepage,
        "default_branch": source.default_branch,
        "mirror_url": source.mirror_url,
        **{name: github_repository(other.full_name) for name, other in others.items() if other is not None},
        # Nearly every repository is not one of these, so only the exceptions are stated.
        **{name: True for name in ("fork", "archived", "disabled", "is_template") if getattr(source, name)},
    }
    return [draft.value(name, value) for name, value in stated.items() if value]
