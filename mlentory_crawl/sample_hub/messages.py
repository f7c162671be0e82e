"""Requests to the sample hub, and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import orjson

RESOLVERS = "resolvers"
"""The quota of all requests that lead to a file."""


@dataclass(frozen=True, slots=True)
class Request:
    """A parsed request.

    Attributes:
        method: in upper case.
        path, query: as sent, still quoted.
        headers: by name in lower case.
        body: the body of the request.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(slots=True)
class Answer:
    """The answer to a request.

    Attributes:
        route: the requested route, for the statistics.
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
        """An error in the Hub's format, in the body and in headers."""
        # A message may quote the request, and a line feed in it must not end the header.
        plain = "".join(character if " " <= character <= "~" else "?" for character in message)
        headers = {"X-Error-Message": plain} | ({"X-Error-Code": code} if code else {})
        return cls(route, status, headers, orjson.dumps({"error": message}), bucket)

    @classmethod
    def redirect(cls, route: str, location: str, bucket: str = "api") -> Self:
        """A temporary redirect to a path of the same server."""
        text = f"Temporary Redirect. Redirecting to {location}".encode()
        return cls(route, 307, {"Location": location, "Content-Type": "text/plain; charset=utf-8"}, text, bucket)


class Refused(Exception):
    """Raised when a request is answered with something else than what it asked for.

    Attributes:
        answer: that answer.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer

    @classmethod
    def bad(cls, route: str, message: str, bucket: str = "api") -> Self:
        """The answer to an invalid request."""
        return cls(Answer.error(route, 400, message, bucket=bucket))

    @classmethod
    def missing(cls, route: str, request: Request, bucket: str = "api") -> Self:
        """The answer to a request for a missing or private target, which the Hub does not distinguish.

        Only clients with a token get a 404; others get a 401, as for any invalid login.
        """
        if "authorization" in request.headers:
            return cls(Answer.error(route, 404, "Repository not found", "RepoNotFound", bucket))
        return cls(Answer.error(route, 401, "Invalid username or password.", bucket=bucket))
