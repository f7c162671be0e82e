"""The archive of answers as received: ``raw/<platform>/<run>/``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from scrapy import Request
from scrapy.http import Response

from mlentory_crawl.archive.bodies import digest_of, write_body

INDEX = "answers.jsonl"
ENTRY = {"place", "url", "status", "headers", "fetched_at", "sha256", "file"}
SECRET_HEADERS = {b"Set-Cookie", b"Www-Authenticate", b"Authorization"}
REVALIDATE = "revalidate"
"""The key of ``Request.meta`` that marks a request whose archived answer a service may confirm instead of sending it.

It is to be archived, too (``archive``).
"""


class Archive:
    """The archive of one run's answers.

    Args:
        raw: the archive of all runs.
        platform: the platform that sent the answers.
        run: the run's name.
    """

    def __init__(self, raw: Path, platform: str, run: str) -> None:
        self._raw = raw
        self._folder = raw / platform / run

    def store(self, body: bytes, digest: str) -> str:
        """Write an answer's body.

        Args:
            body: the body after decoding the transfer's compression.
            digest: the body's SHA-256.

        Returns:
            The file's path below the archive.
        """
        path = self._folder / f"{digest}.zst"
        write_body(path, body)
        return str(path.relative_to(self._raw))

    def holds(self, file: str) -> bool:
        """Check whether a body is still there, given its path below the archive."""
        return (self._raw / file).exists()

    def enter(self, place: str, response: Response, fetched_at: str, digest: str, file: str) -> None:
        """Enter an answer in the run's index; the later of two entries for one place holds.

        Args:
            place: the request that it answers, as `place_of` returns it.
            response: the answer.
            fetched_at: when it was made (UTC).
            digest: the body's SHA-256.
            file: the path that `store` returned, in this run or, for the same body, in an earlier one.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        line = {
            "place": place,
            "url": response.url,
            "status": response.status,
            "headers": headers_of(response),
            "fetched_at": fetched_at,
            "sha256": digest,
            "file": file,
        }
        with (self._folder / INDEX).open("ab") as index:
            index.write(orjson.dumps(line) + b"\n")


def entries(index: Path) -> tuple[list[dict[str, Any]], int]:
    """The entries of a run's index in order, and the number of damaged lines, which cannot be read."""
    found, damaged = [], 0
    for line in index.read_bytes().splitlines():
        try:
            entry = orjson.loads(line)
        except orjson.JSONDecodeError:
            entry = None
        if isinstance(entry, dict) and entry.keys() >= ENTRY:
            found.append(entry)
        else:
            damaged += 1
    return found, damaged


def headers_of(response: Response) -> dict[str, list[str]]:
    """Return the headers of an answer that may be kept, each with its lines."""
    return {
        name.decode("latin-1"): [value.decode("latin-1") for value in values]
        for name, values in response.headers.items()
        if name not in SECRET_HEADERS
    }


def place_of(request: Request) -> str:
    """The identity of a request within a run, also after redirects: the address and the body that was sent."""
    first: str = request.meta.get("redirect_urls", [request.url])[0]
    return f"{first} {digest_of(request.body)}" if request.body else first
