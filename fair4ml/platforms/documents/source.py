"""Source models of exported articles and posts."""

from __future__ import annotations

from fair4ml.describe.source_record import SourceRecord
from fair4ml.platforms.documents.exported import TextDocument
from fair4ml.platforms.documents.repositories_source import ExportedRepository
from fair4ml.platforms.documents.users_source import ExportedUser


class ExportedArticle(TextDocument):
    """An article."""


class ExportedPost(TextDocument):
    """A post in a social network."""


KINDS: dict[str, type[SourceRecord]] = {
    "article": ExportedArticle,
    "post": ExportedPost,
    "repository": ExportedRepository,
    "user": ExportedUser,
}
"""The source model of each kind of record."""
