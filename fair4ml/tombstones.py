"""What stays of a record whose thing is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEPT = frozenset(
    """
    iri class name url identifier sameAs dateCreated dateModified datePublished license version
    wasDerivedFrom fineTunedFrom qualifiedDerivation wasRevisionOf entity type trainedOn
    """.split()
)
"""Identity, lineage, license and dates; what people wrote, and who they are, goes with the thing."""


def tombstone(document: Mapping[str, Any]) -> dict[str, Any]:
    """A record reduced to what may be kept.

    Args:
        document: ``root``, ``parts`` and ``stubs`` as stored.
    """
    root = _kept(document["root"])
    things = {part["iri"]: part for part in document["parts"]}
    named = {target for value in root.values() for target in (value if isinstance(value, list) else [value])}
    parts = [_kept(things[iri]) for iri in things if iri in named]
    named |= {part["entity"] for part in parts if "entity" in part}
    return {"root": root, "parts": parts, "stubs": [stub for stub in document["stubs"] if stub["iri"] in named]}


def _kept(thing: Mapping[str, Any]) -> dict[str, Any]:
    # A person is known by the IRI; the name is theirs to take along.
    return {
        name: value for name, value in thing.items() if name in KEPT and (name, thing["class"]) != ("name", "Person")
    }
