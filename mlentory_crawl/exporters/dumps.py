"""Dumps: the exports in a folder of the data directory, which others may download."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mlentory_crawl.catalog.queries.edition import Edition
from mlentory_crawl.exceptions import CatalogError
from mlentory_crawl.exporters.base import ABOUT
from mlentory_crawl.exporters.formats import FORMATS

LARGEST_ABOUT = 10_000_000
"""The number of bytes of a description from which on it is not read."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class UnknownDump(CatalogError):
    """No file of this name is offered."""


@dataclass(frozen=True, slots=True)
class Dump:
    """A file that is offered.

    Attributes:
        name: its name.
        format: the ending that stands for its format.
        bytes: its size.
        sha256: the SHA-256 of its content, in hexadecimal digits.
        exported_at: the time at which its content was read from the catalog (UTC).
        sequence: the sequence number of the catalog that it is true for.
        described: the number of entities in it, by class.
        provenance: whether it also says which run fetched what from where.
        counters: whether it has downloads and likes.
        is_whole: whether it has all that the catalog states, and not only what was chosen of it.
        terms: the terms that hold for its content; None if the export states none.
    """

    name: str
    format: str
    bytes: int
    sha256: str
    exported_at: str
    sequence: int
    described: dict[str, int]
    provenance: bool
    counters: bool
    is_whole: bool
    terms: str | None


class _About(BaseModel):
    """The description that an export leaves beside its file."""

    model_config = ConfigDict(strict=True)

    bytes: int
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    exported_at: str
    catalog: str
    sequence: int
    erasures: int
    described: dict[str, int]
    provenance: bool = False
    counters: bool = False
    documents: bool = False
    platform: str | None = None
    license: str | None = None
    type: object = None
    where: object = None
    minimum: object = None
    maximum: object = None
    has: object = None
    without: object = None

    @property
    def is_whole(self) -> bool:
        """True if nothing was chosen."""
        chosen = (self.platform, self.type, self.where, self.minimum, self.maximum, self.has, self.without)
        return not self.documents and not any(chosen)


def dumps_in(folder: Path, edition: Edition) -> list[Dump]:
    """Return the files that are offered, newest first.

    Args:
        folder: the folder.
        edition: the present edition of the catalog. Files of another catalog, and those from before the last erasure,
            are not offered.

    Raises:
        CatalogError: the folder cannot be read.
    """
    try:
        names = sorted(path.name for path in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise CatalogError(f"{folder} cannot be read: {error.strerror}") from error
    found = [dump for name in names if (dump := _offered(folder, name, edition)) is not None]
    return sorted(found, key=lambda dump: dump.exported_at, reverse=True)


def dump_in(folder: Path, name: str, edition: Edition) -> Dump:
    """Return one of the files that are offered.

    Args:
        folder: the folder.
        name: its name.
        edition: as `dumps_in` takes it.

    Raises:
        UnknownDump: there is none of this name.
    """
    dump = _offered(folder, name, edition)
    if dump is None:
        raise UnknownDump("there is no dump of this name")
    return dump


def _offered(folder: Path, name: str, edition: Edition) -> Dump | None:
    """Return what a file is; None if it is not offered: no whole export, or one that may have what was erased."""
    format = max((ending for ending in FORMATS if name.endswith(ending)), key=len, default=None)
    if format is None or not _NAME.fullmatch(name):
        return None
    size, size_of_about = _size(folder / name), _size(folder / ABOUT.format(name))
    if size is None or size_of_about is None or size_of_about > LARGEST_ABOUT:
        return None
    try:
        about = _About.model_validate_json((folder / ABOUT.format(name)).read_bytes())
    except (ValidationError, OSError):
        return None
    is_of_history = about.catalog == edition.catalog and about.sequence <= edition.sequence
    if about.bytes != size or not is_of_history or about.erasures != edition.erasures:
        return None
    return Dump(
        name,
        format.removeprefix("."),
        size,
        about.sha256,
        about.exported_at,
        about.sequence,
        about.described,
        about.provenance,
        about.counters,
        about.is_whole,
        about.license,
    )


def _size(path: Path) -> int | None:
    """Return the size of a file; None if there is none, or only a link, which may lead anywhere."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None
