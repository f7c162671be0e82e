"""Write fair4ml/data/shapes.ttl: FAIR4ML's own domains and ranges as SHACL, and further constraints on records.

Usage: python -m tools.make_shapes
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fair4ml.vocabulary import NAMESPACES, XSD, fair4ml_declarations

TARGET = Path(__file__).parent.parent / "fair4ml" / "data" / "shapes.ttl"

SHAPES = "https://w3id.org/mlentory/shapes#"

HTML_RANGES = {
    "evaluatedOn": ["schema:Dataset"],
    "validatedOn": ["schema:Dataset"],
    "evaluationMetrics": ["schema:PropertyValue"],
    "evaluationSoftware": ["schema:SoftwareApplication"],
}
"""The ranges that FAIR4ML 0.1.0 allows in its HTML but not in its JSON-LD.

The HTML also lists ``hasEvaluation`` under the other class, with the description of another property: a mistake.
"""

_DATATYPES = {
    "schema:Text": "sh:datatype xsd:string",
    "schema:Boolean": "sh:datatype xsd:boolean",
    "schema:URL": "sh:nodeKind sh:IRI",
}

# The kind of agent that shared a model is unknown until it has been fetched.
_BROADER = {"schema:Person": "prov:Agent"}

REQUIRED = """\
shape:name a sh:PropertyShape ;
    sh:targetClass fair4ml:MLModel, schema:Dataset, schema:DefinedTerm, schema:Language, schema:Organization,
        schema:Person, schema:ScholarlyArticle, schema:SoftwareApplication, schema:SoftwareSourceCode, prov:Agent ;
    sh:path schema:name ;
    sh:minCount 1 .

shape:name-value a sh:PropertyShape ;
    sh:targetSubjectsOf schema:name ;
    sh:path schema:name ;
    sh:maxCount 1 ;
    sh:datatype xsd:string .

# Of a license there may be no more than its text, and a post has no title.
shape:CreativeWork-identified a sh:PropertyShape ;
    sh:targetClass schema:Article, schema:Comment, schema:CreativeWork, schema:SocialMediaPosting ;
    sh:path [ sh:alternativePath ( schema:name schema:url ) ] ;
    sh:minCount 1 .

# Everything has an IRI.
shape:iri a sh:NodeShape ;
    sh:targetClass fair4ml:MLModel, fair4ml:MLModelEvaluation, schema:Article, schema:Comment, schema:CreativeWork,
        schema:DataDownload, schema:Dataset, schema:DefinedTerm, schema:InteractionCounter, schema:Language,
        schema:Organization, schema:Person, schema:PropertyValue, schema:ScholarlyArticle, schema:SocialMediaPosting,
        schema:SoftwareApplication, schema:SoftwareSourceCode, prov:Agent, prov:Derivation, prov:Entity ;
    sh:nodeKind sh:IRI .

shape:MLModelEvaluation-model a sh:PropertyShape ;
    sh:targetClass fair4ml:MLModelEvaluation ;
    sh:path fair4ml:evaluatedMLModel ;
    sh:minCount 1 .

# An evaluation says by what or with what result; a platform may give results without the name of a metric.
shape:MLModelEvaluation-measured a sh:PropertyShape ;
    sh:targetClass fair4ml:MLModelEvaluation ;
    sh:path [ sh:alternativePath ( fair4ml:evaluationMetrics fair4ml:evaluationResults ) ] ;
    sh:minCount 1 .

# Every range that names either class of dataset holds.
shape:Dataset-croissant a sh:NodeShape ;
    sh:targetClass schema:Dataset ;
    sh:class cr:Dataset .

shape:Dataset-schema a sh:NodeShape ;
    sh:targetClass cr:Dataset ;
    sh:class schema:Dataset .

shape:Derivation-entity a sh:PropertyShape ;
    sh:targetClass prov:Derivation ;
    sh:path prov:entity ;
    sh:minCount 1 ;
    sh:maxCount 1 ;
    sh:nodeKind sh:IRI .

shape:qualifiedDerivation-value a sh:PropertyShape ;
    sh:targetSubjectsOf prov:qualifiedDerivation ;
    sh:path prov:qualifiedDerivation ;
    sh:class prov:Derivation .

