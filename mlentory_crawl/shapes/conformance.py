"""Validation of RDF against the project's SHACL shapes, some records at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec

from rdflib import RDF, SH, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from fair4ml.vocabulary import NAMESPACES
from mlentory_crawl.extras import install_command

SHAPES = "https://w3id.org/mlentory/shapes#"
MAX_VALUE = 200
"""The number of characters of a value that are shown."""


@dataclass(slots=True)
class Violation:
    """The violations of one shape on one path.

    Attributes:
        shape: the shape's name in `fair4ml/data/shapes.ttl`.
        path: the property, or the alternatives that include it; empty if the shape is about the entity itself.
        count: how many values or entities do not conform.
        node: the IRI of the first of these entities.
        value: its value, if a value is the cause.
        message: what is wrong with it.
    """

    shape: str
    path: str
    count: int
    node: str
    value: str | None
    message: str


def missing() -> str | None:
    """A line that states what has to be installed first, or None if nothing is missing."""
    return None if find_spec("pyshacl") else f"validation needs pySHACL: {install_command('validate')}"


class Conformance:
    """Checks parts of a graph, one after the other, and counts the violations.

    Attributes:
        violations: by shape and path.
    """

    def __init__(self) -> None:
        self._shapes = Graph().parse(
            data=(files("fair4ml") / "data" / "shapes.ttl").read_text("utf-8"), format="turtle"
        )
        self.violations: dict[tuple[str, str], Violation] = {}

    def check(self, ntriples: str, elsewhere: Iterable[tuple[str, str]] = ()) -> None:
        """Check the entities that some statements are about.

        Args:
            ntriples: all statements about these entities, as N-Triples.
            elsewhere: pairs of the IRI of an entity that is described elsewhere, and of one of its classes.

        Raises:
            ValueError: the text is not N-Triples.
        """
        import pyshacl

        data = Graph()
        try:
            data.parse(data=ntriples, format="nt")
        except Exception as error:  # rdflib's parsers raise errors of any type
            raise ValueError(f"is not valid N-Triples: {error}") from error
        subjects = set(data.subjects())
        for iri, type in elsewhere:
            data.add((URIRef(iri), RDF.type, URIRef(type)))
        conforms, report, _ = pyshacl.validate(data, shacl_graph=self._shapes, inplace=True)
        if conforms:
            return
        assert isinstance(report, Graph)
        for result in sorted(report.subjects(RDF.type, SH.ValidationResult), key=lambda each: _order(report, each)):
            # Entities that are described elsewhere are checked there.
            if report.value(result, SH.focusNode) in subjects:
                self._count(report, result)

    def _count(self, report: Graph, result: Node) -> None:
        source = report.value(result, SH.sourceShape)
        shape = str(source).removeprefix(SHAPES)
        path = _path(self._shapes, source)
        known = self.violations.get((shape, path))
        if known is not None:
            known.count += 1
            return
        value, message = report.value(result, SH.value), report.value(result, SH.resultMessage)
        self.violations[shape, path] = Violation(
            shape,
            path,
            1,
            str(report.value(result, SH.focusNode)),
            None if value is None else str(value)[:MAX_VALUE],
            " ".join(str(message or "").split())[:MAX_VALUE],
        )


def _order(report: Graph, result: Node) -> tuple[str, ...]:
    return tuple(str(report.value(result, of)) for of in (SH.focusNode, SH.sourceShape, SH.value))


def _path(shapes: Graph, shape: Node | None) -> str:
    return " | ".join(map(_short, _steps(shapes, shapes.value(shape, SH.path))))


def _steps(shapes: Graph, path: Node | None) -> Iterator[Node]:
    alternatives = shapes.value(path, SH.alternativePath) if path is not None else None
    if alternatives is not None:
        yield from Collection(shapes, alternatives)
    elif path is not None:
        yield path


def _short(iri: Node) -> str:
    text = str(iri)
    return next((f"{each.prefix}:{text[len(each.base) :]}" for each in NAMESPACES if text.startswith(each.base)), text)
