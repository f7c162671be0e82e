"""The fields of OpenML's records that give each property."""

from __future__ import annotations

from collections.abc import Mapping

_FIELDS: Mapping[str, tuple[str, str]] = {
    "name": ("name", "stated"),
    "url": ("id", "constructed"),
    "identifier": ("id", "stated"),
    "version": ("version", "stated"),
    "description": ("description", "stated"),
    "sharedBy": ("uploader", "linked"),
    "author": ("creator", "linked"),
    "creator": ("creator", "linked"),
    "contributor": ("contributor", "linked"),
    "datePublished": ("upload_date", "normalized"),
    "license": ("licence", "looked up"),
    "keywords": ("tag", "stated"),
    "modelCategory": ("class_name", "stated"),
    "softwareRequirements": ("dependencies", "normalized"),
    "usageInstructions": ("installation_notes", "stated"),
    "inLanguage": ("language", "looked up"),
    "languageTag": ("language", "normalized"),
    "citeAs": ("citation", "stated"),
    "citation": ("paper_url", "stated"),
    "referencePublication": ("paper_url", "normalized"),
    "conditionsOfAccess": ("visibility", "stated"),
    "distribution": ("url", "linked"),
    "additionalProperty": ("parameter", "stated"),
    "about": ("task_id", "linked"),
    "evaluatedMLModel": ("flow_id", "linked"),
    "hasEvaluation": ("flow_id", "linked"),
    "evaluationDataset": ("data_id", "linked"),
    "evaluationMetrics": ("function", "looked up"),
    "evaluationResults": ("value", "stated"),
    "isBasedOn": ("run_id", "constructed"),
}
_FURTHER: Mapping[str, str] = {
    "name": "task_id, task_type, did, id, function, data_name",
    "url": "did, task_id, run_id",
    "identifier": "did, task_id, run_id, setup_id, full_name",
    "description": "full_description",
    "contributor": "uploader",
    "datePublished": "upload_time",
    "keywords": "tags",
    "referencePublication": "citation",
    "distribution": "parquet_url, format",
    "additionalProperty": (
        "external_version, component, language, quality, status, format, collection_date, default_target_attribute,"
        " row_id_attribute, version_label, original_data_url, input"
    ),
    "about": "did, task_type_id, input",
    "evaluationResults": "run_id, function",
}

_KINDS = ("dataset", "dataset_description", "task", "estimation_procedure", "flow", "flow_description", "evaluation")
PROVENANCE: Mapping[str, Mapping[str, tuple[str, str]]] = dict.fromkeys(_KINDS, _FIELDS)
"""The source field that gives each property, and how; the methods are those of the huggingface mapping."""

FURTHER_SOURCES: Mapping[str, Mapping[str, str]] = dict.fromkeys(_KINDS, _FURTHER)
"""Further fields that the properties depend on."""