shape:lineage-value a sh:PropertyShape ;
    sh:targetClass fair4ml:MLModel ;
    sh:path [ sh:alternativePath ( prov:wasDerivedFrom prov:wasRevisionOf ) ] ;
    sh:class fair4ml:MLModel .

shape:additionalProperty-value a sh:PropertyShape ;
    sh:targetSubjectsOf schema:additionalProperty ;
    sh:path schema:additionalProperty ;
    sh:class schema:PropertyValue .

# A value says what it is the value of.
shape:PropertyValue-property a sh:PropertyShape ;
    sh:targetClass schema:PropertyValue ;
    sh:path [ sh:alternativePath ( schema:propertyID schema:name ) ] ;
    sh:minCount 1 ;
    sh:datatype xsd:string .

shape:PropertyValue-value a sh:PropertyShape ;
    sh:targetClass schema:PropertyValue ;
    sh:path schema:value ;
    sh:minCount 1 ;
    sh:maxCount 1 ;
    sh:nodeKind sh:Literal .

shape:date-value a sh:PropertyShape ;
    sh:targetSubjectsOf schema:dateCreated, schema:dateModified, schema:datePublished ;
    sh:path [ sh:alternativePath ( schema:dateCreated schema:dateModified schema:datePublished ) ] ;
    sh:or ( [ sh:datatype xsd:dateTime ] [ sh:datatype xsd:date ] ) .

shape:url-value a sh:PropertyShape ;
    sh:targetSubjectsOf schema:url ;
    sh:path schema:url ;
    sh:maxCount 1 ;
    sh:nodeKind sh:IRI .

shape:license-value a sh:PropertyShape ;
    sh:targetSubjectsOf schema:license ;
    sh:path schema:license ;
    sh:class schema:CreativeWork .

shape:inLanguage-value a sh:PropertyShape ;
    sh:targetSubjectsOf schema:inLanguage ;
    sh:path schema:inLanguage ;
    sh:or ( [ sh:datatype xsd:string ] [ sh:class schema:Language ] ) .

shape:agent-value a sh:PropertyShape ;
    sh:targetSubjectsOf schema:author, schema:contributor, schema:copyrightHolder, schema:creator, schema:maintainer ;
    sh:path [ sh:alternativePath (
        schema:author schema:contributor schema:copyrightHolder schema:creator schema:maintainer
    ) ] ;
    sh:or ( [ sh:class schema:Person ] [ sh:class schema:Organization ] [ sh:class prov:Agent ] ) .

# What a text links to, and what it is about.
shape:mentions-value a sh:PropertyShape ;
    sh:targetSubjectsOf schema:mentions ;
    sh:path schema:mentions ;
    sh:or (
        [ sh:class fair4ml:MLModel ] [ sh:class schema:Dataset ] [ sh:class schema:ScholarlyArticle ]
        [ sh:class schema:SoftwareSourceCode ] [ sh:class schema:CreativeWork ]
    ) .

shape:codeRepository-value a sh:PropertyShape ;
    sh:targetSubjectsOf schema:codeRepository ;
    sh:path schema:codeRepository ;
    sh:class schema:SoftwareSourceCode .

shape:Article-alternativeHeadline a sh:PropertyShape ;
    sh:targetSubjectsOf schema:alternativeHeadline ;
    sh:path schema:alternativeHeadline ;
    sh:maxCount 1 ;
    sh:datatype xsd:string .

shape:image-value a sh:PropertyShape ;
    sh:targetSubjectsOf schema:image ;
    sh:path schema:image ;
    sh:nodeKind sh:IRI .

shape:isAccessibleForFree-value a sh:PropertyShape ;
    sh:targetSubjectsOf schema:isAccessibleForFree ;
    sh:path schema:isAccessibleForFree ;
    sh:maxCount 1 ;
    sh:datatype xsd:boolean .

shape:referencePublication-value a sh:PropertyShape ;
    sh:targetSubjectsOf codemeta:referencePublication ;
    sh:path codemeta:referencePublication ;
    sh:class schema:ScholarlyArticle .

shape:distribution-value a sh:PropertyShape ;
    sh:targetSubjectsOf schema:distribution ;
    sh:path schema:distribution ;
    sh:class schema:DataDownload .

