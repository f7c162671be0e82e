"""The declared vocabularies as closed namespaces: a term that a vocabulary does not declare fails at import."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
XSD = "http://www.w3.org/2001/XMLSchema#"


class ClosedNamespace:
    """The terms of one vocabulary, each an attribute that gives its full IRI.

    Args:
        prefix: the prefix that RDF files bind, such as ``schema``.
        base: the namespace IRI.
        terms: the local names that the project may use.
    """

    def __init__(self, prefix: str, base: str, terms: Iterable[str]) -> None:
        self.prefix = prefix
        self.base = base
        self.terms = frozenset(terms)
        self.__dict__.update({term: base + term for term in self.terms})

    def __getattr__(self, name: str) -> str:
        raise AttributeError(f"{self.base} has no term {name!r}")

    def __contains__(self, iri: object) -> bool:
        return isinstance(iri, str) and iri.startswith(self.base) and iri[len(self.base) :] in self.terms


@cache
def fair4ml_declarations() -> list[dict[str, Any]]:
    """The nodes of FAIR4ML 0.1.0 as its authors published them (``data/fair4ml.jsonld``, CC0-1.0)."""
    document = json.loads((files("fair4ml") / "data" / "fair4ml.jsonld").read_bytes())
    return [node for node in document["@graph"] if node["@id"].startswith("fair4ml:")]


FAIR4ML = ClosedNamespace(
    "fair4ml",
    "https://w3id.org/fair4ml#",
    (node["@id"].removeprefix("fair4ml:") for node in fair4ml_declarations()),
)

SCHEMA = ClosedNamespace(
    "schema",
    "http://schema.org/",
    """
    Article Comment CreativeWork DataDownload Dataset DefinedTerm DownloadAction InteractionCounter Language LikeAction
    Organization Person PropertyValue ScholarlyArticle SocialMediaPosting SoftwareApplication SoftwareSourceCode
    about additionalProperty alternateName alternativeHeadline archivedAt author citation codeRepository
    conditionsOfAccess contentUrl contentSize contributor copyrightHolder dateCreated dateModified datePublished
    description discussionUrl distribution encodingFormat funding identifier image inDefinedTermSet inLanguage
    interactionService interactionStatistic interactionType isAccessibleForFree isBasedOn keywords license maintainer
    maxValue measurementTechnique memoryRequirements mentions minValue name operatingSystem parentItem
    processorRequirements propertyID releaseNotes sameAs sha256 softwareHelp softwareRequirements softwareVersion
    storageRequirements termCode unitText url userInteractionCount value version creator email affiliation
    """.split(),
)

CODEMETA = ClosedNamespace(
    "codemeta",
    "https://w3id.org/codemeta/",
    "buildInstructions developmentStatus issueTracker readme referencePublication".split(),
)

CR = ClosedNamespace("cr", "http://mlcommons.org/croissant/", ["Dataset", "citeAs"])

PROV = ClosedNamespace(
    "prov",
    "http://www.w3.org/ns/prov#",
    """
    Activity Agent Derivation Entity SoftwareAgent
    endedAtTime entity generatedAtTime hadPrimarySource invalidatedAtTime qualifiedDerivation startedAtTime used
    wasAssociatedWith wasDerivedFrom wasGeneratedBy wasRevisionOf
    """.split(),
)

DCTERMS = ClosedNamespace(
    "dcterms",
    "http://purl.org/dc/terms/",
    "isPartOf isVersionOf license relation rightsHolder source type".split(),
)

NAMESPACES = (FAIR4ML, SCHEMA, CODEMETA, CR, PROV, DCTERMS)


def is_declared(iri: str) -> bool:
    """Check whether a class or property IRI belongs to one of the declared vocabularies, or is ``rdf:type``."""
    return iri == RDF_TYPE or any(iri in namespace for namespace in NAMESPACES)
