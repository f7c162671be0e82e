"""The fields of the Hub's records that give each property, by kind of record."""

from __future__ import annotations

from collections.abc import Mapping

_MODEL: Mapping[str, tuple[str, str]] = {
    "name": ("id", "stated"),
    "url": ("id", "constructed"),
    "identifier": ("id, tags", "stated"),
    "sharedBy": ("author", "linked"),
    "mlTask": ("pipeline_tag", "looked up"),
    "softwareRequirements": ("library_name", "linked"),
    "modelCategory": ("config, gguf", "stated"),
    "inLanguage": ("cardData.language", "looked up"),
    "languageTag": ("cardData.language", "normalized"),
    "license": ("cardData.license", "looked up"),
    "trainedOn": ("cardData.datasets", "linked"),
    "wasDerivedFrom": ("baseModels.models", "linked"),
    "qualifiedDerivation": ("baseModels.models", "linked"),
    "fineTunedFrom": ("baseModels.models", "linked"),
    "referencePublication": ("tags", "normalized"),
    "hasEvaluation": ("model-index", "linked"),
    "evaluatedOn": ("model-index", "linked"),
    "validatedOn": ("model-index", "linked"),
    "testedOn": ("model-index", "linked"),
    "additionalProperty": ("safetensors, gguf, config, transformersInfo, cardData", "stated"),
    "conditionsOfAccess": ("gated, disabled, private, cardData", "looked up"),
    "legal": ("cardData", "stated"),
    "hasCO2eEmissions": ("cardData.co2_eq_emissions", "stated"),
    "dateCreated": ("createdAt", "stated"),
    "dateModified": ("lastModified", "stated"),
    "version": ("sha", "stated"),
    "archivedAt": ("sha", "constructed"),
    "readme": ("sha", "constructed"),
    "discussionUrl": ("id", "constructed"),
    "issueTracker": ("id", "constructed"),
    "keywords": ("tags", "stated"),
    "distribution": ("siblings", "linked"),
    "wasRevisionOf": ("cardData.new_version", "linked"),
}
"""The source field of each property, and how it gives the value: ``stated`` as it is, ``normalized`` in form, ``looked
up`` in a table, ``linked`` to the entity of that id, or ``constructed`` as an address in the Hub's pattern."""
_MODEL_FURTHER: Mapping[str, str] = {
    "sharedBy": "id",
    "softwareRequirements": "cardData, transformersInfo",
    "mlTask": "cardData",
    **dict.fromkeys(("inLanguage", "languageTag", "license", "trainedOn"), "tags"),
    **dict.fromkeys(("wasDerivedFrom", "qualifiedDerivation", "fineTunedFrom"), "tags, cardData"),
    **dict.fromkeys(("hasEvaluation", "evaluatedOn"), "cardData, evalResults"),
    **dict.fromkeys(("validatedOn", "testedOn"), "cardData, evalResults, tags"),
    "referencePublication": "cardData",
    "readme": "cardData",
    "keywords": "cardData, pipeline_tag, library_name, transformersInfo",
}
"""Further fields that the properties depend on: if those above have no value, and to avoid repetition."""

README, METADATA = "README", "README: front matter"
"""The beginning of the place of a statement in a card: in its text, or in its metadata."""
DECLARED_IN = {
    "inLanguage": "language",
    "languageTag": "language",
    "license": "license",
    "trainedOn": "datasets",
    "wasDerivedFrom": "base_model",
    "qualifiedDerivation": "base_model",
    "fineTunedFrom": "base_model",
    "keywords": "tags",
}
"""The key of a card's metadata that gives each property."""
SECTIONS = {
    "description": "description",
    "intendedUse": "intended use",
    "modelRisksBiasLimitations": "limitations",
    "ethicalSocial": "ethical considerations",
    "usageInstructions": "usage",
    "codeSampleSnippet": "usage",
    "citation": "citation",
    "referencePublication": "citation",
}
"""The topic of the sections of a card that give each property."""
_CARD: Mapping[str, tuple[str, str]] = {
    "name": ("id", "stated"),
    **{name: (f"{METADATA}, {key}", "looked up") for name, key in DECLARED_IN.items()},
    **dict.fromkeys((*SECTIONS, "hasCO2eEmissions", "additionalProperty"), (README, "stated")),
    "codeRepository": (README, "linked"),
}
"""The part of the file that gives each property, and how; a record's exceptions name the headings."""

