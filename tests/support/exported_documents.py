"""Made-up documents, as LLM Twin's data warehouse and this project export them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

PERSON = "Ada Example"
LINK = "https://blog.example/p/merging-keys"


def id_of(number: int) -> str:
    """The id of a document, which looks like a random UUID."""
    return str(UUID(int=number, version=4))


def article(number: int, link: str = LINK, **fields: Any) -> dict[str, Any]:
    """An article as LLM Twin exports it: its author is the person for whom it was collected."""
    return {
        "content": {
            "Title": "Merging keys",
            "Subtitle": "What it saves",
            "Content": "Keys that are almost parallel can be merged: https://huggingface.co/example-lab/merged-7b.",
            "language": "en",
        },
        "platform": "blog.example",
        "author_id": id_of(1),
        "author_full_name": PERSON,
        "link": link,
        "_id": id_of(number),
        **fields,
    }


def user(number: int = 1) -> dict[str, Any]:
    """A user as LLM Twin exports it."""
    return {"first_name": "Ada", "last_name": "Example", "_id": id_of(number)}


def repository(number: int, **fields: Any) -> dict[str, Any]:
    """A repository as LLM Twin exports it."""
    return {
        "content": {"README.md": "# Tools\n\nFor merging keys.", "src/merge.py": "importjson"},
        "platform": "github",
        "author_id": id_of(1),
        "author_full_name": PERSON,
        "name": "tools",
        "link": "https://github.com/example-lab/tools",
        "_id": id_of(number),
        **fields,
    }


def written(folder: Path, **files: Any) -> Path:
    """A folder with an export; `Article` are the documents in ``ArticleDocument.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, documents in files.items():
        (folder / f"{name}Document.json").write_text(json.dumps(documents))
    return folder
