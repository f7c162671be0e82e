"""Predicates and terms as N-Triples, Turtle and JSON-LD write them."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from fair4ml.entities import Property
from fair4ml.vocabulary import NAMESPACES, RDF_TYPE, XSD
from fair4ml.write.safe_iris import safe_iri

PREFIXES = {namespace.prefix: namespace.base for namespace in NAMESPACES} | {"xsd": XSD}
"""The prefixes of Turtle, each with its namespace."""

Statements = list[tuple[str, list[Any]]]
"""Predicates, each with its objects, as a syntax writes them."""


class NTriples:
    """Writes predicates, terms and the statements about one entity as N-Triples."""

    type = f"<{RDF_TYPE}>"

    def block(self, subject: str, statements: Statements) -> Any:
        """All statements about one entity."""
        return "".join([f"{subject} {predicate} {term} .\n" for predicate, objects in statements for term in objects])

    def name(self, iri: str) -> str:
        """A predicate, class or datatype of a vocabulary."""
        return f"<{iri}>"

    def key(self, declared: Property, predicate: str) -> str:
        """One of the predicates of a declared property."""
        return self.name(predicate)

    def subject(self, iri: str) -> str:
        """The subject of statements."""
        return f"<{safe_iri(iri)}>"

    def reference(self, iri: str) -> str:
        """The value of a declared property that holds IRIs."""
        return f"<{safe_iri(iri)}>"

    def link(self, iri: str) -> Any:
        """An IRI that no declaration marks as one."""
        return self.reference(iri)

    def literal(self, value: str | int | float | bool) -> Any:
        """A literal; its datatype follows from the value."""
        if isinstance(value, str):
            # The escapes of JSON are among those of N-Triples and Turtle.
            return orjson.dumps(value).decode()
        if isinstance(value, bool):
            return self.typed("true" if value else "false", "boolean")
        if isinstance(value, int):
            return self.typed(str(value), "integer")
        return self.typed(double(value), "double")

    def typed(self, lexical: str, datatype: str) -> Any:
        """A literal of one of XML Schema's datatypes."""
        return f"{orjson.dumps(lexical).decode()}^^{self.name(XSD + datatype)}"

    def time(self, value: str) -> Any:
        """The value of a declared property that holds dates or times."""
        return self.typed(value, date_type(value))

    def ordered(self, objects: list[Any]) -> list[Any]:
        """The objects of a predicate without duplicates, always in the same order."""
        return sorted(set(objects))


class Terms(NTriples):
    """Triples of terms, each as N-Triples writes it."""

    def block(self, subject: str, statements: Statements) -> Any:
        return [(subject, predicate, term) for predicate, objects in statements for term in objects]


class Turtle(NTriples):
    """Writes predicates, terms and statements as Turtle, with the prefixes of `PREFIXES`."""

    type = "a"

    def block(self, subject: str, statements: Statements) -> Any:
        lines = " ;\n    ".join([f"{predicate} {', '.join(objects)}" for predicate, objects in statements])
        return f"{subject} {lines} .\n\n"

    def name(self, iri: str) -> str:
        return _prefixed(iri)

    def typed(self, lexical: str, datatype: str) -> Any:
        # Turtle reads these without quotation marks.
        return lexical if datatype in ("boolean", "integer", "double") else super().typed(lexical, datatype)


class JsonLd(NTriples):
    """Writes JSON-LD under the project's context, which declares the kind of values of each property."""

    type = "@type"

    def block(self, subject: str, statements: Statements) -> Any:
        node = {key: values[0] if len(values) == 1 else values for key, values in statements}
        return {"@id": subject, **node}

    def name(self, iri: str) -> str:
        return _terms().get(iri, iri)

    def key(self, declared: Property, predicate: str) -> str:
        # One predicate can have two terms: one for literals, one for IRIs.
        return declared.name if predicate == declared.predicate else self.name(predicate)

    def subject(self, iri: str) -> str:
        return safe_iri(iri)

    def reference(self, iri: str) -> str:
        return safe_iri(iri)

    def link(self, iri: str) -> Any:
        return {"@id": safe_iri(iri)}

    def literal(self, value: str | int | float | bool) -> Any:
        # JSON-LD would read 12.0 as an integer, and cut off a 17th digit.
        return self.typed(double(value), "double") if isinstance(value, float) else value

    def typed(self, lexical: str, datatype: str) -> Any:
        return {"@value": lexical, "@type": XSD + datatype}

    def time(self, value: str) -> Any:
        return value if date_type(value) == "dateTime" else self.typed(value, "date")

    def ordered(self, objects: list[Any]) -> list[Any]:
        return [value for _, value in sorted({orjson.dumps(value): value for value in objects}.items())]


@cache
def jsonld_context() -> dict[str, Any]:
    """The context of the project's JSON-LD (``data/context.jsonld``)."""
    context: dict[str, Any] = json.loads((files("fair4ml") / "data" / "context.jsonld").read_bytes())["@context"]
    return context


@cache
def _terms() -> dict[str, str]:
    """IRI -> the term that the context has for it."""
    # Of the terms for one predicate, the first is the one that has its name.
    definitions = sorted(jsonld_context().items(), reverse=True)
    return {d["@id"] if isinstance(d, dict) else d: term for term, d in definitions}


@cache
def _prefixed(iri: str) -> str:
    return next(f"{prefix}:{iri.removeprefix(base)}" for prefix, base in PREFIXES.items() if iri.startswith(base))


def date_type(value: str) -> str:
    """The XML Schema datatype of a date or time as documents hold it."""
    return "date" if len(value) == len("YYYY-MM-DD") else "dateTime"


def double(value: float) -> str:
    """A finite number in the canonical form of XML Schema 1.1, part 2, section 3.3.5."""
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is not a finite number")
    significant = "".join(map(str, digits)).rstrip("0") or "0"
    power = exponent + len(digits) - 1 if value else 0
    return f"{'-' * sign}{significant[0]}.{significant[1:] or '0'}E{power}"
