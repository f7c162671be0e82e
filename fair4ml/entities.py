"""The entities that records describe; every field names its predicate, once.

RDF (`rdf.py`), the property graph (`property_graph.py`) and search documents (`search_document.py`) are derived
from the declarations here. A field holds literals, URLs or the IRIs of other entities, never nested entities.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fair4ml.identifiers import IRI_MAX_LENGTH, IRI_PATTERN
from fair4ml.vocabulary import CODEMETA, CR, DCTERMS, FAIR4ML, NAMESPACES, PROV, SCHEMA

Iri = Annotated[str, StringConstraints(pattern=IRI_PATTERN, max_length=IRI_MAX_LENGTH)]


def _stored_date(value: datetime | date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    utc = value if value.tzinfo is None else value.astimezone(UTC)
    return utc.isoformat(timespec="seconds")[:19] + "Z"


Moment = datetime | date
"""A date, or a time of day on one; stored as ``YYYY-MM-DD`` or, in UTC and whole seconds, ``YYYY-MM-DDTHH:MM:SSZ``."""


class Kind(StrEnum):
    """The kind of a property's values in RDF."""

    LITERAL = "literal"
    URL = "url"
    """A web address that is a resource but not a node of the graph."""
    REFERENCE = "reference"
    """The IRI of another entity: an edge."""


@dataclass(frozen=True, slots=True)
class Property:
    """One field of an entity class, as the derivations see it.

    Attributes:
        name: its name in stored documents, JSON-LD and graph properties: the vocabulary's local name.
        predicate: the full IRI of its predicate.
        kind: literal, url or reference.
        also: further predicates that hold with the same values.
        search: the search document's field that shows it, if any.
    """

    name: str
    predicate: str
    kind: Kind
    also: tuple[str, ...] = ()
    search: str | None = None


def _local_name(iri: str) -> str:
    return next(iri[len(n.base) :] for n in NAMESPACES if iri.startswith(n.base))


def _property(
    predicate: str, kind: Kind, *, many: bool, name: str = "", also: tuple[str, ...] = (), search: str | None = None
) -> Any:
    declared = Property(name or _local_name(predicate), predicate, kind, also, search)
    common: dict[str, Any] = {"alias": declared.name, "json_schema_extra": {"property": declared}}
    # A shared default costs nothing where a fresh list costs a call for each of fifty fields.
    return Field(default=() if many else None, **common)


def literal(predicate: str, **options: Any) -> Any:
    """One literal value, or None."""
    return _property(predicate, Kind.LITERAL, many=False, **options)


def literals(predicate: str, **options: Any) -> Any:
    """Any number of literal values."""
    return _property(predicate, Kind.LITERAL, many=True, **options)


def url(predicate: str, **options: Any) -> Any:
    """One web address, or None."""
    return _property(predicate, Kind.URL, many=False, **options)


def urls(predicate: str, **options: Any) -> Any:
    """Any number of web addresses."""
    return _property(predicate, Kind.URL, many=True, **options)


def reference(predicate: str, **options: Any) -> Any:
    """The IRI of one other entity, or None."""
    return _property(predicate, Kind.REFERENCE, many=False, **options)


def references(predicate: str, **options: Any) -> Any:
    """The IRIs of any number of other entities."""
    return _property(predicate, Kind.REFERENCE, many=True, **options)


class Entity(BaseModel):
    """An entity with an IRI; subclasses add the properties that it may have.

    Attributes:
        types: the class IRIs that RDF states, most specific first.
        folded: part of the entity that refers to it rather than a node of its own in the property graph.
    """

    # Commands that only read need no validators, and building them takes a tenth of what a command takes to start.
    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)

    types: ClassVar[tuple[str, ...]] = ()
    folded: ClassVar[bool] = False

    iri: Iri
    name: str | None = literal(SCHEMA.name, search="name")
    url: Iri | None = url(SCHEMA.url, search="url")
    identifier: list[str] = literals(SCHEMA.identifier)
    same_as: list[Iri] = urls(SCHEMA.sameAs)

    def document(self) -> dict[str, Any]:
        """The entity as stored: its class under ``class``, its IRI, and each property that has a value, by name."""
        given = self.__dict__
        names, dates = _stored_names(type(self))
        stated: dict[str, Any] = {
            name: value
            for each, name in names
            if (value := given[each]) or (value is not None and value.__class__ not in _SEVERAL)
        }
        for each, name in dates:
            if (moment := given[each]) is not None:
                stated[name] = _stored_date(moment)
        stated["class"] = type(self).__name__
        return stated


_SEVERAL = (list, tuple)


