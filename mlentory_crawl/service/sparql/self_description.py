"""The description of the service (SPARQL 1.1 Service Description)."""

from __future__ import annotations

from io import BytesIO

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_RESULTS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)
"""The registered names of the formats (https://www.w3.org/ns/formats/)."""


def description(address: str, media_type: str) -> bytes:
    """Return the description.

    Args:
        address: where the service answers.
        media_type: how it is written.
    """
    import pyoxigraph as ox

    def triple(subject: ox.BlankNode, predicate: str, target: str | ox.BlankNode) -> ox.Triple:
        end = ox.NamedNode(target) if isinstance(target, str) else target
        return ox.Triple(subject, ox.NamedNode(predicate), end)

    service, dataset, graph = (ox.BlankNode(name) for name in ("service", "dataset", "graph"))
    triples = [
        triple(service, _TYPE, f"{_SD}Service"),
        triple(service, f"{_SD}endpoint", address),
        triple(service, f"{_SD}supportedLanguage", f"{_SD}SPARQL11Query"),
        *(triple(service, f"{_SD}resultFormat", _FORMATS + name) for name in _RESULTS),
        triple(service, f"{_SD}defaultDataset", dataset),
        triple(dataset, _TYPE, f"{_SD}Dataset"),
        triple(dataset, f"{_SD}defaultGraph", graph),
        triple(graph, _TYPE, f"{_SD}Graph"),
    ]
    prefixes = {"sd": _SD, "formats": _FORMATS}
    written = BytesIO()
    ox.serialize(triples, written, ox.RdfFormat.from_media_type(media_type), prefixes=prefixes)
    return written.getvalue()
