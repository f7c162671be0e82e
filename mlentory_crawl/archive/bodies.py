"""The bodies of archived answers, each in a file that is named after its digest."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import zstandard

from mlentory_crawl.data_directory import whole

RAW = "raw"
"""The folder of the archive in a data directory."""


def write_body(path: Path, body: bytes) -> None:
    """Write an answer's body to the file that is named after its digest."""
    with whole(path) as file:
        file.write(zstandard.ZstdCompressor(level=3).compress(body))


def body_of(path: Path, digest: str) -> bytes | None:
    """Return an archived body; None if it is damaged or missing.

    Args:
        path: its file.
        digest: its SHA-256.
    """
    try:
        body = zstandard.decompress(path.read_bytes())
    except (OSError, zstandard.ZstdError):
        return None
    return body if digest_of(body) == digest else None


def digest_of(body: bytes) -> str:
    """The SHA-256 of a body, in hexadecimal."""
    return sha256(body).hexdigest()
