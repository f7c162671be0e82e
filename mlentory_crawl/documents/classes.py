"""The classes of documents that programs find and save."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Self

from fair4ml.identifiers import document_id
from fair4ml.write import document_classes
from fair4ml.write.document_classes import Document
from mlentory_crawl.catalog.queries.documents import described
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.documents.stored_document import StoredDocument


class StoredText(StoredDocument, Document):
    """A text that is saved with its author."""

    @classmethod
    def _stated(cls, documents: Sequence[Self], data_dir: Path) -> list[dict[str, Any]]:
        pages = _pages_of_users(data_dir)
        stated = super()._stated(documents, data_dir)
        for each, document in zip(stated, documents, strict=True):
            if not document.authors and document.author_full_name:
                # An author without a page is known by the id.
                id = each["author_id"]
                author = {"id": id, "full_name": document.author_full_name, "url": pages.get(id)}
                each["authors"] = [author]
        return stated


def _pages_of_users(data_dir: Path) -> dict[str, str]:
    """Return the addresses of users' pages by the ids of the users."""
    if not (data_dir / CATALOG).exists():
        return {}
    with closing(CatalogReader(data_dir)) as reader:
        addresses = (iri for iri in described(reader, {"user"}) if iri.startswith(("https://", "http://")))
        return {str(document_id(iri)): iri for iri in addresses}


class ArticleDocument(StoredText, document_classes.ArticleDocument):
    """An article; its content has ``Title``, ``Subtitle``, ``Content`` and ``language``."""


class PostDocument(StoredText, document_classes.PostDocument):
    """A post in a social network."""


class RepositoryDocument(StoredText, document_classes.RepositoryDocument):
    """A repository of source code; its content has the texts of its files by their paths."""


class UserDocument(StoredDocument, document_classes.UserDocument):
    """Somebody who writes, or for whom texts are collected."""

    @classmethod
    def _is_sought(cls, values: Mapping[str, Any]) -> Callable[[str], bool]:
        return lambda _: True  # texts name users whom no record describes
