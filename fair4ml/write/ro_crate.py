"""Entities as research objects (RO-Crate 1.2, https://w3id.org/ro/crate/1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fair4ml.document import EntityDict
from fair4ml.entities import Kind, properties
from fair4ml.vocabulary import SCHEMA
from fair4ml.write.rdf import jsonld_context
from fair4ml.write.safe_iris import safe_iri

CONTEXT = "https://w3id.org/ro/crate/1.2/context"
CONFORMS_TO = "https://w3id.org/ro/crate/1.2"
METADATA, ROOT = "ro-crate-metadata.json", "./"
SHORTEST = 200
"""The number of characters of a description that the crate itself repeats."""


def ro_crate(state: Mapping[str, Any], published: str, license: str | None = None) -> dict[str, Any]:
    """Return an entity as the metadata document of a crate that describes it.

    Args:
        state: the entity's merged state, or a record's document.
        published: the date, or time, of the description.
        license: the IRI of the license of the description, if it has one.
    """
    root = state["root"]
    name = root.get("name") or root["iri"]
    described = [root, *state["parts"], *state["stubs"]]
    crate: dict[str, Any] = {
        "@id": ROOT,
        "@type": "Dataset",
        "name": f"Description of {name}",
        "description": (root.get("description") or f"What is known of {name}, and of what it names.")[:SHORTEST],
        "datePublished": published,
        **({"license": {"@id": safe_iri(license)}} if license else {}),
        "mainEntity": {"@id": safe_iri(root["iri"])},
    }
    metadata = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": CONFORMS_TO},
        "about": {"@id": ROOT},
    }
    return {"@context": [CONTEXT, _terms(described)], "@graph": [metadata, crate, *map(_entity, described)]}


def _entity(entity: EntityDict) -> dict[str, Any]:
    declared = properties(entity["class"])
    found: dict[str, Any] = {"@id": safe_iri(entity["iri"]), "@type": entity["class"]}
    for name, value in entity.items():
        if name not in ("iri", "class") and value is not None:
            found[name] = value if declared[name].kind is Kind.LITERAL else _links(value)
    return found


def _links(value: str | list[str]) -> Any:
    return [{"@id": safe_iri(each)} for each in value] if isinstance(value, list) else {"@id": safe_iri(value)}


def _terms(described: list[EntityDict]) -> dict[str, str]:
    """Return the IRIs of the terms that the context of RO-Crate does not have, as they are no terms of schema.org."""
    context = jsonld_context()
    used = {name for entity in described for name in (*entity, entity["class"])} - {"iri", "class"}
    found = {}
    for name in sorted(used):
        term = context.get(name)
        iri = term["@id"] if isinstance(term, dict) else term
        if iri is not None and not iri.startswith(SCHEMA.base):
            found[name] = iri
    return found
