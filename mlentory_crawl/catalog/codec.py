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
    """A compressor and a decompressor for each thread, because neither is thread-safe."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=1, write_content_size=True).compress
        self.decompress = zstandard.ZstdDecompressor().decompress


_codecs = _Codecs()


def encode(document: Document) -> tuple[bytes, bytes]:
    """Return the JSON of a document and its 16-byte hash; equal documents have equal bytes in any order of keys."""
    text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return text, blake2b(text, digest_size=16).digest()


def pack(text: bytes) -> bytes:
    """Return JSON as the catalog stores it."""
    return _codecs.compress(text)


def unpacked(blob: bytes) -> bytes:
    """Return the JSON that was packed.

    Raises:
        DamagedDocument: the catalog's file is damaged.
    """
    try:
        return _codecs.decompress(blob)
    except zstandard.ZstdError as error:
        raise DamagedDocument(f"a document cannot be read: {error}") from error


def unpack(blob: bytes) -> Any:
    """Return the value whose JSON was packed."""
    return orjson.loads(unpacked(blob))
