"""The text of seed lists: compressed or not, in the common encodings."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator
from pathlib import Path

LARGEST = 32 * 2**20
"""The maximum size of a list in bytes, uncompressed: half a million addresses."""
_GZIP = b"\x1f\x8b"
# UTF-32 comes first because its mark begins with that of UTF-16.
_MARKS = {
    BOM_UTF8: "utf-8",
    BOM_UTF32_LE: "utf-32-le",
    BOM_UTF32_BE: "utf-32-be",
    BOM_UTF16_LE: "utf-16-le",
    BOM_UTF16_BE: "utf-16-be",
}
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
UNDECODED = "\ufffd"
"""The replacement for bytes that are not text."""


def content(path: Path) -> bytes:
    """Return the bytes of a file, decompressed if it is in gzip format, whatever its name.

    Raises:
        OSError: it cannot be read.
        ValueError: it is damaged, or too large.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if data.startswith(_GZIP):
        try:
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(LARGEST + 1)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"is a damaged gzip file: {error}") from error
    if len(data) > LARGEST:
        raise ValueError(f"is larger than {LARGEST // 2**20} MiB")
    return data


def decoded(data: bytes) -> str:
    """Decode bytes as UTF-8, or as UTF-16 or UTF-32 by their marks or zeros; invalid bytes become U+FFFD.

    Raises:
        ValueError: they are not text.
    """
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    zeros = [byte == 0 for byte in data[:2]]
    guessed = "utf-16-be" if zeros == [True, False] else "utf-16-le" if zeros == [False, True] else "utf-8"
    text = data[len(mark) :].decode(_MARKS.get(mark, guessed), "replace")
    if "\0" in text and UNDECODED in text:
        raise ValueError("is not a text file")
    return text


def replaced(text: str) -> str:
    """Replace lone surrogates, which cannot be stored, in a text."""
    return _SURROGATE.sub(UNDECODED, text)


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Return the lines of a text with their numbers, without empty lines and those that begin with ``#``."""
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        # Invisible characters that are copied along with an address are no part of it.
        visible = _INVISIBLE.sub("", line).strip()
        if visible and not visible.startswith("#"):
            yield number, visible
