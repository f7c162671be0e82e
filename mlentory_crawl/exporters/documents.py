"""Texts as documents: one row for each, or files for the readers of LLM Twin."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fair4ml.describe.text_values import SITE_NAME
from fair4ml.document import forbids_ai, value_of
from fair4ml.write.document_classes import (
    ArticleDocument,
    Document,
    MongoDocument,
    PostDocument,
    RepositoryDocument,
    UserDocument,
)
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.formats import Json, JsonLines, ZstdJsonLines
from mlentory_crawl.exporters.parquet import ParquetTable, in_utc

NO_TEXT, SAYS_NOAI = "without a text", "noai"
"""The reasons for which a text is left out: the catalog does not have it, or its page says that AI must not use it."""

ROW = (
    "id", "url", "type", "title", "authors", "published", "modified", "language", "license", "tags", "platform", "site",
    "source_author", "fetched_at", "description", "text", "mentions", "alike",
)  # fmt: skip
"""The columns of rows, in their order."""

TEXTS = ("id", "url", "type", "title", "platform", "site", "source_author", "description", "language", "text")
LISTS = ("authors", "license", "tags", "mentions", "alike")
TIMES = ("published", "modified", "fetched_at")


def left_out(state: Mapping[str, Any], *, with_files: bool = False) -> str | None:
    """Return the reason for which the text of an entity must not leave the catalog, or None if it may.

    Args:
        state: the entity's merged state.
        with_files: whether the files of a repository without a README are a text as well.
    """
    files = state.get("files", {}).values() if with_files else ()
    if "text" not in state and all(text is None for text in files):
        return NO_TEXT
    return SAYS_NOAI if forbids_ai(state) else None


def row(state: Mapping[str, Any], document: Document) -> dict[str, Any]:
    """Return a text with what is known of it.

    Args:
        state: the merged state of the article, post or repository.
        document: its document.
    """
    root = state["root"]
    return {
        "id": str(document.id),
        "url": document.link,
        "type": root["class"],
        "title": root.get("name"),
        "authors": [author.full_name for author in document.authors],
        "published": root.get("datePublished"),
        "modified": root.get("dateModified"),
        "language": document.language,
        "license": document.license,
        "tags": document.tags,
        "platform": document.platform,
        "site": value_of(state, SITE_NAME),
        "source_author": document.source_author,
        "fetched_at": None if document.fetched_at is None else f"{document.fetched_at:%Y-%m-%dT%H:%M:%SZ}",
        "description": document.description,
        "text": state.get("text"),
        "mentions": document.mentions,
        "alike": root.get("relation", []),
    }


class ParquetDocuments(ParquetTable):
    """The rows of `row` as a Parquet file; a date without a time of day is its midnight in UTC."""

    row_group = 500

    def types(self) -> dict[str, Any]:
        import pyarrow

        text, time = pyarrow.string(), pyarrow.timestamp("ms", tz="UTC")
        known = {
            **dict.fromkeys(TEXTS, text),
            **dict.fromkeys(LISTS, pyarrow.list_(text)),
            **dict.fromkeys(TIMES, time),
        }
        return {name: known[name] for name in ROW}

    def cells(self, record: dict[str, Any]) -> dict[str, Any]:
        return {name: in_utc(value) if name in TIMES and value else value for name, value in record.items()}


_DAYS = frozenset({"published_at", "modified_at"})

FORMATS: dict[str, type[Format]] = {
    ".jsonl": JsonLines,
    ".jsonlines": JsonLines,
    ".jl": JsonLines,
    ".json": Json,
    ".jsonl.zst": ZstdJsonLines,
    ".parquet": ParquetDocuments,
}
"""The formats of rows by the ending of a file's name."""


class LlmTwinFiles(Format):
    """The files that LLM Twin's data warehouse exports and imports, in a folder.

    Args:
        folder: the folder; files of other names in it stay.

    Attributes:
        written: the number of documents in each file.
    """

    CLASSES = (ArticleDocument, PostDocument, RepositoryDocument, UserDocument)

    def __init__(self, folder: Path) -> None:
        super().__init__(io.BytesIO())
        self._folder = folder
        self._users: dict[str, UserDocument] = {}
        self._files: dict[str, Json] = {}
        self.written: dict[str, int] = {cls.__name__: 0 for cls in self.CLASSES}

    def _part(self, name: str) -> Path:
        return self._folder / f"{name}.json.part"

    def start(self) -> None:
        for name in self.written:
            self._files[name] = Json(self._part(name).open("wb"))
            self._files[name].start()

    def write(self, record: dict[str, Any]) -> None:
        """Write the documents of an entity; users are written at the end, each once.

        Args:
            record: ``documents``.
        """
        own, *named = record["documents"]
        if isinstance(own, UserDocument):
            # A record of somebody says more than a text that names them.
            self._users[str(own.id)] = own
        else:
            self._write(own)
        for each in named:
            self._users.setdefault(str(each.id), each)

    def _write(self, document: MongoDocument) -> None:
        stated = document.to_mongo()
        for name in stated.keys() & _DAYS:
            stated[name] = getattr(document, name)  # MongoDB has no dates without a time, JSON has
        name = type(document).__name__
        self._files[name].write(stated)
        self.written[name] += 1

    def finish(self) -> None:
        for user in sorted(self._users.values(), key=lambda each: str(each.canonical_url)):
            self._write(user)
        for name, each in self._files.items():
            each.finish()
            each.file.close()
            part = self._part(name)
            part.rename(part.with_suffix(""))

    def abandon(self) -> None:
        """Remove what is not finished."""
        for name, each in self._files.items():
            each.file.close()
            self._part(name).unlink(missing_ok=True)
