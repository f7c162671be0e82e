"""A made-up BioImage Model Zoo: the answers of an artifact manager, and what it answers when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from support.http_servers import Answer, served

LIST = "/bioimage-io/artifacts/bioimage.io/children"
ARTIFACT = "/bioimage-io/artifacts/"


def artifact(alias: str, type: str = "model", **manifest: Any) -> dict[str, Any]:
    """A small made-up artifact."""
    return {
        "id": f"bioimage-io/{alias}",
        "alias": alias,
        "workspace": "bioimage-io",
        "type": type,
        "created_at": 1_700_000_000,
        "last_modified": 1_700_000_100,
        "created_by": "somebody|1",
        "versions": [{"version": "v0", "comment": "first", "created_at": 1_700_000_000}],
        "download_count": 12.0,
        "view_count": 30.0,
        "manifest": {
            "type": type,
            "format_version": "0.5.3",
            "name": f"The {alias}",
            "description": "Made up.",
            "authors": [{"name": "Ada Example", "orcid": "0000-0002-1825-0097"}],
            "license": "MIT",
            "tags": ["2d", "unet"],
            **manifest,
        },
    }


def zoo(models: int = 60) -> list[dict[str, Any]]:
    """Models that derive from each other, a dataset they are trained on, an application, and what is left out."""
    return [
        *[
            artifact(
                f"tidy-animal-{n}",
                training_data={"id": "cell-pictures"},
                parent={"id": f"tidy-animal-{max(1, n // 2)}"},
            )
            for n in range(1, models + 1)
        ],
        artifact("cell-pictures", "dataset", source="https://example.org/cells"),
        artifact("slide viewer", "application"),
        artifact("some-notebook", "notebook"),
        artifact("tidy-animal-1:old"),
        artifact("withdrawn", status="deleted"),
    ]


class Zoo:
    """What the server has and does.

    Attributes:
        artifacts: what is listed, in order.
        hidden: ids that are not listed, though they can be asked for.
        answer: what is answered to every request instead.
        bare: whether the list comes without its length, as from the service's cache.
        page_size: the most that it lists at once.
        asked: the requests so far, with their parameters.
    """

    def __init__(self, artifacts: list[dict[str, Any]]) -> None:
        self.artifacts = artifacts
        self.hidden: set[str] = set()
        self.answer: Answer | None = None
        self.bare = False
        self.page_size = 10_000
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.url = ""

    def remove(self, *aliases: str) -> None:
        self.artifacts = [each for each in self.artifacts if each["alias"] not in aliases]

    def handle(self, method: str, path: str, body: bytes) -> Answer:
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        self.asked.append((unquote(parts.path), query))
        if self.answer is not None:
            return self.answer
        if parts.path == LIST:
            return self._listed(int(query["offset"][0]), int(query["limit"][0]))
        alias = unquote(parts.path.removeprefix(ARTIFACT))
        found = next((each for each in self.artifacts if each["alias"] == alias), None)
        return _json(404, {"detail": "Artifact not found"}) if found is None else _json(200, found)

    def _listed(self, offset: int, limit: int) -> Answer:
        listed = [each for each in self.artifacts if each["alias"] not in self.hidden]
        items = listed[offset : offset + min(limit, self.page_size)]
        if self.bare:
            return _json(200, items)
        return _json(200, {"items": items, "total": len(listed), "offset": offset, "limit": limit})


def _json(status: int, told: Any) -> Answer:
    return status, {}, json.dumps(told).encode()


@contextmanager
def served_zoo(artifacts: list[dict[str, Any]]) -> Iterator[Zoo]:
    """A zoo with its address."""
    zoo = Zoo(artifacts)
    with served(zoo.handle) as zoo.url:
        yield zoo
