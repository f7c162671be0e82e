"""Conflicts between the licenses of works that derive from each other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from fair4ml.normalize.licenses import license_stub


@dataclass(frozen=True, slots=True)
class Conflict:
    """A license that the license of the original does not allow for derived works.

    Attributes:
        rule: the name of the rule.
        why: the requirement of the original's license.
        source: the place in the text of the original's license where it is stated.
    """

    rule: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class _Rule:
    conflict: Conflict
    allows: frozenset[str] | None
    forbids: frozenset[str]


@cache
def _rules() -> dict[str, list[_Rule]]:
    table: dict[str, Any] = json.loads((files("fair4ml") / "data" / "license_rules.json").read_bytes())
    found: dict[str, list[_Rule]] = {}
    for stated in table["rules"]:
        allows = frozenset(map(_iri, stated["allows"])) if "allows" in stated else None
        forbids = frozenset(map(_iri, stated.get("forbids", ())))
        for license, source in stated["of"].items():
            rule = _Rule(Conflict(stated["name"], stated["why"], source), allows, forbids)
            found.setdefault(_iri(license), []).append(rule)
    return found


def _iri(id: str) -> str:
    stub = license_stub(id)
    if stub is None:
        raise ValueError(f"license_rules.json: unknown license {id}")
    return stub.iri


def has_rules(original: str) -> bool:
    """Check whether a rule is about a license.

    Args:
        original: its IRI.
    """
    return original in _rules()


def conflict(original: str, derived: str) -> Conflict | None:
    """The reason why a work under one license may not derive from one under another; None if no rule forbids it.

    Absence of a conflict is not permission: the table does not cover most licenses.

    Args:
        original: the IRI of the license of the original work.
        derived: the IRI of the license of the derived work.
    """
    for rule in _rules().get(original, ()):
        if derived in rule.forbids or (rule.allows is not None and derived not in rule.allows):
            return rule.conflict
    return None
