"""The fields of the platform's records that give each property."""

from __future__ import annotations

from collections.abc import Mapping

_FIELDS: Mapping[str, tuple[str, str]] = {
    "name": ("title, name, model_name", "stated"),
    "url": ("url_abs, homepage, slug", "stated"),
    "identifier": ("arxiv_id, id, paper_url", "stated"),
    "sameAs": ("paper_url, hf_model_url", "constructed"),
    "description": ("abstract, description, methodology", "stated"),
    "author": ("authors", "linked"),
    "datePublished": ("published, paper_date, introduced_date", "stated"),
    "dateModified": ("updated_at", "stated"),
    "about": ("tasks, task_name", "looked up"),
    "keywords": ("tasks, methods, categories, modalities", "stated"),
    "citation": ("paper_title, dataset_citations, paper", "stated"),
    "distribution": ("url_pdf", "linked"),
    "referencePublication": ("paper_url, paper_arxiv_id, paper_id", "normalized"),
    "termCode": ("slug, name", "stated"),
    "inDefinedTermSet": ("slug", "constructed"),
    "inLanguage": ("languages", "looked up"),
    "languageTag": ("languages", "normalized"),
    "mlTask": ("tasks, task_name", "looked up"),
    "evaluatedOn": ("datasets, dataset_id", "linked"),
    "hasEvaluation": ("metrics", "linked"),
    "codeRepository": ("code_links, code_url", "linked"),
    "additionalProperty": ("conference, repositories, num_parameters, harness, framework", "stated"),
}

_KINDS = (
    "paper",
    "task",
    "method",
    "dataset",
    "evaluation",
    "archived-paper",
    "archived-code",
    "archived-method",
    "archived-dataset",
    "archived-table",
    "archived-result",
)
PROVENANCE: Mapping[str, Mapping[str, tuple[str, str]]] = dict.fromkeys(_KINDS, _FIELDS)
"""The source field of each property, and how it gives the value: ``stated`` as it is, ``normalized`` in form, ``looked
up`` in a table, ``linked`` to the entity of that id, or ``constructed`` as an address in the platform's pattern."""

FURTHER_SOURCES: Mapping[str, Mapping[str, str]] = {}
"""Further fields that the properties depend on: none, as the platform cannot refuse a field."""
