"""A made-up GitHub: repositories, their files, and what it answers when it refuses."""

from __future__ import annotations

import json
import time
from base64 import encodebytes
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from support.http_servers import Answer, served

API, RAW = "/api", "/raw"

CITATION = """cff-version: 1.2.0
message: Please cite it.
title: Made-up tools
abstract: Tools that nobody needs.
authors:
  - given-names: Ada
    family-names: Example
    orcid: https://orcid.org/0000-0002-1825-0097
  - name: The Made-up Team
version: 1.10
doi: 10.5281/zenodo.1234567
date-released: 2024-05-06
license: Apache-2.0
keywords: [tools]
preferred-citation:
  type: article
  title: On made-up tools
  doi: 10.1234/ABC.1
"""

CODEMETA = json.dumps(
    {
        "@context": "https://doi.org/10.5063/schema/codemeta-2.0",
        "@type": "SoftwareSourceCode",
        "name": "Made-up tools",
        "author": [{"@type": "Person", "givenName": "Grace", "familyName": "Sample"}],
        "version": "1.10",
        "softwareRequirements": ["numpy>=2"],
    }
)


def repository(id: int, name: str, **fields: Any) -> dict[str, Any]:
    """A small made-up repository."""
    login = name.partition("/")[0]
    return {
        "id": id,
        "node_id": f"R_{id}",
        "name": name.partition("/")[2],
        "full_name": name,
        "private": False,
        "owner": {"login": login, "id": 1, "type": "Organization"},
        "html_url": f"https://github.com/{name}",
        "description": "Made-up tools.",
        "fork": False,
        "url": f"https://api.github.com/repos/{name}",
        "created_at": "2020-01-02T03:04:05Z",
        "updated_at": "2024-03-04T05:06:07Z",
        "pushed_at": "2024-02-03T04:05:06Z",
        "homepage": "",
        "size": 120,
        "stargazers_count": 10,
        "watchers_count": 10,
        "forks_count": 2,
        "subscribers_count": 3,
        "open_issues_count": 1,
        "language": "Python",
        "topics": ["tools"],
        "license": {
            "key": "mit",
            "name": "MIT License",
            "spdx_id": "MIT",
            "url": "https://api.github.com/licenses/mit",
        },
        "default_branch": "main",
        "archived": False,
        "disabled": False,
        "visibility": "public",
        **fields,
    }


MISSING = {"message": "Not Found", "documentation_url": "https://docs.test", "status": "404"}
README_BYTES = 1_000_000
"""The size of the largest README whose text the API returns."""


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


