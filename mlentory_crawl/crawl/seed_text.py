"""The text of files that people keep lists in: packed or not, in the encodings that their programs write."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator
from pathlib import Path

LARGEST = 32 * 2**20
"""Bytes of a list, unpacked: half a million addresses."""
_GZIP = b"\x1f\x8b"
# That of UTF-32 begins with that of UTF-16.
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
"""What stands for bytes that are no text."""


def content(path: Path) -> bytes:
    """The bytes of a file, unpacked where it is packed by gzip, whatever its name.

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
            raise ValueError(f"is damaged: {error}") from error
    if len(data) > LARGEST:
        raise ValueError(f"is larger than {LARGEST // 2**20} MiB")
    return data


def decoded(data: bytes) -> str:
    """Bytes as text: UTF-8, or UTF-16 and UTF-32 by their marks or zeros; what is neither becomes U+FFFD.

    Raises:
        ValueError: they are no text.
    """
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    zeros = [byte == 0 for byte in data[:2]]
    guessed = "utf-16-be" if zeros == [True, False] else "utf-16-le" if zeros == [False, True] else "utf-8"
    text = data[len(mark) :].decode(_MARKS.get(mark, guessed), "replace")
    if "\0" in text and UNDECODED in text:
        raise ValueError("is no text")
    return text


def replaced(text: str) -> str:
    """A text without lone surrogates, which nothing can store."""
    return _SURROGATE.sub(UNDECODED, text)


def lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text with their numbers, but for empty ones and those that begin with ``#``."""
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        # What comes along where addresses are copied is part of none.
        visible = _INVISIBLE.sub("", line).strip()
        if visible and not visible.startswith("#"):
            yield number, visible
