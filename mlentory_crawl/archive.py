"""The archive of answers as received: ``raw/<platform>/<run>/``."""

from __future__ import annotations

import secrets
from hashlib import sha256
from pathlib import Path

import orjson
import zstandard
from scrapy import Request
from scrapy.http import Response

from mlentory_crawl.catalog.writer import CatalogWriter

INDEX = "answers.jsonl"
SECRET_HEADERS = {b"Set-Cookie", b"Www-Authenticate", b"Authorization"}


class Archive:
    """Where one run keeps its answers.

    Args:
        raw: the archive of all runs.
        platform: whose answers they are.
        run: the run's name.
    """

    def __init__(self, raw: Path, platform: str, run: str) -> None:
        self._raw = raw
        self._folder = raw / platform / run

    def store(self, response: Response, digest: str) -> str:
        """Write an answer's body.

        Args:
            response: the answer, its body decoded from the transfer's compression.
            digest: the body's SHA-256.

        Returns:
            The file's path below the archive.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{digest}.zst"
        # Others may be writing the same body.
        part = self._folder / f"{digest}.{secrets.token_hex(4)}.part"
        part.write_bytes(zstandard.ZstdCompressor(level=3).compress(response.body))
        part.rename(path)
        return str(path.relative_to(self._raw))

    def holds(self, file: str) -> bool:
        """Whether a body is still there, given its path below the archive."""
        return (self._raw / file).exists()

    def enter(self, place: str, response: Response, fetched_at: str, digest: str, file: str) -> None:
        """Enter an answer in the run's index; of two entries for one place the later holds.

        Args:
            place: what it answers, as `place_of` says.
            response: the answer.
            fetched_at: when it was made (UTC).
            digest: the body's SHA-256.
            file: where `store` put it, in this run or, for the same body, in an earlier one.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        headers = {
            name.decode("latin-1"): [value.decode("latin-1") for value in values]
            for name, values in response.headers.items()
            if name not in SECRET_HEADERS
        }
        line = {
            "place": place,
            "url": response.url,
            "status": response.status,
            "headers": headers,
            "fetched_at": fetched_at,
            "sha256": digest,
            "file": file,
        }
        with (self._folder / INDEX).open("ab") as index:
            index.write(orjson.dumps(line) + b"\n")


def prune(raw: Path, catalog: CatalogWriter, platform: str, keep_runs: int) -> int:
    """Delete the answers of runs older than the last complete census and than the last runs.

    Args:
        raw: the archive of all runs.
        catalog: where the answers are entered.
        platform: whose answers they are.
        keep_runs: how many of the last runs keep theirs in any case.

    Returns:
        How many files were deleted; a body that a kept run refers to stays.
    """
    runs, bodies = catalog.outdated_answers(platform, keep_runs)
    for body in bodies:
        (raw / body).unlink(missing_ok=True)
    for run in runs:
        folder = raw / platform / run
        (folder / INDEX).unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    # Last: what a kill leaves half done is found again.
    catalog.forget_answers(runs)
    return len(bodies)


def place_of(request: Request) -> str:
    """What tells a request from the others of a run, also after redirects: the address and what was sent there."""
    first: str = request.meta.get("redirect_urls", [request.url])[0]
    return f"{first} {digest_of(request.body)}" if request.body else first


def digest_of(body: bytes) -> str:
    """The SHA-256 of a body, in hexadecimal."""
    return sha256(body).hexdigest()
