"""The fields of MLflow's records that give each property."""

from __future__ import annotations

from collections.abc import Mapping

_FIELDS: Mapping[str, tuple[str, str]] = {
    "name": ("name", "stated"),
    "alternateName": ("info", "stated"),
    "url": ("name", "constructed"),
    "identifier": ("name", "constructed"),
    "version": ("version", "stated"),
    "description": ("description", "stated"),
    "dateCreated": ("creation_timestamp", "normalized"),
    "dateModified": ("last_updated_timestamp", "normalized"),
    "license": ("tags", "looked up"),
    "isVersionOf": ("name", "linked"),
    "wasGeneratedBy": ("run_id", "linked"),
    "wasDerivedFrom": ("source", "linked"),
    "qualifiedDerivation": ("source", "linked"),
    "trainedOn": ("run", "linked"),
    "evaluatedOn": ("run", "linked"),
    "validatedOn": ("run", "linked"),
    "testedOn": ("run", "linked"),
    "hasEvaluation": ("run", "linked"),
    "relation": ("tags", "linked"),
    "used": ("inputs", "linked"),
    "isPartOf": ("info", "linked"),
    "startedAtTime": ("info, creation_time", "normalized"),
    "endedAtTime": ("info", "normalized"),
    "additionalProperty": ("tags", "stated"),
}
_FURTHER: Mapping[str, str] = {
    "name": "info, version",
    "url": "info, version, experiment_id",
    "identifier": "info, version, aliases",
    "description": "tags, data",
    "dateCreated": "info",
    "dateModified": "info",
    "wasGeneratedBy": "info",
    "trainedOn": "tags, info, data",
    "wasDerivedFrom": "tags, info, data",
    "qualifiedDerivation": "tags, info, data",
    "evaluatedOn": "data",
    "hasEvaluation": "data, source",
    "relation": "info, data",
    "used": "data",
    "isPartOf": "data",
    "additionalProperty": "data, info, run, aliases, current_stage, status, source, user_id",
}

_KINDS = ("registered_model", "model_version", "model_version_run", "experiment", "run", "logged_model")
PROVENANCE: Mapping[str, Mapping[str, tuple[str, str]]] = dict.fromkeys(_KINDS, _FIELDS)
"""The source field of each property, and how it gives the value: ``stated`` as it is, ``normalized`` in form, ``looked
up`` in a table, ``linked`` to the entity of that id, or ``constructed`` in the server's pattern."""

FURTHER_SOURCES: Mapping[str, Mapping[str, str]] = dict.fromkeys(_KINDS, _FURTHER)
"""Further fields that the properties depend on, in records of this kind or another."""
