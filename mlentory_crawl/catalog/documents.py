"""How documents are kept in the catalog: JSON with sorted keys, hashed, compressed."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson
import zstandard

_compressor = zstandard.ZstdCompressor(level=1, write_content_size=True)
_decompressor = zstandard.ZstdDecompressor()


def encode(document: dict[str, Any]) -> tuple[bytes, bytes]:
    """A document's JSON and its 16-byte hash: equal documents have equal bytes, whatever the order of their keys."""
    text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return text, blake2b(text, digest_size=16).digest()


def pack(text: bytes) -> bytes:
    """JSON as the catalog stores it."""
    return _compressor.compress(text)


def unpacked(blob: bytes) -> bytes:
    """The JSON that was packed."""
    return _decompressor.decompress(blob)


def unpack(blob: bytes) -> Any:
    """The value whose JSON was packed."""
    return orjson.loads(unpacked(blob))