_DATASET: Mapping[str, tuple[str, str]] = {
    "name": ("id", "stated"),
    "alternateName": ("cardData.pretty_name", "stated"),
    "url": ("id", "constructed"),
    "identifier": ("id, tags", "stated"),
    "sameAs": ("paperswithcode_id", "constructed"),
    "description": ("description", "normalized"),
    "creator": ("author", "linked"),
    "dateCreated": ("createdAt", "stated"),
    "dateModified": ("lastModified", "stated"),
    "license": ("cardData.license", "looked up"),
    "keywords": ("tags", "stated"),
    "inLanguage": ("cardData.language", "looked up"),
    "languageTag": ("cardData.language", "normalized"),
    "version": ("sha", "stated"),
    "citation": ("citation", "stated"),
    "referencePublication": ("tags", "normalized"),
    "conditionsOfAccess": ("gated, disabled, private, cardData", "looked up"),
    "about": ("cardData.task_categories, cardData.task_ids", "looked up"),
    "additionalProperty": ("cardData, tags", "stated"),
    "archivedAt": ("sha", "constructed"),
    "discussionUrl": ("id", "constructed"),
}
"""The source field that gives each property, and how; the words are those of the mapping of models."""
_DATASET_FURTHER: Mapping[str, str] = {
    "creator": "id",
    "sameAs": "cardData",
    "keywords": "cardData",
    "referencePublication": "cardData",
    **dict.fromkeys(("license", "inLanguage", "languageTag", "about"), "tags"),
}
"""Further fields that the properties depend on."""

_CROISSANT: Mapping[str, tuple[str, str]] = {
    "name": ("id", "stated"),
    "alternateName": ("croissant.alternateName, croissant.name", "stated"),
    "url": ("croissant.url", "stated"),
    "identifier": ("croissant.identifier", "normalized"),
    "sameAs": ("croissant.sameAs", "stated"),
    "description": ("croissant.description", "normalized"),
    "creator": ("croissant.creator", "linked"),
    "dateCreated": ("croissant.dateCreated", "stated"),
    "dateModified": ("croissant.dateModified", "stated"),
    "datePublished": ("croissant.datePublished", "stated"),
    "license": ("croissant.license", "looked up"),
    "keywords": ("croissant.keywords", "stated"),
    "inLanguage": ("croissant.inLanguage", "looked up"),
    "languageTag": ("croissant.inLanguage", "normalized"),
    "version": ("croissant.version", "stated"),
    "citation": ("croissant.citation", "stated"),
    "citeAs": ("croissant.citeAs", "stated"),
    "referencePublication": ("croissant.keywords", "normalized"),
    "distribution": ("croissant.distribution", "linked"),
}
"""The source field that gives each property, and how; the words are those of the mapping of models."""

_OWNER: Mapping[str, tuple[str, str]] = {
    "name": ("fullname", "stated"),
    "url": ("name", "constructed"),
    "identifier": ("name", "stated"),
}
"""The source field that gives each property, and how."""
_OWNER_FURTHER: Mapping[str, str] = {"name": "name"}
"""Further fields that the properties depend on."""

PROVENANCE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "model": _MODEL,
    "files": _MODEL,
    "card": _CARD,
    "dataset": _DATASET,
    "croissant": _CROISSANT,
    "owner": _OWNER,
}

FURTHER_SOURCES: Mapping[str, Mapping[str, str]] = {
    "model": _MODEL_FURTHER,
    "files": _MODEL_FURTHER,
    "dataset": _DATASET_FURTHER,
    "owner": _OWNER_FURTHER,
}