class GitHub:
    """What the server has and does.

    Attributes:
        repositories: what it has, in any order.
        moved: ids by former name.
        blocked: status and reason by name.
        files: texts, or bytes, by name of the repository and path of the file.
        links: paths of symbolic links and of modules in trees, with mode and type, by name of the repository.
        readmes: paths of READMEs by name of the repository; others have none.
        languages: bytes by language, by name of the repository.
        releases: releases by name of the repository.
        empty: names of repositories in which there is nothing.
        truncated: names of repositories whose trees are not listed completely.
        refusals: what is answered instead, one request each, until there is none left.
        refusals_of: the same for single addresses.
        confirms: whether answers of the API that are still what they were are confirmed (304); if so, they have tags.
        quota: requests in a window of so many seconds; what is left of them is announced.
        asked: the addresses so far.
    """

    def __init__(self, repositories: list[dict[str, Any]]) -> None:
        self.repositories = repositories
        self.moved: dict[str, int] = {}
        self.blocked: dict[str, tuple[int, str]] = {}
        self.files: dict[tuple[str, str], str | bytes] = {}
        self.links: dict[str, list[tuple[str, str, str]]] = {}
        self.readmes: dict[str, str] = {}
        self.languages: dict[str, dict[str, int]] = {}
        self.releases: dict[str, list[Any]] = {}
        self.empty: set[str] = set()
        self.truncated: set[str] = set()
        self.refusals: list[Answer] = []
        self.refusals_of: dict[str, list[Answer]] = {}
        self.confirms = False
        self.sent: dict[str, str] = {}
        self.quota = 5_000
        self.window = 3_600
        self.taken = 0
        self.resets_at = 0.0
        self.asked: list[str] = []
        self.url = ""

    def rename(self, before: str, now: str) -> None:
        (found,) = (each for each in self.repositories if each["full_name"] == before)
        found.update(full_name=now, owner={"login": now.partition("/")[0], "id": 1, "type": "Organization"})
        self.moved[before] = found["id"]
        self.files |= {(now, file): text for (name, file), text in self.files.items() if name == before}

    def handle(self, method: str, path: str, body: bytes) -> Answer:
        self.asked.append(path)
        if self.refusals:
            return self.refusals.pop(0)
        if self.refusals_of.get(path):
            return self.refusals_of[path].pop(0)
        if path.startswith(RAW):
            owner, name, _, file = path.removeprefix(f"{RAW}/").split("/", 3)
            text = self.files.get((f"{owner}/{name}", unquote(file)))
            return (404, {}, b"404: Not Found") if text is None else (200, {}, _bytes(text))
        status, told = self._told(path.removeprefix(API))
        answer = json.dumps(told).encode()
        if not self.confirms or status != 200:
            return status, self.announced(), answer
        tag = {"ETag": f'W/"{sha256(answer).hexdigest()}"'}
        if self.sent.get(path) == tag["ETag"]:
            return 304, {**self.announced(), **tag}, b""
        self.sent[path] = tag["ETag"]
        return status, {**self.announced(), **tag}, answer

    def announced(self) -> dict[str, str]:
        if time.time() >= self.resets_at:
            self.taken, self.resets_at = 0, time.time() + self.window
        self.taken += 1
        return {
            "X-RateLimit-Limit": str(self.quota),
            "X-RateLimit-Remaining": str(max(0, self.quota - self.taken)),
            "X-RateLimit-Reset": str(int(self.resets_at)),
            "X-RateLimit-Resource": "core",
            "Date": formatdate(usegmt=True),
        }

    def _told(self, path: str) -> tuple[int, Any]:
        if path.startswith("/repositories/"):
            found = next((each for each in self.repositories if str(each["id"]) == path.rpartition("/")[2]), None)
        else:
            owner, name, *part = path.removeprefix("/repos/").split("/", 2)
            name = f"{owner}/{name}"
            if part:
                return self._part(name, part[0])
            if name in self.blocked:
                status, reason = self.blocked[name]
                block = {"reason": reason, "created_at": "2024-01-01T00:00:00Z", "html_url": "https://github.com/tos"}
                return status, {"message": "Repository access blocked", "block": block}
            if name in self.moved:
                # It names itself, whoever stands in for it.
                address = f"https://api.github.com/repositories/{self.moved[name]}"
                return 301, {"message": "Moved Permanently", "url": address, "documentation_url": "https://docs.test"}
            found = next((e for e in self.repositories if e["full_name"].casefold() == name.casefold()), None)
        return (404, MISSING) if found is None else (200, found)

    def _part(self, name: str, part: str) -> tuple[int, Any]:
        if part == "readme" and name in self.readmes:
            path = self.readmes[name]
            body = _bytes(self.files[name, path])
            told = {"name": path.rpartition("/")[2], "path": path, "size": len(body), "type": "file"}
            if len(body) > README_BYTES:
                return 200, {**told, "content": "", "encoding": "none"}
            return 200, {**told, "content": encodebytes(body).decode(), "encoding": "base64"}
        if part == "languages":
            return 200, self.languages.get(name, {})
        if part.startswith("releases?per_page="):
            return 200, self.releases.get(name, [])[: int(part.rpartition("=")[2])]
        if part.startswith("git/trees/"):
            if name in self.empty:
                return 409, {"message": "Git Repository is empty.", "documentation_url": "https://docs.test"}
            blobs = [
                {"path": path, "mode": "100644", "type": "blob", "size": len(_bytes(text)), "sha": "0" * 40}
                for (of, path), text in self.files.items()
                if of == name
            ]
            others = [{"path": path, "mode": mode, "type": type} for path, mode, type in self.links.get(name, [])]
            return 200, {"sha": "1" * 40, "tree": [*blobs, *others], "truncated": name in self.truncated}
        return 404, MISSING


def refused(status: int, message: str, headers: dict[str, str]) -> Answer:
    """What is answered to one request too many."""
    return status, headers, json.dumps({"message": message, "documentation_url": "https://docs.test"}).encode()


@contextmanager
def served_github(repositories: list[dict[str, Any]]) -> Iterator[GitHub]:
    """A GitHub with its address."""
    server = GitHub(repositories)
    with served(server.handle) as server.url:
        yield server
