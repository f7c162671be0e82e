"""Records in the captured answers of OpenML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fair4ml.platforms.openml.answers import Malformed, Refused, decoded, rows


def captured_records(corpus: Path) -> Iterator[tuple[str, Any]]:
    wrappers = {"data_set_description": "dataset_description", "flow": "flow_description"}
    lists = {"data": ("dataset", "dataset"), "task": ("task", "task"), "tasks": ("task", "task"),
             "flows": ("flow", "flow"), "evaluations": ("evaluation", "evaluation")}  # fmt: skip
    for path in sorted((corpus / "openml").rglob("*")):
        if path.suffix not in (".json", ".xml") or not path.is_file():
            continue
        try:
            told = decoded(path.read_bytes())
        except (Malformed, Refused):
            continue
        for name, inside in told.items():
            if name in lists and isinstance(inside, dict) and lists[name][1] in inside:
                kind, row = lists[name]
                yield from ((kind, each) for each in rows(told, row))
            elif name in wrappers and isinstance(inside, dict) and "id" in inside:
                yield wrappers[name], inside
