"""The ZIP file in which LinkedIn gives members their own data."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from lxml.html import tostring

from fair4ml.platforms.linkedin.addresses import page_address
from fair4ml.read.pages.tree import Unreadable, parsed
from fair4ml.read.plain_text import plain, plain_line
from fair4ml.read.stated_dates import stated_date
from fair4ml.read.web_fragment import read_fragment
from mlentory_crawl.crawl.seed_text import decoded, replaced

MOST_FILES = 20_000
LARGEST = 64 * 2**20
"""The maximum size of a file in the export, in bytes, uncompressed."""
MOST_BYTES = 512 * 2**20
"""The maximum size of all files that are read, in bytes, uncompressed."""
MOST_BEFORE_HEADER = 10
"""The number of lines up to which a table may begin with remarks."""

_WRITTEN = re.compile(r"^\s*(?:Created|Published) on (.{8,30})")
_UNREADABLE = (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, zlib.error)
"""The errors that zipfile raises for files that are damaged or encrypted."""


class UnusableExport(Exception):
    """A file is no export, or cannot be read to its end."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the export.

    Attributes:
        kind: the kind of records in its rows.
        name: the beginning of the name of its file; newer exports have the member's number after it.
        column: the column without which its rows identify nothing.
    """

    kind: str
    name: str
    column: str


TABLES = (Table("post", "Shares", "ShareLink"), Table("comment", "Comments", "Link"))


class OwnExport:
    """An export of a member's own data.

    Args:
        file: the open ZIP file.

    Attributes:
        left_out: remarks about files that are not read, one line each.
        author: the name of the member; None if the export does not have it.

    Raises:
        UnusableExport: it is not a ZIP file, is damaged, or has too many files.
    """

    def __init__(self, file: Path) -> None:
        self.left_out: list[str] = []
        self._read = 0
        try:
            self._zip = ZipFile(file)
            self._files = [info for info in self._zip.infolist() if not info.is_dir()]
        except _UNREADABLE as error:
            raise UnusableExport(f"{file.name} is not a ZIP file that can be read: {error}") from error
        if len(self._files) > MOST_FILES:
            raise UnusableExport(f"{file.name} has more than {MOST_FILES:,} files")
        if outside := [info for info in self._files if _is_outside(info.filename)]:
            self.left_out.append(f"{len(outside)} files have names that lead out of the archive; they were not read")
            self._files = [info for info in self._files if info not in outside]
        self.author = self._author()

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def rows(self, table: Table) -> Iterator[dict[str, Any]]:
        """Return the rows of a table, by the names of the columns.

        Raises:
            UnusableExport: the table cannot be read, or lacks the column that identifies its rows.
        """
        for info in self._named(rf"{table.name}(?:_\d+)?\.csv"):
            yield from _rows(self._content(info), info.filename, table.column)

    def articles(self) -> Iterator[tuple[str, bytes]]:
        """Return the name and the content of each page of an article.

        Raises:
            UnusableExport: it cannot be read.
        """
        for info in self._files:
            path = PurePosixPath(info.filename)
            if path.suffix.casefold() in (".html", ".htm") and "articles" in map(str.casefold, path.parts[:-1]):
                yield info.filename, self._content(info)

    def _author(self) -> str | None:
        for info in self._named(r"Profile\.csv"):
            for row in _rows(self._content(info), info.filename, "First Name"):
                return " ".join(filter(None, (row.get("First Name"), row.get("Last Name")))) or None
        return None

    def _named(self, pattern: str) -> list[ZipInfo]:
        return [info for info in self._files if re.fullmatch(pattern, PurePosixPath(info.filename).name, re.IGNORECASE)]

    def _content(self, info: ZipInfo) -> bytes:
        # What the archive says of sizes need not be true.
        try:
            with self._zip.open(info) as file:
                content = file.read(LARGEST + 1)
        except _UNREADABLE as error:
            raise UnusableExport(f"{info.filename} cannot be read: {error}") from error
        self._read += len(content)
        if len(content) > LARGEST:
            raise UnusableExport(f"{info.filename} is larger than {LARGEST // 2**20} MiB")
        if self._read > MOST_BYTES:
            raise UnusableExport(f"its files are larger than {MOST_BYTES // 2**20} MiB together")
        return content


def read_article(page: bytes) -> dict[str, Any]:
    """Return what a page of an article says, with the names of a text (`fair4ml.describe.writing`).

    A draft has no ``url``, nor has a page that cannot be read.
    """
    try:
        root = parsed(_text(page)).root
    except Unreadable:
        return {}
    heading = next(iter(root.iter("h1")), None)
    link = None if heading is None else next((each.get("href") for each in heading.iter("a") if each.get("href")), None)
    dates = {each.get("class"): found[1] for each in root.iter("p") if (found := _WRITTEN.search(each.text_content()))}
    address = page_address(link) if link else None
    body = next((each for each in root.iter("div")), None)
    read = read_fragment("" if body is None else tostring(body, encoding="unicode"), address or "https://")
    told = {
        "url": address,
        "title": None if heading is None else plain_line(heading.text_content()),
        "published": stated_date(dates.get("published", "")),
        "text": read["text"],
        "links": read["links"],
        "image": read["image"],
    }
    return {name: value for name, value in told.items() if value}


def _is_outside(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name[:3] or ".." in re.split(r"[/\\]", name)


def _rows(content: bytes, name: str, column: str) -> Iterator[dict[str, Any]]:
    rows = csv.reader(io.StringIO(_text(content), newline=""))
    columns: list[str] | None = None
    try:
        for number, row in enumerate(rows):
            if columns is not None:
                yield {name: plain(value) for name, value in zip(columns, row, strict=False) if value.strip()}
            elif column in (found := [cell.strip() for cell in row]):
                columns = found
            elif number >= MOST_BEFORE_HEADER:
                break
    except csv.Error as error:
        raise UnusableExport(f"{name} cannot be read at line {rows.line_num}: {error}") from error
    if columns is None:
        raise UnusableExport(f"{name} has no column {column}")


def _text(content: bytes) -> str:
    """Return the text of a file; programs for tables save it in the encoding of Windows."""
    try:
        return replaced(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        pass
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content[:2]:
        return replaced(decoded(content))
    return content.decode("cp1252", "replace")
