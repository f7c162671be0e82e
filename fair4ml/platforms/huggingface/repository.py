"""What is stated of models and datasets on the Hugging Face Hub in the same way."""

from __future__ import annotations

from datetime import UTC, datetime

from fair4ml.describe.draft import Draft
from fair4ml.identifiers import is_repo_id
from fair4ml.platforms.huggingface.repository_source import RepositoryCard, RepositoryInfo

LEGACY_CREATION = datetime(2022, 3, 2, 23, 29, 4, tzinfo=UTC)
"""What the Hub says of repositories that are older than its record of creation times."""

_GATES = {
    "auto": "gated: conditions have to be accepted",
    "manual": "gated: the owner decides on each request",
}


def created(source: RepositoryInfo) -> datetime | None:
    """When a repository was made, where the Hub knows."""
    return None if source.created_at == LEGACY_CREATION else source.created_at


def owner_name(draft: Draft, source: RepositoryInfo, property_name: str) -> str | None:
    """The name of the user or organization that a repository belongs to.

    Args:
        draft: is told where the name is from.
        source: the record.
        property_name: the property that the owner is stated by.
    """
    owner, slash, _ = source.id.partition("/")
    if slash:
        if source.author is None:
            draft.exceptions[property_name] = "id"
        return owner
    if source.author is None or ("/" not in source.author and is_repo_id(source.author)):
        return source.author
    draft.issue("author", "is no name of a user or organization")
    return None


def access(source: RepositoryInfo, card: RepositoryCard) -> str | None:
    """Who can have the files. Gated is not paid: nothing here says what access costs."""
    conditions = []
    if source.disabled:
        conditions.append("disabled by the platform")
    if source.private:
        conditions.append("private")
    if source.gated:
        conditions.append(_GATES.get(str(source.gated), "gated"))
    if card.extra_gated_eu_disallowed:
        conditions.append("not available in the European Union")
    return "; ".join(conditions) or None


def counters(source: RepositoryInfo) -> dict[str, int]:
    """The counters that a record has, by the Hub's names."""
    stated = {
        "downloads": source.downloads,
        "downloadsAllTime": source.downloads_all_time,
        "likes": source.likes,
        "trendingScore": source.trending_score,
    }
    return {name: count for name, count in stated.items() if count is not None}
