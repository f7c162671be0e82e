"""Terms that OpenML's datasets, tasks, flows and evaluations share: addresses, people, licenses, values."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from fair4ml.describe.draft import Draft
from fair4ml.describe.licensing import stated_licenses
from fair4ml.entities import Agent, PropertyValue, Stub
from fair4ml.identifiers import part_iri
from fair4ml.normalize.licenses import license_stub
from fair4ml.platforms.openml.addresses import OPENML

Value = int | float | bool | str | None
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WEB_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f<>\"{}|\\^`]+")
_SPDX_SPELLED = {"cc0": "cc0-1.0"}
"""Licenses that OpenML's form offers and SPDX spells in another way; there is only one CC0."""
_OFFERED = frozenset({"public"})
"""Other licenses that the form offers: whoever chooses one means the same."""


def task_iri(id: str) -> str:
    """The IRI of a task."""
    return f"{OPENML}t/{id}"


def run_iri(id: str) -> str:
    """The IRI of a run, whose parts are evaluations."""
    return f"{OPENML}r/{id}"


@lru_cache(maxsize=65_536)
def task_stub(id: str) -> Stub:
    """The stub of a task, by its id."""
    return Stub(task_iri(id), "CreativeWork", f"Task {id}")


@lru_cache(maxsize=4096)
def procedure_stub(id: str) -> Stub:
    """The stub of an estimation procedure: OpenML has no page for it, but an address in its API."""
    return Stub(f"{OPENML}api/v1/estimationprocedure/{id}", "DefinedTerm", f"Estimation procedure {id}")


@lru_cache(maxsize=4096)
def task_type_stub(id: str, name: str) -> Stub:
    """The stub of a type of tasks."""
    return Stub(f"{OPENML}tt/{id}", "DefinedTerm", name)


@lru_cache(maxsize=4096)
def user_stub(id: str) -> Stub:
    """The stub of a user: a person, a group or a program."""
    return Stub(f"{OPENML}u/{id}", "Agent", f"OpenML user {id}")


def people(draft: Draft, field: str, names: list[str | None]) -> list[str]:
    """The IRIs of people who are given only by name, as parts of what they made.

    Args:
        draft: gets the parts.
        field: the field that the names are from.
        names: the names.
    """
    found: dict[str, None] = {}
    for position, name in enumerate(names):
        if name is None or not name.strip():
            continue
        text = name.strip()
        if not any(map(str.isalpha, text)):
            draft.issue(f"{field}.{position}", "is not a name")
            continue
        url = text if _WEB_ADDRESS.fullmatch(text) else None
        found[draft.part(Agent(iri=part_iri(draft.iri, "agent", text), name=text, url=url))] = None
    return list(found)


def licenses(draft: Draft, uploader: str | None, stated: str | None) -> list[str]:
    """The IRI of the license that a text names; one that is on no list is the uploader's, or OpenML's own.

    Args:
        draft: gets the stub or part of the license.
        uploader: the id of the user; None if the record has none.
        stated: the text that names the license.
    """
    text = (stated or "").strip()
    spelled = "-".join(text.split()).lower()
    known = next((each for each in (text, _SPDX_SPELLED.get(spelled, spelled)) if license_stub(each)), text)
    owner = OPENML if uploader is None or spelled in _OFFERED else user_stub(uploader).iri
    return stated_licenses(draft, owner, [("licence", known)])


def keywords(tags: list[str | None]) -> list[str]:
    """The tags, each once."""
    return list(dict.fromkeys(tag for tag in tags if tag and tag.strip()))


def values(draft: Draft, **stated: Value) -> list[str]:
    """The IRIs of values that the vocabularies have no property for, under the platform's own names."""
    return [
        draft.value(name, value) for name, value in stated.items() if value is not None and not isinstance(value, bool)
    ]


def number(value: Value) -> Value:
    """A value, as a number if it is the text of one; a whole number as an integer."""
    if isinstance(value, str):
        text = value.strip()
        if not _DECIMAL.fullmatch(text):
            return text or None
        value = float(text)
        if not math.isfinite(value):
            return text
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def measured(iri: str, name: str, property_id: str, value: Value) -> PropertyValue:
    """A value of an evaluation; its text is kept if the number is less exact."""
    found = number(value)
    if isinstance(found, int) and not isinstance(found, bool):
        found = float(found)
    raw = value.strip() if isinstance(value, str) else None
    same = raw is None or (isinstance(found, float) and repr(found) == raw) or found == raw
    return PropertyValue(iri=iri, name=name, property_id=property_id, value=found, description=None if same else raw)
