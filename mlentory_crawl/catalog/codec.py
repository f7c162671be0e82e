"""Documents as the catalog keeps them: JSON with sorted keys, hashed, compressed."""

from __future__ import annotations

from hashlib import blake2b
from threading import local
from typing import Any

import orjson
import zstandard

from fair4ml.document import Document


class DamagedDocument(ValueError):
    """A document in the catalog cannot be read."""


class _Codecs(local):
    """A compressor and a decompressor of each thread: two threads at once break either."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=1, write_content_size=True).compress
        self.decompress = zstandard.ZstdDecompressor().decompress


_codecs = _Codecs()


def encode(document: Document) -> tuple[bytes, bytes]:
    """A document's JSON and its 16-byte hash: equal documents have equal bytes, whatever the order of their keys."""
    text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return text, blake2b(text, digest_size=16).digest()


def pack(text: bytes) -> bytes:
    """JSON as the catalog stores it."""
    return _codecs.compress(text)


def unpacked(blob: bytes) -> bytes:
    """The JSON that was packed.

    Raises:
        DamagedDocument: the catalog's file is damaged.
    """
    try:
        return _codecs.decompress(blob)
    except zstandard.ZstdError as error:
        raise DamagedDocument(f"a document cannot be read: {error}") from error


def unpack(blob: bytes) -> Any:
    """The value whose JSON was packed."""
    return orjson.loads(unpacked(blob))
