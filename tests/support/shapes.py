"""The project's SHACL shapes, and what does not conform to them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pyshacl
from rdflib import SH, Graph

from fair4ml.write import rdf

SHAPES = "https://w3id.org/mlentory/shapes#"


@cache
def shapes() -> Graph:
    return Graph().parse(data=(files("fair4ml") / "data" / "shapes.ttl").read_text("utf-8"), format="turtle")


def complaints(data: Graph) -> set[str]:
    """The names of the shapes that something does not conform to."""
    conforms, report, text = pyshacl.validate(data, shacl_graph=shapes())
    assert isinstance(report, Graph), text
    sources = {str(source).removeprefix(SHAPES) for source in report.objects(None, SH.sourceShape)}
    assert conforms == (not sources)
    return sources


def parsed(*documents: Mapping[str, Any], extra: list[rdf.Resource] | None = None) -> Graph:
    texts = [rdf.turtle(document, extra or []) for document in documents]
    return Graph().parse(data=rdf.turtle_header() + "".join(texts), format="turtle")
