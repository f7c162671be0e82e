"""Write fair4ml/data/tasks.json from the npm package @huggingface/tasks (MIT): slugs, labels, modalities, subtasks.

Usage: node -p 'const t = require("@huggingface/tasks"); JSON.stringify({tasks: t.PIPELINE_DATA,
           pages: Object.keys(t.TASKS_DATA).filter(slug => t.TASKS_DATA[slug])})' > tasks-source.json
       python tools/make_tasks.py tasks-source.json VERSION_OF_THE_PACKAGE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "fair4ml" / "data" / "tasks.json"

NO_TASK = {"other"}

FORMER = {
    # The Hub's own earlier list: huggingface/huggingface_hub, pull request 172; superseded by two tabular tasks.
    "structured-data-classification": {"label": "Structured Data Classification", "modality": "other"},
    # The Hub's inference service served it: huggingface/api-inference-community, tests/test_api_speech_segmentation.py.
    "speech-segmentation": {"label": "Speech Segmentation", "modality": "audio"},
}
"""Pipeline tags that records still carry and that the package no longer lists, neither as task nor as subtask."""


def main(source: Path, version: str) -> None:
    """Writes one term for each task and subtask."""
    listed = json.loads(source.read_text("utf-8"))
    terms: dict[str, dict[str, Any]] = {}
    for slug, task in listed["tasks"].items():
        if slug not in NO_TASK:
            terms[slug] = {"label": task["name"], "modality": task["modality"]}
            if slug in listed["pages"]:
                terms[slug]["same_as"] = {"huggingface": f"https://huggingface.co/tasks/{slug}"}
    for slug, task in listed["tasks"].items():
        for subtask in task.get("subtasks", ()):
            if subtask["type"] in listed["tasks"]:
                continue
            term = terms.setdefault(subtask["type"], {"label": subtask["name"], "modality": task["modality"]})
            term.setdefault("broader", []).append(slug)
    terms |= FORMER
    table = {
        "generated_by": "python tools/make_tasks.py tasks-source.json VERSION_OF_THE_PACKAGE",
        "origin": f"npm package @huggingface/tasks {version}, MIT; former pipeline tags as listed in the tool",
        "scheme": "https://w3id.org/mlentory/tasks",
        "terms": dict(sorted(terms.items())),
    }
    TARGET.write_text(json.dumps(table, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2])
