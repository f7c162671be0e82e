"""The records of the corpus; see its own README for where they are from."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MODELS = ("models-2022.jsonl.gz", "models-2025.jsonl.gz", "models-raw-2024-2026.jsonl.gz", "oddities.jsonl.gz")


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a compressed file of JSON lines."""
    with gzip.open(path) as file:
        for line in file:
            yield json.loads(line)


def hugging_face_models(corpus: Path) -> Iterator[dict[str, Any]]:
    """Every record of a model that the Hub gave out, in lists and details."""
    folder = corpus / "huggingface"
    for name in MODELS:
        for record in lines(folder / name):
            yield record.get("record", record)
    for path in sorted((folder / "list-and-detail").glob("list-*.json")):
        yield from json.loads(path.read_bytes())
    for path in sorted((folder / "list-and-detail").glob("model-*.json")):
        yield json.loads(path.read_bytes())
    for path in sorted((folder / "blobs-true").glob("*.json")):
        yield json.loads(path.read_bytes())


def model_cards(corpus: Path) -> Iterator[tuple[str, str]]:
    """The id of a model and its whole card, of every card of a model."""
    folder = corpus / "huggingface"
    for name in ("cards-2022.jsonl.gz", "cards-2025.jsonl.gz"):
        for record in lines(folder / name):
            yield record["id"], record["readme"]
    for path in sorted((folder / "cards-by-oddity").rglob("*.md")):
        yield path.stem.replace("__", "/", 1), path.read_bytes().decode("utf-8", "replace")
