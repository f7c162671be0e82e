"""The files of the archive of Papers with Code, read as a stream of pages."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

import ijson

from fair4ml.identifiers import hashed
from fair4ml.platforms.paperswithcode.tables import Record, records as table_records
from mlentory_crawl.extras import install_command

AS_OF = "2025-07-28T00:00:00Z"
"""The time at which the archive was frozen."""
PAGE_SIZE = 1_000

SETS = {
    "papers-with-abstracts": "archived-paper",
    "links-between-papers-and-code": "archived-code",
    "methods": "archived-method",
    "datasets": "archived-dataset",
    "evaluation-tables": "archived-table",
}
"""The parts of the archive in the order in which they are read, and the kind of records in each."""
OTHER_NAMES = {"links-between-papers-and-code": "links-between-paper-and-code"}
"""The published names of parts, where they differ from the names of the files."""
ENDINGS = (".json", ".json.gz", ".parquet")
_TELLING = {"archived-paper": ("paper_url",), "archived-code": ("paper_url", "repo_url")}


class DamagedArchive(Exception):
    """A file of the archive cannot be read to its end."""


class Position(NamedTuple):
    """The place up to which the archive has been read.

    Attributes:
        file: the place of the file among all files.
        element: the number of elements of the file that were read completely.
        record: the number of records of the element after them that were read.
    """

    file: int = 0
    element: int = 0
    record: int = 0


class ArchivePage(NamedTuple):
    """A page of records of the archive.

    Attributes:
        url: the address at which the file is published.
        records: kind, native id and payload of each record.
        position: the place after these records.
    """

    url: str
    records: list[Record]
    position: Position


def archive_files(folder: Path) -> list[tuple[str, Path]]:
    """Return the files of an archive in the order in which they are read, each with the name of its part.

    A part is ``<part>.json``, ``<part>.json.gz`` or ``<part>.parquet``, or a folder with such files.
    """
    found = []
    for part in SETS:
        for name in (part, OTHER_NAMES.get(part, part)):
            whole = [folder / f"{name}{ending}" for ending in ENDINGS]
            inside = sorted(path for path in (folder / name).rglob("*") if path.name.endswith(ENDINGS))
            files = [path for path in whole if path.is_file()][:1] or inside
            if files:
                found += [(part, path) for path in files]
                break
    return found


def pages(files: list[tuple[str, Path]], start: Position) -> Iterator[ArchivePage]:
    """Read the records of an archive in pages, one file after the other.

    Args:
        files: the files of the archive.
        start: the place from which an interrupted reading continues.

    Raises:
        DamagedArchive: there are no files, or one does not have the expected content.
    """
    if not files:
        raise DamagedArchive(f"expected at least one part of the archive ({', '.join(SETS)}), got none")
    for at, (part, path) in enumerate(files):
        if at >= start.file:
            yield from _pages(at, part, path, start if at == start.file else Position(at))


def _pages(at: int, part: str, path: Path, start: Position) -> Iterator[ArchivePage]:
    name = OTHER_NAMES.get(part, part)
    url = f"https://huggingface.co/datasets/pwc-archive/{name}"
    page: list[Record] = []
    for number, element in enumerate(_elements(path)):
        if number < start.element:
            continue
        for position, record in enumerate(_records(part, number, element), 1):
            if number == start.element and position <= start.record:
                continue
            page.append(record)
            if len(page) == PAGE_SIZE:
                yield ArchivePage(url, page, Position(at, number, position))
                page = []
    if page:
        yield ArchivePage(url, page, Position(at + 1))


def _records(part: str, number: int, element: Any) -> Iterator[Record]:
    kind = SETS[part]
    if kind == "archived-table":
        yield from table_records(element)
        return
    names = _TELLING.get(kind, ("url",))
    stated = [element.get(name) for name in names] if isinstance(element, dict) else []
    telling = stated and all(isinstance(value, str) and value for value in stated)
    yield kind, hashed(*stated) if telling else f"{part}-{number}", element


def _elements(path: Path) -> Iterator[Any]:
    if path.suffix == ".parquet":
        return _rows(path)
    return _objects(path)


def _objects(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as plain, _opened(plain, path) as file:
            # Only a list is accepted: ijson would also read the field "item" of an object.
            first = file.peek(64).lstrip()[:1]
            if first != b"[":
                raise DamagedArchive(
                    f"{path.name}: expected a JSON list, got text that begins with {first.decode('latin-1')!r}"
                )
            yield from ijson.items(file, "item", use_float=True)
    except (ijson.JSONError, gzip.BadGzipFile, EOFError, zlib.error, ValueError, OSError) as error:
        raise DamagedArchive(f"{path.name}: {str(error) or type(error).__name__}") from error


def _opened(plain: BufferedReader, path: Path) -> BufferedReader | gzip.GzipFile:
    return gzip.GzipFile(fileobj=plain) if path.suffix == ".gz" else plain


def _rows(path: Path) -> Iterator[Any]:
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise DamagedArchive(f"{path.name} needs pyarrow: {install_command('parquet')}") from error
    try:
        with ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=PAGE_SIZE):
                yield from map(_plain, batch.to_pylist(maps_as_pydicts="lossy"))
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise DamagedArchive(f"{path.name}: {error}") from error


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; members of structures without a value are left out."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