@cache
def _stored_names(entity: type[Entity]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Pairs of a field and its name in documents: first those that hold no dates, then those that do."""
    named = [(field, info.alias or field, info.annotation) for field, info in entity.model_fields.items()]
    dates = [(field, name) for field, name, annotation in named if annotation == Moment | None]
    return [(field, name) for field, name, _ in named if (field, name) not in dates], dates


class CreativeWork(Entity):
    """The common base of models, evaluations, datasets and articles (http://schema.org/CreativeWork)."""

    types: ClassVar[tuple[str, ...]] = (SCHEMA.CreativeWork,)

    description: str | None = literal(SCHEMA.description, search="description")
    author: list[Iri] = references(SCHEMA.author)
    contributor: list[Iri] = references(SCHEMA.contributor)
    maintainer: list[Iri] = references(SCHEMA.maintainer)
    copyright_holder: list[Iri] = references(SCHEMA.copyrightHolder)
    date_created: Moment | None = literal(SCHEMA.dateCreated, search="created")
    date_modified: Moment | None = literal(SCHEMA.dateModified, search="modified")
    date_published: Moment | None = literal(SCHEMA.datePublished, search="published")
    license: list[Iri] = references(SCHEMA.license, search="license")
    keywords: list[str] = literals(SCHEMA.keywords, search="keyword")
    language: list[Iri] = references(SCHEMA.inLanguage)
    language_tag: list[str] = literals(SCHEMA.inLanguage, name="languageTag", search="language")
    """BCP 47 tags as declared; the nodes of the languages are in ``language``."""
    version: str | None = literal(SCHEMA.version)
    citation: list[str] = literals(SCHEMA.citation)
    funding: list[str] = literals(SCHEMA.funding)
    is_accessible_for_free: bool | None = literal(SCHEMA.isAccessibleForFree)
    conditions_of_access: str | None = literal(SCHEMA.conditionsOfAccess, search="access")
    about: list[Iri] = references(SCHEMA.about)
    additional_property: list[Iri] = references(SCHEMA.additionalProperty)
    archived_at: list[Iri] = urls(SCHEMA.archivedAt)
    discussion_url: Iri | None = url(SCHEMA.discussionUrl)
    distribution: list[Iri] = references(SCHEMA.distribution)


class MLModel(CreativeWork):
    """A trained machine-learning model (https://w3id.org/fair4ml#MLModel, FAIR4ML 0.1.0)."""

    types = (FAIR4ML.MLModel,)

    alternate_name: list[str] = literals(SCHEMA.alternateName)
    shared_by: list[Iri] = references(FAIR4ML.sharedBy, search="author")
    ml_task: list[Iri] = references(FAIR4ML.mlTask, search="task")
    model_category: list[str] = literals(FAIR4ML.modelCategory, search="category")
    trained_on: list[Iri] = references(FAIR4ML.trainedOn, search="dataset")
    tested_on: list[Iri] = references(FAIR4ML.testedOn)
    validated_on: list[Iri] = references(FAIR4ML.validatedOn)
    evaluated_on: list[Iri] = references(FAIR4ML.evaluatedOn, search="evaluation_dataset")
    has_evaluation: list[Iri] = references(FAIR4ML.hasEvaluation)
    fine_tuned_from: list[Iri] = references(FAIR4ML.fineTunedFrom)
    intended_use: list[str] = literals(FAIR4ML.intendedUse)
    usage_instructions: list[str] = literals(FAIR4ML.usageInstructions)
    code_sample_snippet: list[str] = literals(FAIR4ML.codeSampleSnippet)
    model_risks_bias_limitations: list[str] = literals(FAIR4ML.modelRisksBiasLimitations)
    ethical_social: list[str] = literals(FAIR4ML.ethicalSocial)
    legal: list[str] = literals(FAIR4ML.legal)
    has_co2e_emissions: str | None = literal(FAIR4ML.hasCO2eEmissions)

    was_derived_from: list[Iri] = references(PROV.wasDerivedFrom, also=(SCHEMA.isBasedOn,), search="base_model")
    qualified_derivation: list[Iri] = references(PROV.qualifiedDerivation)
    was_revision_of: list[Iri] = references(PROV.wasRevisionOf)
    was_generated_by: list[Iri] = references(PROV.wasGeneratedBy)
    is_version_of: list[Iri] = references(DCTERMS.isVersionOf)
    """The entity of which a registry keeps several models as versions."""
    relation: list[Iri] = references(DCTERMS.relation)
    """Entities that a source names together with this one without stating how they are related."""

    software_requirements: list[Iri] = references(SCHEMA.softwareRequirements, search="library")
    memory_requirements: str | None = literal(SCHEMA.memoryRequirements)
    operating_system: str | None = literal(SCHEMA.operatingSystem)
    processor_requirements: list[str] = literals(SCHEMA.processorRequirements)
    storage_requirements: str | None = literal(SCHEMA.storageRequirements)
    release_notes: str | None = literal(SCHEMA.releaseNotes)
    software_help: list[Iri] = urls(SCHEMA.softwareHelp)
    code_repository: list[Iri] = references(SCHEMA.codeRepository)

    build_instructions: Iri | None = url(CODEMETA.buildInstructions)
    development_status: str | None = literal(CODEMETA.developmentStatus)
    issue_tracker: Iri | None = url(CODEMETA.issueTracker)
    readme: Iri | None = url(CODEMETA.readme)
    reference_publication: list[Iri] = references(CODEMETA.referencePublication, search="article")


class MLModelEvaluation(CreativeWork):
    """One evaluation of a model (https://w3id.org/fair4ml#MLModelEvaluation, FAIR4ML 0.1.0)."""

    types = (FAIR4ML.MLModelEvaluation,)

    evaluated_ml_model: list[Iri] = references(FAIR4ML.evaluatedMLModel)
    evaluation_dataset: list[Iri] = references(FAIR4ML.evaluationDataset)
    evaluation_metrics: list[str] = literals(FAIR4ML.evaluationMetrics)
    evaluation_results: list[Iri] = references(FAIR4ML.evaluationResults)
    evaluation_software: list[Iri] = references(FAIR4ML.evaluationSoftware)
    extrinsic_evaluation: bool | None = literal(FAIR4ML.extrinsicEvaluation)
    is_based_on: list[Iri] = urls(SCHEMA.isBasedOn)
    """The web address where the result was published."""
    reference_publication: list[Iri] = references(CODEMETA.referencePublication)


class Dataset(CreativeWork):
    """A dataset; typed with both classes so that every FAIR4ML range holds."""

    types = (CR.Dataset, SCHEMA.Dataset)

    alternate_name: list[str] = literals(SCHEMA.alternateName)
    creator: list[Iri] = references(SCHEMA.creator, search="author")
    cite_as: str | None = literal(CR.citeAs)
    reference_publication: list[Iri] = references(CODEMETA.referencePublication, search="article")


class ScholarlyArticle(CreativeWork):
    """A paper or preprint (http://schema.org/ScholarlyArticle)."""

    types = (SCHEMA.ScholarlyArticle,)


class Article(CreativeWork):
    """A text on the web: an article, a post of a blog or newsletter (http://schema.org/Article)."""

    types = (SCHEMA.Article,)

    author: list[Iri] = references(SCHEMA.author, search="author")
    alternative_headline: str | None = literal(SCHEMA.alternativeHeadline)
    image: list[Iri] = urls(SCHEMA.image)
    mentions: list[Iri] = references(SCHEMA.mentions)
    relation: list[Iri] = references(DCTERMS.relation)
    """Texts that read nearly the same, as far as they were known when this one was stored."""


class SocialMediaPosting(Article):
    """A post in a social network (http://schema.org/SocialMediaPosting)."""

    types = (SCHEMA.SocialMediaPosting,)


class Comment(CreativeWork):
    """A comment on something that somebody else has published (http://schema.org/Comment)."""

    types = (SCHEMA.Comment,)

    author: list[Iri] = references(SCHEMA.author, search="author")
    mentions: list[Iri] = references(SCHEMA.mentions)
    parent_item: Iri | None = reference(SCHEMA.parentItem)


class Activity(Entity):
    """Something that took place over a time, such as a training run (http://www.w3.org/ns/prov#Activity)."""

    types = (PROV.Activity,)

    description: str | None = literal(SCHEMA.description, search="description")
    started_at_time: Moment | None = literal(PROV.startedAtTime)
    ended_at_time: Moment | None = literal(PROV.endedAtTime)
    used: list[Iri] = references(PROV.used)
    is_part_of: list[Iri] = references(DCTERMS.isPartOf)
    relation: list[Iri] = references(DCTERMS.relation)
    additional_property: list[Iri] = references(SCHEMA.additionalProperty)


class Agent(Entity):
    """Somebody or something that acts, of a kind not yet known (http://www.w3.org/ns/prov#Agent)."""

    types = (PROV.Agent,)


class Person(Agent):
    """A natural person (http://schema.org/Person)."""

    types = (SCHEMA.Person,)


class Organization(Agent):
    """An organization (http://schema.org/Organization)."""

    types = (SCHEMA.Organization,)


class License(CreativeWork):
    """A license or terms of use, as schema:license points to it (http://schema.org/CreativeWork)."""


class Language(Entity):
    """A natural language (http://schema.org/Language)."""

    types = (SCHEMA.Language,)


class DefinedTerm(Entity):
    """A term of a scheme: a task, a metric (http://schema.org/DefinedTerm)."""

    types = (SCHEMA.DefinedTerm,)

    description: str | None = literal(SCHEMA.description, search="description")
    term_code: str | None = literal(SCHEMA.termCode)
    in_defined_term_set: Iri | None = url(SCHEMA.inDefinedTermSet)


class SoftwareApplication(Entity):
    """A library or program (http://schema.org/SoftwareApplication)."""

    types = (SCHEMA.SoftwareApplication,)

    software_version: str | None = literal(SCHEMA.softwareVersion)


class SoftwareSourceCode(CreativeWork):
    """Source code (http://schema.org/SoftwareSourceCode)."""

    types = (SCHEMA.SoftwareSourceCode,)

    mentions: list[Iri] = references(SCHEMA.mentions)
    reference_publication: list[Iri] = references(CODEMETA.referencePublication, search="article")


class DataDownload(Entity):
    """One file of a distribution (http://schema.org/DataDownload)."""

    types = (SCHEMA.DataDownload,)

    content_url: Iri | None = url(SCHEMA.contentUrl)
    content_size: str | None = literal(SCHEMA.contentSize)
    encoding_format: str | None = literal(SCHEMA.encodingFormat)
    sha256: str | None = literal(SCHEMA.sha256)


class PropertyValue(Entity):
    """A named value that the vocabularies have no property for (http://schema.org/PropertyValue)."""

    types = (SCHEMA.PropertyValue,)
    folded = True

    property_id: str | None = literal(SCHEMA.propertyID)
    value: int | float | bool | str | None = literal(SCHEMA.value)
    unit_text: str | None = literal(SCHEMA.unitText)
    description: str | None = literal(SCHEMA.description)
    measurement_technique: str | None = literal(SCHEMA.measurementTechnique)


NOAI = "noai"
"""The name of a value: true for a text whose page says that AI must not use it."""

KINDS_OF_DERIVATION = frozenset({"adapter", "finetune", "merge", "quantized"})
"""The kinds of derivation that sources state, by the Hub's names
(https://huggingface.co/docs/hub/model-cards#specifying-a-base-model)."""


class Derivation(Entity):
    """The derivation of one model from another (http://www.w3.org/ns/prov#Derivation)."""

    types = (PROV.Derivation,)
    folded = True

    entity: Iri | None = reference(PROV.entity)
    type: str | None = literal(DCTERMS.type)
    """One of `KINDS_OF_DERIVATION`, as the source states."""


def _concrete(base: type[Entity]) -> dict[str, type[Entity]]:
    found = {base.__name__: base}
    for subclass in base.__subclasses__():
        found.update(_concrete(subclass))
    return found


CLASSES: dict[str, type[Entity]] = {name: cls for name, cls in _concrete(Entity).items() if cls.types}
"""Every class of entity by name."""


@cache
def properties(class_name: str) -> dict[str, Property]:
    """The properties of an entity class, by the name under which documents hold them.

    Raises:
        KeyError: no class of entity has that name.
    """
    extras: list[Any] = [info.json_schema_extra for info in CLASSES[class_name].model_fields.values()]
    declared: list[Property] = [extra["property"] for extra in extras if extra]
    return {part.name: part for part in declared}


@dataclass(frozen=True, slots=True)
class Stub:
    """An entity that a record only names: class and name follow from the IRI, so every record names it the same way."""

    iri: str
    cls: str
    name: str | None = None

    def document(self) -> dict[str, Any]:
        """The stub as stored."""
        named = {"iri": self.iri, "class": self.cls}
        return named if self.name is None else {**named, "name": self.name}


@dataclass(frozen=True, slots=True)
class FieldIssue:
    """A value that was left out of a record that is otherwise kept.

    Attributes:
        field: the source's name of the field, with the position inside it, such as ``tags.3``.
        reason: what is wrong with the value.
    """

    field: str
    reason: str


@dataclass(slots=True)
class Description:
    """The statements of one source record about one entity.

    Attributes:
        root: the described entity.
        parts: entities under the root's IRI that exist only with it.
        stubs: entities that are only named.
        counters: numbers that change without the entity changing, by name (``downloads``, ``likes``).
        issues: values that were left out, and why.
        exceptions: the actual origin of properties that do not come from where the mapping declares; a property of a
            part is named ``<kind>-<hex>.<property>``.
        license: the IRI of the license of the source's metadata, if it states one for all of it.
        text: what somebody wrote, whole: it stays in the catalog, and leaves it as a document only.
        files: of a repository, the texts of its files by their paths, None for those whose texts are not known; they
            are kept as the text is.
    """

    root: Entity
    parts: list[Entity] = field(default_factory=list)
    stubs: list[Stub] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    issues: list[FieldIssue] = field(default_factory=list)
    exceptions: dict[str, str] = field(default_factory=dict)
    license: str | None = None
    text: str | None = None
    files: dict[str, str | None] = field(default_factory=dict)
