"""Former IRIs of things, and how documents read that name them so."""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import Any

from fair4ml.entities import Kind, properties


class Aliases:
    """The catalog's table ``alias``, in memory as long as nobody changes the catalog.

    Args:
        connection: the catalog.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._version: int | None = None
        self._targets: dict[str, tuple[str, str | None]] = {}

    def resolve(self, iri: str) -> str:
        """The IRI under which a thing is known now."""
        return self._present().get(iri, (iri, None))[0]

    def resolved(self, document: dict[str, Any]) -> dict[str, Any]:
        """A document in which things have the names that they have now; itself where that changes nothing."""
        targets = self._present()
        if not targets:
            return document
        stubs = []
        for stub in document["stubs"]:
            target, name = targets.get(stub["iri"], (None, None))
            stubs.append(stub if target is None else {**stub, "iri": target, "name": name or stub.get("name")})
        things = (document["root"], *document["parts"])
        root, *parts = (_renamed(thing, targets) for thing in things)
        return {"root": root, "parts": parts, "stubs": list({stub["iri"]: stub for stub in stubs}.values())}

    def _present(self) -> dict[str, tuple[str, str | None]]:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            rows = self._connection.execute(
                "SELECT a.iri, a.target, e.name FROM alias AS a LEFT JOIN entity AS e ON e.iri = a.target"
            )
            steps = {iri: (target, name) for iri, target, name in rows}
            self._targets = {iri: _end(iri, steps) for iri in steps}
        return self._targets


def _end(iri: str, steps: dict[str, tuple[str, str | None]]) -> tuple[str, str | None]:
    seen: dict[str, None] = {}
    here: tuple[str, str | None] = (iri, None)
    while here[0] in steps and here[0] not in seen:
        seen[here[0]] = None
        here = steps[here[0]]
    return here


def _renamed(thing: dict[str, Any], targets: dict[str, Any]) -> dict[str, Any]:
    renamed = {}
    for name in _references(thing["class"]) & thing.keys():
        value = thing[name]
        several = value if isinstance(value, list) else [value]
        if not targets.keys().isdisjoint(several):
            now = list(dict.fromkeys(targets[iri][0] if iri in targets else iri for iri in several))
            renamed[name] = now if isinstance(value, list) else now[0]
    return {**thing, **renamed} if renamed else thing


@cache
def _references(class_name: str) -> frozenset[str]:
    return frozenset(name for name, each in properties(class_name).items() if each.kind is Kind.REFERENCE)
