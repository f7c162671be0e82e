"""Flows, datasets, tasks and evaluations of OpenML as FAIR4ML.

A flow is the model: what is trained on a task and then evaluated. Its uploader shares it (``sharedBy``); its maker is
given by name (``creator``).
"""

from __future__ import annotations

import re

from fair4ml.describe.draft import Draft
from fair4ml.entities import Description, MLModel, PropertyValue, SoftwareApplication
from fair4ml.identifiers import part_iri
from fair4ml.platforms import describe
from fair4ml.platforms.openml import (
    datasets,  # noqa: F401  registers the mappings of datasets
    evaluations,  # noqa: F401  registers those of tasks and evaluations
    terms,
)
from fair4ml.platforms.openml.addresses import flow_iri
from fair4ml.platforms.openml.source import Flow, FlowDescription

_REQUIREMENT = re.compile(r"([\w.-]+?)\s*(?:(==|_)\s*v?(\d[\w.+-]*)|[<>~!=].*)?", re.ASCII)
"""A library with its version, as ``pip`` (``sklearn==0.21.2``, ``numpy>=1.6.1``) and Weka (``Weka_3.7.5``) name it."""


@describe.register
def describe_listed_flow(source: Flow) -> Description:
    """Map a flow in the list of flows; see `describe`."""
    iri = flow_iri(source.id)
    draft = Draft(iri)
    model = MLModel(
        iri=iri,
        name=source.name or source.full_name or f"Flow {source.id}",
        url=iri,
        identifier=[source.id, *([source.full_name] if source.full_name else [])],
        version=source.version,
        shared_by=[] if source.uploader is None else [draft.stub(terms.user_stub(source.uploader))],
        keywords=terms.keywords(source.tags),
        additional_property=terms.values(draft, external_version=source.external_version),
    )
    return draft.finish(model, {})


@describe.register
def describe_flow(source: FlowDescription) -> Description:
    """Map the description of a flow; see `describe`."""
    iri = flow_iri(source.id)
    draft = Draft(iri)
    model = MLModel(
        iri=iri,
        name=source.name or f"Flow {source.id}",
        url=iri,
        identifier=[source.id],
        version=source.version,
        description=source.description or source.full_description,
        author=terms.people(draft, "creator", source.creator),
        contributor=terms.people(draft, "contributor", source.contributor),
        shared_by=[] if source.uploader is None else [draft.stub(terms.user_stub(source.uploader))],
        date_published=source.upload_date,
        license=terms.licenses(draft, source.uploader, source.licence),
        keywords=terms.keywords(source.tags),
        model_category=[source.class_name] if source.class_name else [],
        usage_instructions=[source.installation_notes] if source.installation_notes else [],
        software_requirements=_libraries(draft, source.dependencies),
        additional_property=[
            # For some flows it is the language of the description, for others that of the program.
            *terms.values(draft, external_version=source.external_version, language=source.language),
            *_parameters(draft, source),
            *_components(draft, source),
        ],
    )
    return draft.finish(model, {})


def _libraries(draft: Draft, dependencies: str | None) -> list[str]:
    """The IRIs of the libraries that a text names, one per line or separated by commas."""
    found: dict[str, None] = {}
    for position, line in enumerate(re.split(r"[\n,;]", dependencies or "")):
        text = line.strip()
        if not text:
            continue
        match = _REQUIREMENT.fullmatch(text)
        if match is None or len(match[1]) > 96:
            draft.issue(f"dependencies.{position}", "is not the name of a library")
            continue
        iri = part_iri(draft.iri, "library", match[1])
        found[draft.part(SoftwareApplication(iri=iri, name=match[1], software_version=match[3]))] = None
    return list(found)


def _parameters(draft: Draft, source: FlowDescription) -> list[str]:
    """The IRIs of the flow's own parameters, with their default values; components have their own."""
    found: dict[str, None] = {}
    for position, parameter in enumerate(source.parameter):
        if parameter is None:
            continue
        if parameter.name is None:
            draft.issue(f"parameter.{position}", "has no name")
            continue
        if parameter.default_value is None:
            found[draft.value("parameter_without_default", parameter.name, name=parameter.name)] = None
            continue
        part = PropertyValue(
            iri=part_iri(draft.iri, "property", "parameter", parameter.name),
            name=parameter.name,
            property_id="parameter",
            value=parameter.default_value,
            description=parameter.description,
        )
        found[draft.part(part)] = None
    return list(found)


def _components(draft: Draft, source: FlowDescription) -> list[str]:
    """The IRIs of values that name the flows inside this one."""
    return [
        draft.value("component", flow_iri(component.flow.id), name=component.identifier or component.flow.id)
        for component in source.component
        if component is not None and component.flow is not None and component.flow.id is not None
    ]
