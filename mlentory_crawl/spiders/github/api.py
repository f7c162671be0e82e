"""Addresses and headers of GitHub's REST API, and readers of its responses.

Source: https://docs.github.com/en/rest
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
from scrapy.http import Response

from fair4ml.identifiers import is_github_name
from fair4ml.platforms.github.addresses import BY_NUMBER, MAX_FILE
from mlentory_crawl.base_spiders.single_records import RawTuple
from mlentory_crawl.responses import header
from mlentory_crawl.spiders.github import contents

PUBLIC = "https://api.github.com"
API = f"{PUBLIC}/repos/"
RAW = "https://raw.githubusercontent.com"
HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2026-03-10",
    # `may_be_kept` reads responses before they are decompressed.
    "Accept-Encoding": "identity",
}
FILES = {"citation": "CITATION.cff", "codemeta": "codemeta.json"}
"""The files that are records of their own, by kind."""
MOST_RELEASES = 30
"""The number of releases that are asked for, the newest."""
DETAILS = {"language": "languages", "release": f"releases?per_page={MOST_RELEASES}"}
"""The parts of a repository that are records of their own, by kind, below its address."""
REPOSITORY_BLOCKED = frozenset({403, 451})
"""The platform blocks a repository for everybody, because of its terms or a law."""


def headers(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of requests, with the token that the settings hold."""
    token = settings.get("GITHUB_TOKEN")
    return {**HEADERS, **({"Authorization": f"Bearer {token}"} if token else {})}


def may_be_kept(response: Response) -> bool:
    """Check that a response can be archived: it is not private, and holds no token for cloning."""
    try:
        answer = orjson.loads(response.body)
    except ValueError:
        return True
    return not (isinstance(answer, dict) and (answer.get("private") is True or answer.get("temp_clone_token")))


def moved_to(response: Response) -> str | None:
    """Return the new address of a renamed repository, below the endpoint; None if the response states none."""
    if response.status not in (301, 302, 307):
        return None
    try:
        answer = orjson.loads(response.body)
    except ValueError:
        answer = None
    address = answer.get("url") if isinstance(answer, dict) else None
    if not isinstance(address, str):
        address = header(response.headers, "Location")
    # GitHub states its own address whatever the endpoint; a token must only go to the endpoint.
    found = BY_NUMBER.search(urlsplit(address).path)
    return None if found is None else found[0]


def repository_in(answer: Any) -> dict[str, Any] | None:
    """Return the repository in a response; None if it is one that only the token's owner can see.

    Raises:
        ValueError: it does not describe a repository.
    """
    if not isinstance(answer, dict) or not ("id" in answer or "full_name" in answer):
        raise ValueError("expected an object with the field id or full_name")
    return None if answer.get("private") is True else answer


def records(payload: list[Any], page: int) -> Iterator[RawTuple]:
    """Return kind, native id, API address and payload of each repository."""
    for i, entity in enumerate(payload):
        id, name = entity.get("id"), entity.get("full_name")
        key = str(id) if type(id) is int else f"page-{page}-{i}"
        yield "repository", key, f"{API}{name}" if isinstance(name, str) and is_github_name(name) else API, entity


def parts_of(name: str, branch: Any, content: str) -> Iterator[tuple[str, str]]:
    """Return kind and address, below the endpoint, of each part of a repository that is to be requested.

    Args:
        name: the name of the repository.
        branch: the name of its default branch, if the API states one.
        content: how much of its content is kept, as the argument of the spider says.
    """
    if content != "none":
        yield "readme", f"/repos/{name}/readme"
    if content in ("tree", "files"):
        for kind, path in DETAILS.items():
            yield kind, f"/repos/{name}/{path}"
        tree = quote(branch, safe="") if isinstance(branch, str) and branch else "HEAD"
        yield "tree", f"/repos/{name}/git/trees/{tree}?recursive=1"


def part_in(kind: str, answer: Any) -> dict[str, Any]:
    """Return what a record states of a part of a repository.

    Raises:
        ValueError: the answer is not of that kind.
    """
    if kind == "readme":
        return contents.readme_in(answer)
    if kind == "tree":
        files, truncated = contents.files_in(answer)
        return contents.tree(files, truncated=truncated)
    if kind == "language":
        if not isinstance(answer, dict):
            raise ValueError("expected an object with the bytes of each language")
        return {"languages": answer}
    if not isinstance(answer, list):
        raise ValueError("expected a list of releases")
    fields = ("tag_name", "published_at", "prerelease", "draft")
    return {
        "releases": [{name: each.get(name) for name in fields} if isinstance(each, dict) else each for each in answer]
    }


def text_of(response: Response) -> str:
    """Return the text of a file, up to the size limit `MAX_FILE`."""
    return response.body[:MAX_FILE].decode("utf-8", "replace")


def refusal(response: Response) -> str:
    """Return the error message of a response, with the reason of a block."""
    try:
        answer = orjson.loads(response.body)
    except ValueError:
        answer = None
    message = answer.get("message") if isinstance(answer, dict) else None
    block = answer.get("block") if isinstance(answer, dict) else None
    reason = block.get("reason") if isinstance(block, dict) else None
    text = str(message or response.body[:200].decode("utf-8", "replace"))[:500]
    return f"{text} ({str(reason)[:100]})" if reason else text
