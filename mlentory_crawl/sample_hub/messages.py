"""What is asked of the sample hub, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import orjson

RESOLVERS = "resolvers"
"""The quota of everything that leads to a file."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request, read.

    Attributes:
        method: in upper case.
        path, query: as sent, still quoted.
        headers: names in lower case.
        body: what came with it.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(slots=True)
class Answer:
    """What a request gets.

    Attributes:
        route: what was asked for, for the statistics.
        status, headers, body: the answer.
        bucket: the quota that it counts against, if any.
    """

    route: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    bucket: str | None = "api"

    @classmethod
    def error(cls, route: str, status: int, message: str, code: str | None = None, bucket: str = "api") -> Self:
        """An error as the Hub words it: in the body and in headers."""
        # A message may quote the request; in a header it must not end the line.
        plain = "".join(character if " " <= character <= "~" else "?" for character in message)
        headers = {"X-Error-Message": plain} | ({"X-Error-Code": code} if code else {})
        return cls(route, status, headers, orjson.dumps({"error": message}), bucket)

    @classmethod
    def redirect(cls, route: str, location: str, bucket: str = "api") -> Self:
        """A temporary redirect to a path of the same server."""
        text = f"Temporary Redirect. Redirecting to {location}".encode()
        return cls(route, 307, {"Location": location, "Content-Type": "text/plain; charset=utf-8"}, text, bucket)


class Refused(Exception):
    """A request is answered with something else than what it asked for.

    Attributes:
        answer: that answer.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer

    @classmethod
    def bad(cls, route: str, message: str, bucket: str = "api") -> Self:
        """The request makes no sense."""
        return cls(Answer.error(route, 400, message, bucket=bucket))

    @classmethod
    def missing(cls, route: str, request: Request, bucket: str = "api") -> Self:
        """What it asks for is missing or private: the Hub says which of both to nobody, and the rest to some."""
        if "authorization" in request.headers:
            return cls(Answer.error(route, 404, "Repository not found", "RepoNotFound", bucket))
        return cls(Answer.error(route, 401, "Invalid username or password.", bucket=bucket))
