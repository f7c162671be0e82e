"""Write fair4ml/data/context.jsonld, the JSON-LD context of stored documents, from the declarations of the entities.

Usage: python -m tools.make_context
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fair4ml.entities import CLASSES, Kind, properties
from fair4ml.vocabulary import NAMESPACES, PROV, SCHEMA, XSD
from fair4ml.write.value_types import value_types

TARGET = Path(__file__).parent.parent / "fair4ml" / "data" / "context.jsonld"

# What is stated of descriptions rather than of things (`fair4ml.write.rdf.provenance`).
_OF_DESCRIPTIONS = {
    "about": {"@id": SCHEMA.about, "@type": "@id"},
    "wasGeneratedBy": {"@id": PROV.wasGeneratedBy, "@type": "@id"},
    "hadPrimarySource": {"@id": PROV.hadPrimarySource, "@type": "@id"},
    "generatedAtTime": {"@id": PROV.generatedAtTime, "@type": f"{XSD}dateTime"},
    "invalidatedAtTime": {"@id": PROV.invalidatedAtTime, "@type": f"{XSD}dateTime"},
    "Entity": PROV.Entity,
}


def _local_name(iri: str) -> str:
    return next(iri.removeprefix(n.base) for n in NAMESPACES if iri.startswith(n.base))


def context() -> dict[str, Any]:
    """Every property, class and predicate that documents have, by its term.

    Terms are defined by whole IRIs: a prefix would turn an IRI whose scheme happens to be the prefix into another one.

    Raises:
        ValueError: two classes use one name for different things, which one context cannot express.
    """
    terms: dict[str, Any] = {}

    def define(term: str, definition: Any) -> None:
        if terms.setdefault(term, definition) != definition:
            raise ValueError(f"{term} is {terms[term]} and {definition}")

    for class_name, entity in CLASSES.items():
        types = value_types(class_name)
        for name, declared in properties(class_name).items():
            coerced = {} if declared.kind is Kind.LITERAL else {"@type": "@id"}
            if types[name].is_date:
                coerced = {"@type": f"{XSD}dateTime"}
            for term, predicate in ((name, declared.predicate), *((_local_name(iri), iri) for iri in declared.also)):
                define(term, {"@id": predicate, **coerced} if coerced else predicate)
        for iri in entity.types:
            # Of the two classes named Dataset, only schema.org's has a term.
            if iri.startswith(SCHEMA.base) or f"{SCHEMA.base}{_local_name(iri)}" not in SCHEMA:
                define(_local_name(iri), iri)
    for term, definition in _OF_DESCRIPTIONS.items():
        define(term, definition)
    return {"@version": 1.1, "iri": "@id"} | dict(sorted(terms.items()))


def main() -> None:
    """Writes the terms."""
    document = {"generated_by": "python -m tools.make_context", "@context": context()}
    TARGET.write_text(json.dumps(document, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
