"""Made-up artifacts of the BioImage Model Zoo."""

from __future__ import annotations

from typing import Any


def record(manifest: dict[str, Any], type: str = "model", **fields: Any) -> dict[str, Any]:
    return {
        "id": "bioimage-io/tidy-animal",
        "type": type,
        "created_at": 1_700_000_000,
        "last_modified": 1_700_000_100.5,
        "versions": [{"version": "v0"}, {"version": "v1"}],
        "download_count": 12.5,
        "view_count": 3,
        "manifest": manifest,
        **fields,
    }
