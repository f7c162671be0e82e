"""Documents that another collection of texts has exported."""

from __future__ import annotations

import asyncio
from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Literal

import ijson
from pydantic import DirectoryPath, Field

from mlentory_crawl.base_spiders.platform import Arguments, PlatformSpider
from mlentory_crawl.catalog.writer import CatalogWriter
from mlentory_crawl.data_directory import in_utc, now
from mlentory_crawl.exceptions import WrongUsage
from mlentory_crawl.items import Page, RawRecord
from mlentory_crawl.responses import time_of

PAGE_SIZE = 20
"""The number of documents of a page: each may have megabytes."""
BUFFER = 4 * 2**20
"""The number of bytes that are parsed at once: the parser begins a text anew with each further piece of it."""
FILES = {
    "UserDocument.json": "user",
    "ArticleDocument.json": "article",
    "PostDocument.json": "post",
    "RepositoryDocument.json": "repository",
}
"""The kind of the documents in each file."""
ABOUT_TEXTS = frozenset({"Title", "Subtitle", "language"})
"""The parts of a content that are not the text."""
SEED_PERSON = "user_full_name"
"""The name by which lists of seeds name the person for whom texts are collected."""


class UnusableFile(Exception):
    """A file does not have the expected content."""


class DocumentsArguments(Arguments):
    """Arguments that name the documents."""

    dir: DirectoryPath | None = Field(
        default=None, description=f"the folder with {', '.join(FILES)}, or some of them; required"
    )
    content: Literal["full", "none"] = Field(default="full", description="whether to keep the texts")


class DocumentsSpider(PlatformSpider):
    """Articles, posts, repositories and users from the files that LLM Twin's data warehouse and this project export.

    Domain
        none: it reads files
    API documentation
        https://github.com/PacktPublishing/LLM-Engineers-Handbook/blob/main/tools/data_warehouse.py
    Caveats
        The author whom LLM Twin's documents name is the person for whom they were collected: it is kept in the
        provenance, not as the author of the text.
    """

    name = "documents"

    # PlatformSpider
    Arguments: ClassVar[type[Arguments]] = DocumentsArguments
    arguments: DocumentsArguments
    endpoint_setting = "CRAWLER_CONTACT"
    is_walk = False
    mode = "import"
    coverage = "ids"

    @property
    def asks(self) -> bool:
        return False

    def plan(self, catalog: CatalogWriter) -> None:
        if self.arguments.dir is None:
            raise WrongUsage(f"{self.name} needs a folder: -a dir=DIR")
        if not self._files():
            raise WrongUsage(f"{self.arguments.dir} has none of {', '.join(FILES)}")

    def identity(self) -> dict[str, Any]:
        return {**super().identity(), "files": [(path.name, path.stat().st_size) for path in self._files()]}

    def _files(self) -> list[Path]:
        folder = self.arguments.dir
        return [] if folder is None else [path for name in FILES if (path := folder / name).is_file()]

    async def start(self) -> AsyncIterator[Any]:
        for path in self._files():
            try:
                async for each in self._read(path):
                    yield each
            except UnusableFile as error:
                self.fail(f"{path.name} {error}")

    async def _read(self, path: Path) -> AsyncIterator[RawRecord]:
        kind, elements, place = FILES[path.name], documents_in(path), 0
        while found := await asyncio.to_thread(list, islice(elements, PAGE_SIZE)):
            number = self.run.pages.reserve()
            keys = [_key(document, f"{path.name}-{place + n}") for n, document in enumerate(found)]
            place += len(found)
            page = Page(number, path.name, self.name, [(kind, key) for key in keys])
            self.run.open_page(page)
            for key, document in zip(keys, found, strict=True):
                told = _about(document, path.name)
                source = f"urn:uuid:{told['id']}" if "id" in told else path.name
                yield RawRecord(
                    self.name, kind, key, source, self._kept(document), _time(document), page, told, _robots(document)
                )
            await self.run.pages.ended()

    def _kept(self, document: Any) -> Any:
        content = document.get("content") if isinstance(document, dict) else None
        if self.arguments.content == "full" or not isinstance(content, dict):
            return document
        return {**document, "content": {name: text for name, text in content.items() if name in ABOUT_TEXTS}}


def documents_in(path: Path) -> Iterator[Any]:
    """Return the documents in a file, one after the other.

    Raises:
        UnusableFile: it is not a JSON list, or damaged.
    """
    try:
        with path.open("rb") as file:
            if file.peek(3).startswith(BOM_UTF8):
                file.seek(len(BOM_UTF8))
            # Only a list is accepted: ijson would also read the field "item" of an object.
            first = file.peek(64).lstrip()[:1]
            if first != b"[":
                raise UnusableFile(f"is not a JSON list, but begins with {first.decode('latin-1')!r}")
            yield from ijson.items(file, "item", use_float=True, buf_size=BUFFER)
    except (ijson.JSONError, ValueError, OSError) as error:
        raise UnusableFile(f"cannot be read to its end: {' '.join(str(error).split())[:200]}") from error


def _key(document: Any, place: str) -> str:
    told = document if isinstance(document, dict) else {}
    id = told.get("_id", told.get("id"))
    return id.lower() if isinstance(id, str) and id else place


def _about(document: Any, file: str) -> dict[str, Any]:
    """Return what the provenance of a document's record keeps of it."""
    told = document if isinstance(document, dict) else {}
    # Documents that name their authors apart name the person of the list apart, too.
    person = told.get("source_author") if "authors" in told else told.get("source_author", told.get("author_full_name"))
    stated = {
        "file": file,
        "id": told.get("_id", told.get("id")),
        "platform": told.get("platform"),
        "author_id": told.get("author_id"),
        SEED_PERSON: person,
    }
    return {name: value for name, value in stated.items() if isinstance(value, str) and value}


def _robots(document: Any) -> bool | None:
    allowed = document.get("robots_allowed") if isinstance(document, dict) else None
    return allowed if isinstance(allowed, bool) else None


def _time(document: Any) -> str:
    fetched = time_of(document.get("fetched_at")) if isinstance(document, dict) else None
    return now() if fetched is None else in_utc(fetched)
