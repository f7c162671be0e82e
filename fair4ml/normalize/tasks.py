"""The shipped scheme of machine-learning tasks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fair4ml.entities import Stub

_TABLE: dict[str, Any] = json.loads((files("fair4ml") / "data" / "tasks.json").read_bytes())

SCHEME_IRI: str = _TABLE["scheme"]
"""The IRI of the scheme that every task is a term of."""


@dataclass(frozen=True, slots=True)
class Task:
    """One term of the scheme.

    Attributes:
        slug: its code, as platforms write it, such as ``fill-mask``.
        label: its name for people.
        modality: ``nlp``, ``cv``, ``audio``, ``multimodal``, ``tabular``, ``rl`` or ``other``, as the Hugging Face Hub
            groups it.
        broader: the slugs of the tasks that it is a kind of.
        same_as: its page on each platform that has one, by platform.
    """

    slug: str
    label: str
    modality: str
    broader: tuple[str, ...] = ()
    same_as: Mapping[str, str] = field(default_factory=dict)

    @property
    def iri(self) -> str:
        """The IRI of the term."""
        return f"{SCHEME_IRI}#{self.slug}"


TASKS: dict[str, Task] = {
    slug: Task(slug, term["label"], term["modality"], tuple(term.get("broader", ())), term.get("same_as", {}))
    for slug, term in _TABLE["terms"].items()
}
"""Every task of the scheme by slug: the Hugging Face Hub's pipeline tags, present and former, and their subtasks."""


@lru_cache(maxsize=4096)
def task_stub(slug: str) -> Stub | None:
    """The term of the scheme that a slug, in any case, stands for, or none where the scheme has no such term."""
    task = TASKS.get(slug.strip().lower())
    return None if task is None else Stub(task.iri, "DefinedTerm", task.slug)
