"""Repositories that the captured answers of GitHub describe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def answers(corpus: Path) -> list[dict[str, Any]]:
    """Every repository that an answer in the corpus describes."""
    found: list[dict[str, Any]] = []

    def look(value: Any) -> None:
        if isinstance(value, dict) and {"full_name", "id", "created_at"} <= value.keys():
            found.append(value)
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            look(each)

    for path in sorted((corpus / "github").rglob("*.json")):
        look(json.loads(path.read_bytes()))
    return found
