"""The Hub's API, as far as a crawl of models needs it: which answer a request gets."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Self
from urllib.parse import parse_qsl, quote, unquote, urlencode

import orjson

from mlentory_crawl.sample_hub.cards import card
from mlentory_crawl.sample_hub.files import with_blobs
from mlentory_crawl.sample_hub.hub import SORTS, Cursor, Hub, Query

EXPANDABLE = (
    "author baseModels cardData childrenModelCount config createdAt disabled downloads downloadsAllTime evalResults "
    "gated gguf inference inferenceProviderMapping lastModified library_name likes mask_token model-index pipeline_tag "
    "private resourceGroup safetensors sha siblings spaces tags transformersInfo trendingScore usedStorage widgetData"
).split()
LARGEST_PAGE = 1000
RESOLVERS = "resolvers"
"""The quota of everything that leads to a file."""

_LISTED = "_id id likes trendingScore private downloads tags pipeline_tag library_name createdAt modelId".split()
_FULL = "author gated disabled lastModified sha siblings".split()
_NOT_BY_DEFAULT = {
    "baseModels",
    "childrenModelCount",
    "downloadsAllTime",
    "evalResults",
    "inferenceProviderMapping",
    "trendingScore",
}
_TRUE = ("true", "True", "1")


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


class Api:
    """Answers requests from a hub.

    Args:
        hub: what there is.
    """

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def answer(self, request: Request, refuse: Collection[str] = ()) -> Answer:
        """The answer to a request for anything but the controls.

        Args:
            request: that request.
            refuse: fields that are refused although the Hub knows them.
        """
        if request.method not in ("GET", "HEAD"):
            return Answer.error("other", 405, "Method not allowed")
        token = request.headers.get("authorization")
        if token is not None and not token.startswith("Bearer hf_"):
            return Answer.error("other", 401, "Invalid credentials in Authorization header")
        legal = [name for name in EXPANDABLE if name not in refuse]
        try:
            match [unquote(segment) for segment in request.path.split("/")[1:]]:
                case ["robots.txt"]:
                    return Answer(
                        "robots", headers={"Content-Type": "text/plain"}, body=b"User-agent: *\nAllow: /\n", bucket=None
                    )
                case ["api", "models"]:
                    return self._list(request, legal)
                case ["api", "models", *id, "revision", revision]:
                    return self._info(id, revision, request, legal)
                case ["api", "models", *id]:
                    return self._info(id, None, request, legal)
                case ["api", "resolve-cache", "models", *id, sha, "README.md"]:
                    return self._readme(id, sha, request)
                case [*id, "resolve", revision, "README.md"]:
                    return self._resolve(id, revision, request)
        except Refused as refused:
            return refused.answer
        return Answer.error("other", 404, "Sorry, we can't find the page you are looking for.")

    def _list(self, request: Request, legal: Collection[str]) -> Answer:
        pairs = parse_qsl(request.query, keep_blank_values=True)
        body, cursor = self.hub.page(_query(pairs, legal))
        answer = Answer("models", body=body)
        if cursor is not None:
            kept = [(name, value) for name, value in pairs if name != "cursor"]
            encoded = base64.urlsafe_b64encode(orjson.dumps(cursor)).decode()
            host = request.headers.get("host", "localhost")
            answer.headers["Link"] = f'<http://{host}/api/models?{urlencode([*kept, ("cursor", encoded)])}>; rel="next"'
        return answer

    def _info(self, segments: list[str], revision: str | None, request: Request, legal: Collection[str]) -> Answer:
        suffix = f"/revision/{quote(revision, safe='')}" if revision is not None else ""
        n = self._model("model", segments, request, "/api/models/{}" + suffix)
        if revision not in (None, "main") and not self.hub.has_commit(n, str(revision)):
            raise Refused(Answer.error("model", 404, f"Invalid rev id: {revision}", "RevisionNotFound"))
        pairs = parse_qsl(request.query, keep_blank_values=True)
        if (names := _expanded("model", pairs, legal)) is not None:
            return Answer("model", body=self.hub.encoded(n, names))
        record = {name: value for name, value in self.hub.record(n).items() if name not in _NOT_BY_DEFAULT}
        return Answer("model", body=orjson.dumps(with_blobs(record) if dict(pairs).get("blobs") in _TRUE else record))

    def _resolve(self, segments: list[str], revision: str, request: Request) -> Answer:
        n = self._model("resolve", segments, request, "/{}" + f"/resolve/{quote(revision, safe='')}/README.md")
        if revision != "main" and not self.hub.has_commit(n, revision):
            raise Refused(Answer.error("resolve", 404, f"Invalid rev id: {revision}", "RevisionNotFound", RESOLVERS))
        self._card("resolve", n, request)
        sha = self.hub.record(n)["sha"] if revision == "main" else revision
        path = f"/api/resolve-cache/models/{quote(self.hub.id(n))}/{sha}/README.md"
        return Answer.redirect("resolve", path, RESOLVERS)

    def _readme(self, segments: list[str], sha: str, request: Request) -> Answer:
        n = self._model(
            "readme", segments, request, "/api/resolve-cache/models/{}" + f"/{quote(sha, safe='')}/README.md"
        )
        if not self.hub.has_commit(n, sha):
            raise Refused(Answer.error("readme", 404, f"Invalid rev id: {sha}", "RevisionNotFound", RESOLVERS))
        text = self._card("readme", n, request).encode()
        etag = f'"{sha1(b"blob %d" % len(text) + bytes(1) + text).hexdigest()}"'
        headers = {"ETag": etag, "X-Repo-Commit": sha}
        if request.headers.get("if-none-match") == etag:
            return Answer("readme", 304, headers, bucket=RESOLVERS)
        return Answer("readme", 200, headers | {"Content-Type": "text/plain; charset=utf-8"}, text, RESOLVERS)

    def _card(self, route: str, n: int, request: Request) -> str:
        record = self.hub.record(n)
        if record.get("disabled"):
            raise Refused(Answer.error(route, 403, "Access to this resource is disabled.", bucket=RESOLVERS))
        if record.get("gated"):
            status = 403 if "authorization" in request.headers else 401
            message = f"Access to model {record['id']} is restricted."
            raise Refused(Answer.error(route, status, message, "GatedRepo", RESOLVERS))
        text = card(record)
        if text is None:
            raise Refused(Answer.error(route, 404, "Entry not found", "EntryNotFound", RESOLVERS))
        return text

    def _model(self, route: str, segments: list[str], request: Request, path: str) -> int:
        """The number of the model of an id; `path` is where it is asked for, with ``{}`` for the id."""
        bucket = "api" if route == "model" else RESOLVERS
        if len(segments) not in (1, 2) or any("/" in segment or not segment for segment in segments):
            raise _bad(route, "Invalid repo name: it must be of the form owner/name", bucket)
        id = "/".join(segments)
        n = self.hub.find(id)
        if n is None:
            if "authorization" in request.headers:
                raise Refused(Answer.error(route, 404, "Repository not found", "RepoNotFound", bucket))
            raise Refused(Answer.error(route, 401, "Invalid username or password.", bucket=bucket))
        if (known := self.hub.id(n)) != id:
            query = f"?{request.query}" if request.query else ""
            raise Refused(Answer.redirect(route, path.replace("{}", quote(known)) + query, bucket))
        return n


def _query(pairs: list[tuple[str, str]], legal: Collection[str]) -> Query:
    one = dict(pairs)
    sort = one.get("sort", SORTS[0])
    if sort not in SORTS:
        raise _bad("models", "Invalid sort parameter: expected one of " + ", ".join(SORTS))
    direction = one.get("direction", "-1")
    if direction not in ("1", "-1") or (direction == "1" and sort != "createdAt"):
        raise _bad("models", "Invalid direction: ascending order is only possible for createdAt")
    limit = one.get("limit", str(LARGEST_PAGE))
    if not limit.isascii() or not limit.isdecimal() or not int(limit[:9]):
        raise _bad("models", "Invalid limit: expected a positive number")
    names = _expanded("models", pairs, legal)
    if names is None:
        extra = [name for name in ("cardData", "config") if one.get(name) in _TRUE]
        names = (*_LISTED, *(_FULL if one.get("full") in _TRUE else ()), *extra)
    return Query(
        names=names,
        sort=sort,
        ascending=direction == "1",
        limit=min(int(limit[:9]), LARGEST_PAGE),
        after=_cursor(one["cursor"], str if sort == "createdAt" else int) if "cursor" in one else None,
        author=one.get("author"),
        search=one.get("search"),
        pipeline_tag=one.get("pipeline_tag"),
        tags=tuple(value for name, value in pairs if name == "filter"),
    )


def _expanded(route: str, pairs: list[tuple[str, str]], legal: Collection[str]) -> tuple[str, ...] | None:
    names = [value for name, value in pairs if name in ("expand", "expand[]")]
    if any(name not in legal for name in names):
        raise _bad(route, "Invalid option: expected one of " + "|".join(f'"{name}"' for name in legal))
    return ("_id", "id", *dict.fromkeys(names)) if names else None


def _bad(route: str, message: str, bucket: str = "api") -> Refused:
    return Refused(Answer.error(route, 400, message, bucket=bucket))


def _cursor(text: str, kind: type[int | str]) -> Cursor:
    try:
        value, n = orjson.loads(base64.urlsafe_b64decode(text))
    except (ValueError, TypeError):
        raise _bad("models", "Invalid cursor") from None
    if not isinstance(value, kind) or not isinstance(n, int):
        raise _bad("models", "Invalid cursor")
    return value, n
