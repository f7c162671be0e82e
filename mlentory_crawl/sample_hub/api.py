"""The Hub's API, as far as a crawl of models needs it: which answer a request gets."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha1
from urllib.parse import parse_qsl, quote, unquote

import orjson

from mlentory_crawl.sample_hub.cards import card
from mlentory_crawl.sample_hub.datasets import Datasets
from mlentory_crawl.sample_hub.files import with_blobs
from mlentory_crawl.sample_hub.hub import Hub
from mlentory_crawl.sample_hub.messages import RESOLVERS, Answer, Refused, Request
from mlentory_crawl.sample_hub.queries import TRUE, expanded, listing, read_query, repository_id

EXPANDABLE = (
    "author baseModels cardData childrenModelCount config createdAt disabled downloads downloadsAllTime evalResults "
    "gated gguf inference inferenceProviderMapping lastModified library_name likes mask_token model-index pipeline_tag "
    "private resourceGroup safetensors sha siblings spaces tags transformersInfo trendingScore usedStorage widgetData"
).split()
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


class Api:
    """Answers requests from a hub.

    Args:
        hub: what there is.
    """

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._datasets = Datasets(hub)

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
        datasets = self._datasets
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
                case ["api", "datasets"]:
                    return datasets.page(request, refuse)
                case ["api", "datasets", *id, "croissant"] if id:
                    return datasets.croissant(id, request)
                case ["api", "datasets", *id, "revision", revision]:
                    return datasets.info(id, revision, request, refuse)
                case ["api", "datasets", *id]:
                    return datasets.info(id, None, request, refuse)
                case ["api", "organizations" | "users" as kind, name, "overview"]:
                    return datasets.owner(kind, name, request)
                case ["api", "resolve-cache", "models", *id, sha, "README.md"]:
                    return self._readme(id, sha, request)
                case [*id, "resolve", revision, "README.md"]:
                    return self._resolve(id, revision, request)
        except Refused as refused:
            return refused.answer
        return Answer.error("other", 404, "Sorry, we can't find the page you are looking for.")

    def _list(self, request: Request, legal: Collection[str]) -> Answer:
        body, cursor = self.hub.page(read_query("models", request, legal, _LISTED, _FULL))
        return listing("models", request, body, cursor)

    def _info(self, segments: list[str], revision: str | None, request: Request, legal: Collection[str]) -> Answer:
        suffix = f"/revision/{quote(revision, safe='')}" if revision is not None else ""
        n = self._model("model", segments, request, "/api/models/{}" + suffix)
        if revision not in (None, "main") and not self.hub.has_commit(n, str(revision)):
            raise Refused(Answer.error("model", 404, f"Invalid rev id: {revision}", "RevisionNotFound"))
        pairs = parse_qsl(request.query, keep_blank_values=True)
        if (names := expanded("model", pairs, legal)) is not None:
            return Answer("model", body=self.hub.encoded(n, names))
        record = {name: value for name, value in self.hub.record(n).items() if name not in _NOT_BY_DEFAULT}
        return Answer("model", body=orjson.dumps(with_blobs(record) if dict(pairs).get("blobs") in TRUE else record))

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
        id = repository_id(route, segments, bucket)
        n = self.hub.find(id)
        if n is None:
            raise Refused.missing(route, request, bucket)
        if (known := self.hub.id(n)) != id:
            query = f"?{request.query}" if request.query else ""
            raise Refused(Answer.redirect(route, path.replace("{}", quote(known)) + query, bucket))
        return n
