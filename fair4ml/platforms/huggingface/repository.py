"""Properties that models and datasets on the Hugging Face Hub share."""

from __future__ import annotations

from datetime import UTC, datetime

from fair4ml.describe.draft import Draft
from fair4ml.identifiers import is_repo_id
from fair4ml.platforms.huggingface.repository_source import RepositoryCard, RepositoryInfo

LEGACY_CREATION = datetime(2022, 3, 2, 23, 29, 4, tzinfo=UTC)
"""The creation time that the Hub gives for repositories that are older than its record of such times."""

_DISABLED, _GATED = "disabled by the platform", "gated"
_GATES = {
    "auto": f"{_GATED}: conditions have to be accepted",
    "manual": f"{_GATED}: the owner decides on each request",
}


def created(source: RepositoryInfo) -> datetime | None:
    """The creation time of a repository, or None if the Hub does not know it."""
    return None if source.created_at == LEGACY_CREATION else source.created_at


def owner_name(draft: Draft, source: RepositoryInfo, property_name: str) -> str | None:
    """The name of the user or organization that a repository belongs to.

    Args:
        draft: gets the source of the name.
        source: the record.
        property_name: the property that states the owner.
    """
    owner, slash, _ = source.id.partition("/")
    if slash:
        if source.author is None:
            draft.exceptions[property_name] = "id"
        return owner
    if source.author is None or ("/" not in source.author and is_repo_id(source.author)):
        return source.author
    draft.issue("author", "is not the name of a user or organization")
    return None


def access(source: RepositoryInfo, card: RepositoryCard) -> str | None:
    """The conditions of access to the files. Gated is not paid: no field says what access costs."""
    conditions = []
    if source.disabled:
        conditions.append(_DISABLED)
    if source.private:
        conditions.append("private")
    if source.gated:
        conditions.append(_GATES.get(str(source.gated), _GATED))
    if card.extra_gated_eu_disallowed:
        conditions.append("not available in the European Union")
    return "; ".join(conditions) or None


def is_disabled(conditions: str | None) -> bool:
    """Check whether conditions of access, as `access` states them, are those of a repository without access."""
    return _DISABLED in (conditions or "").split("; ")


def is_gated(conditions: str | None) -> bool:
    """Check whether conditions of access, as `access` states them, keep the files from the public."""
    return any(each.startswith(_GATED) for each in (conditions or "").split("; "))
