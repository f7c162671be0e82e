"""Addresses of the zoo's artifact manager, and readers of its responses.

Source: https://docs.amun.ai/#/artifact-manager
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from scrapy.http import Response

from fair4ml.platforms.ai4life.addresses import COLLECTION, WORKSPACE, alias_in
from fair4ml.platforms.ai4life.source import KINDS
from mlentory_crawl.base_spiders.paginators import Cursor
from mlentory_crawl.base_spiders.paginators.offset import Rows
from mlentory_crawl.base_spiders.single_records import RawTuple
from mlentory_crawl.responses import json_of

API = f"https://hypha.aicell.io/{WORKSPACE}/artifacts"


def list_path(offset: int, size: int) -> str:
    """Return the address of artifacts in the zoo's list, below the workspace's."""
    query = {"limit": size, "offset": offset, "pagination": "true", "stage": "false", "silent": "true"}
    return f"/{COLLECTION}/children?{urlencode(query)}"


def artifact_path(alias: str) -> str:
    """Return the address of one artifact, below the workspace's."""
    return f"/{quote(alias, safe='')}?silent=true"


def artifacts_in(response: Response, cursor: Cursor) -> Rows:
    """Return the artifacts on a page of the list, and the total number.

    Raises:
        ValueError: it is not such a page.
    """
    answer = json_of(response)
    items, total = (answer.get("items"), answer.get("total")) if isinstance(answer, dict) else (answer, None)
    if not isinstance(items, list):
        raise ValueError(f"expected a list of artifacts, got {type(answer).__name__}")
    if not items and cursor["offset"] == 0:
        raise ValueError("expected a list of artifacts, got an empty list")
    return items, total if isinstance(total, int) else None


def artifact_in(response: Response, alias: str) -> dict[str, Any]:
    """Return the artifact in a response.

    Raises:
        ValueError: it is another artifact, or not a resource of the zoo.
    """
    answer = json_of(response)
    if not isinstance(answer, dict) or alias_in(answer.get("id")) != alias:
        raise ValueError(f"expected the artifact {alias}, got another one")
    if answer.get("type") not in KINDS:
        raise ValueError(f"expected a model, dataset or application, got {str(answer.get('type'))[:100]!r}")
    return answer


def denies(response: Response, alias: str) -> bool | None:
    """Check whether a response denies that an artifact exists; None if it shows neither."""
    try:
        answer = json_of(response)
    except ValueError:
        return None
    # The 404 of a proxy says nothing about the artifact.
    if response.status == 404:
        return True if isinstance(answer, dict) and "detail" in answer else None
    if response.status != 200 or not isinstance(answer, dict):
        return None
    return alias_in(answer.get("id")) != alias or _is_deleted(answer)


def records(payload: list[Any], page: int, left_out: Counter[str]) -> Iterator[RawTuple]:
    """Return kind, native id, API address and payload of each resource among artifacts.

    Args:
        payload: the artifacts.
        page: the number of their page.
        left_out: counts the artifacts that are not resources, by reason.
    """
    for i, record in enumerate(payload):
        known = record if isinstance(record, dict) else {}
        kind, id = known.get("type"), known.get("id") or known.get("alias")
        if isinstance(kind, str) and kind not in KINDS:
            left_out[f"of type {kind}"] += 1
        elif isinstance(id, str) and ":" in id:
            left_out["with a colon in the id"] += 1
        elif _is_deleted(known):
            left_out["marked as deleted"] += 1
        else:
            alias = alias_in(id)
            url = API if alias is None else f"{API}/{quote(alias, safe='')}"
            yield kind if isinstance(kind, str) else "model", alias or f"page-{page}-{i}", url, record


def _is_deleted(artifact: dict[str, Any]) -> bool:
    manifest = artifact.get("manifest")
    return isinstance(manifest, dict) and manifest.get("status") == "deleted"