# A file inside an archive, or one of many, has a name and no address of its own.
shape:DataDownload-identified a sh:PropertyShape ;
    sh:targetClass schema:DataDownload ;
    sh:path [ sh:alternativePath ( schema:name schema:contentUrl ) ] ;
    sh:minCount 1 .

shape:DataDownload-contentUrl a sh:PropertyShape ;
    sh:targetClass schema:DataDownload ;
    sh:path schema:contentUrl ;
    sh:maxCount 1 ;
    sh:nodeKind sh:IRI .

shape:InteractionCounter-count a sh:PropertyShape ;
    sh:targetClass schema:InteractionCounter ;
    sh:path schema:userInteractionCount ;
    sh:minCount 1 ;
    sh:maxCount 1 ;
    sh:datatype xsd:integer ;
    sh:minInclusive 0 .

shape:InteractionCounter-type a sh:PropertyShape ;
    sh:targetClass schema:InteractionCounter ;
    sh:path schema:interactionType ;
    sh:minCount 1 ;
    sh:nodeKind sh:IRI .

# The description of a thing is about that thing.
shape:Entity-about a sh:PropertyShape ;
    sh:targetClass prov:Entity ;
    sh:path schema:about ;
    sh:minCount 1 ;
    sh:maxCount 1 ;
    sh:nodeKind sh:IRI .

shape:provenance-time a sh:PropertyShape ;
    sh:targetSubjectsOf prov:generatedAtTime, prov:invalidatedAtTime ;
    sh:path [ sh:alternativePath ( prov:generatedAtTime prov:invalidatedAtTime ) ] ;
    sh:datatype xsd:dateTime .
"""
"""The required properties and value types, besides FAIR4ML's own domains and ranges."""


def _names(value: Any) -> list[str]:
    return [each["@id"] for each in (value if isinstance(value, list) else [value])]


def _one_of(alternatives: Iterable[str]) -> str:
    first, *others = alternatives
    return f"sh:or ( {' '.join(f'[ {each} ]' for each in (first, *others))} )" if others else first


def _own_shapes() -> Iterator[str]:
    of_models = []
    for declared in sorted(fair4ml_declarations(), key=lambda node: str(node["@id"])):
        if declared["@type"] != "rdf:Property":
            continue
        predicate = declared["@id"]
        name = predicate.removeprefix("fair4ml:")
        domains = _names(declared["schema:domainIncludes"])
        if "fair4ml:MLModel" in domains:
            of_models.append(predicate)
        ranges = _names(declared["schema:rangeIncludes"]) + HTML_RANGES.get(name, [])
        ranges += [_BROADER[each] for each in ranges if each in _BROADER]
        yield f"""\
shape:{name}-domain a sh:NodeShape ;
    sh:targetSubjectsOf {predicate} ;
    {_one_of(f"sh:class {each}" for each in domains)} .

shape:{name}-range a sh:PropertyShape ;
    sh:targetSubjectsOf {predicate} ;
    sh:path {predicate} ;
    {_one_of(_DATATYPES.get(each, f"sh:class {each}") for each in ranges)} .
"""
    yield f"""\
# A model can be reached or looked up; one that is only named has none of these properties.
shape:MLModel-identified a sh:PropertyShape ;
    sh:targetSubjectsOf {", ".join(of_models)} ;
    sh:path [ sh:alternativePath ( schema:url schema:identifier ) ] ;
    sh:minCount 1 .
"""


def shapes() -> str:
    """The shapes as Turtle: those that FAIR4ML implies, then those of `REQUIRED`."""
    prefixes = {namespace.prefix: namespace.base for namespace in NAMESPACES} | {
        "sh": "http://www.w3.org/ns/shacl#",
        "shape": SHAPES,
        "xsd": XSD,
    }
    header = "".join(f"@prefix {prefix}: <{base}> .\n" for prefix, base in sorted(prefixes.items()))
    return "\n".join(["# Generated by: python -m tools.make_shapes", header, *_own_shapes(), REQUIRED])


def main() -> None:
    """Write the shapes."""
    TARGET.write_text(shapes(), "utf-8")


if __name__ == "__main__":
    main()
