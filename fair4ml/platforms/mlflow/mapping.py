"""MLflow's registry, experiments and runs as FAIR4ML.

A registered model and each of its versions are models; the version is a version of the registered one. A logged model
is a model, too: what is registered from it derives from it. A run is an activity, which used datasets and generated
models, and is part of its experiment. Nothing is inferred from a name: a model or dataset of the Hugging Face Hub is
linked only by its address.
"""

from __future__ import annotations

import json
import re

from fair4ml.describe.draft import Draft
from fair4ml.entities import Activity, Description, MLModel, Stub
from fair4ml.platforms import describe
from fair4ml.platforms.mlflow import addresses as iris, terms
from fair4ml.platforms.mlflow.source import Experiment, LoggedModel, ModelVersion, ModelVersionRun, RegisteredModel, Run


@describe.register
def describe_registered_model(source: RegisteredModel) -> Description:
    """Map the registry's record of a registered model; see `describe`."""
    iri = iris.registered_model(source.server, source.name)
    draft = terms.draft_of(iri)
    links = terms.Links()
    links.add_tagged(draft, source.tags)
    aliases = [draft.value("alias", each.version, name=each.alias) for each in source.aliases if each is not None]
    model = MLModel(
        iri=iri,
        name=source.name,
        url=iri,
        identifier=[f"models:/{source.name}"],
        description=source.description or None,
        date_created=source.creation_timestamp,
        date_modified=source.last_updated_timestamp,
        license=terms.licenses(draft, source.tags),
        **links.properties(draft),
        additional_property=[
            *aliases,
            *terms.texts(draft, user=source.user_id),
            *terms.tag_values(draft, source.tags),
        ],
    )
    return draft.finish(model, {})


@describe.register
def describe_model_version(source: ModelVersion) -> Description:
    """Map the registry's record of a version; see `describe`."""
    server, name = source.server, source.name
    iri = iris.model_version(server, name, source.version)
    draft = terms.draft_of(iri)
    links = terms.Links()
    origin = terms.source_of_version(draft, server, source.source)
    if origin is not None and origin != iri:
        links.base_models[origin] = None
    links.add_tagged(draft, source.tags)
    aliases = [alias for alias in dict.fromkeys(source.aliases) if alias is not None]
    model = MLModel(
        iri=iri,
        name=f"{name}/{source.version}",
        url=iri,
        identifier=[f"models:/{name}/{source.version}", *(f"models:/{name}@{alias}" for alias in aliases)],
        version=source.version,
        description=source.description or None,
        date_created=source.creation_timestamp,
        date_modified=source.last_updated_timestamp,
        license=terms.licenses(draft, source.tags),
        is_version_of=[draft.stub(Stub(iris.registered_model(server, name), "MLModel", name))],
        was_generated_by=terms.run_stub(draft, server, source.run_id),
        **links.properties(draft),
        additional_property=[
            *(draft.value("alias", alias, name=alias) for alias in aliases),
            # "None" is MLflow's word for a version that is in no stage.
            *terms.texts(draft, stage=None if source.current_stage == "None" else source.current_stage),
            *terms.texts(draft, status=source.status, source=source.source, user=source.user_id),
            *terms.tag_values(draft, source.tags),
        ],
    )
    return draft.finish(model, {})


@describe.register
def describe_model_version_run(source: ModelVersionRun) -> Description:
    """Map the run that a version was registered from to facts about the version; see `describe`.

    Metrics of a logged model are left to that model: MLflow gives them with it.
    """
    server, run = source.server, source.run
    iri = iris.model_version(server, source.name, source.version)
    draft = terms.draft_of(iri)
    datasets = terms.run_datasets(draft, server, run)
    found: list[str] = []
    if not terms.is_logged_model(source.source):
        metrics = terms.last_metrics(run.data.metrics)
        experiment = run.info.experiment_id
        found, _ = terms.evaluations(draft, server, metrics, run.info.run_id, experiment, [iri], datasets)
    links = terms.Links()
    links.add_tagged(draft, run.data.tags)
    links.add_tagged(draft, run.data.params)

    def meant_for(*words: str) -> list[str]:
        return list(dict.fromkeys(iri for iri, given in datasets if terms.contexts(given).intersection(words)))

    model = MLModel(
        iri=iri,
        name=f"{source.name}/{source.version}",
        has_evaluation=found,
        trained_on=list(dict.fromkeys([*meant_for("training", "train"), *links.training_datasets])),
        evaluated_on=meant_for("evaluation", "eval", "testing", "test", "validation"),
        validated_on=meant_for("validation"),
        tested_on=meant_for("testing", "test"),
        was_derived_from=list(links.base_models),
        qualified_derivation=links.derivations(draft),
        relation=list(links.others),
        additional_property=terms.parameter_values(draft, run.data.params),
    )
    return draft.finish(model, {})


@describe.register
def describe_logged_model(source: LoggedModel) -> Description:
    """Map the server's record of a logged model, with its evaluations; see `describe`."""
    server, info = source.server, source.info
    iri = iris.logged_model(server, info.model_id)
    draft = terms.draft_of(iri)
    links = terms.Links()
    links.add_tagged(draft, info.tags)
    links.add_tagged(draft, source.data.params)
    models = [iri, *_registered_as(draft, source)]
    metrics = terms.last_metrics(source.data.metrics)
    found, evaluated_on = terms.evaluations(draft, server, metrics, None, info.experiment_id, models)
    model = MLModel(
        iri=iri,
        name=info.model_id,  # many are called "model"
        alternate_name=[info.name] if info.name else [],
        url=iri,
        identifier=[f"models:/{info.model_id}"],
        description=terms.tag_of(info.tags, terms.NOTE),
        date_created=info.creation_timestamp_ms,
        date_modified=info.last_updated_timestamp_ms,
        license=terms.licenses(draft, info.tags),
        was_generated_by=terms.run_stub(draft, server, info.source_run_id),
        **links.properties(draft),
        has_evaluation=found,
        evaluated_on=evaluated_on,
        additional_property=[
            *terms.texts(draft, modelType=info.model_type, status=info.status),
            *terms.parameter_values(draft, source.data.params),
            *terms.tag_values(draft, info.tags),
        ],
    )
    return draft.finish(model, {})


def _registered_as(draft: Draft, source: LoggedModel) -> list[str]:
    """The IRIs of the versions that a logged model was registered as, from the JSON in its tag."""
    stated = terms.tag_of(source.info.tags, terms.MODEL_VERSIONS)
    if stated is None:
        return []
    try:
        listed = json.loads(stated)
    except (ValueError, RecursionError):
        listed = None
    found: dict[str, None] = {}
    for each in listed if isinstance(listed, list) else [None]:
        name, version = (each.get("name"), each.get("version")) if isinstance(each, dict) else (None, None)
        iri = None
        if isinstance(name, str) and re.fullmatch("[0-9]{1,18}", str(version)):
            iri = terms.version_stub(draft, source.server, name, str(version))
        if iri is None:
            draft.issue(f"info.tags.{terms.MODEL_VERSIONS}", "does not name a model version")
        else:
            found[iri] = None
    return list(found)


@describe.register
def describe_run(source: Run) -> Description:
    """Map the server's record of a run; see `describe`."""
    server, info, data = source.server, source.info, source.data
    iri = iris.run(server, info.run_id)
    draft = terms.draft_of(iri)
    links = terms.Links()
    links.add_tagged(draft, data.tags)
    links.add_tagged(draft, data.params)
    datasets = terms.run_datasets(draft, server, source)
    whole = []
    if info.experiment_id:
        whole.append(draft.stub(Stub(iris.experiment(server, info.experiment_id), "Activity")))
    whole += terms.run_stub(draft, server, terms.tag_of(data.tags, terms.PARENT_RUN))
    digests = {each.dataset.name: each.dataset.digest for each in source.inputs.dataset_inputs if each is not None}
    run = Activity(
        iri=iri,
        name=info.run_name or None,
        url=iri,
        identifier=[f"runs:/{info.run_id}"],
        description=terms.tag_of(data.tags, terms.NOTE),
        started_at_time=info.start_time,
        ended_at_time=info.end_time,
        used=list(dict.fromkeys([*(used for used, _ in datasets), *links.training_datasets, *links.base_models])),
        is_part_of=whole,
        relation=list(links.others),
        additional_property=[
            *terms.texts(draft, status=info.status, user=info.user_id),
            *terms.parameter_values(draft, data.params),
            *terms.metric_values(draft, data.metrics),
            *(draft.value("datasetDigest", digest, name=name) for name, digest in digests.items() if digest),
            *terms.tag_values(draft, data.tags),
        ],
    )
    return draft.finish(run, {})


@describe.register
def describe_experiment(source: Experiment) -> Description:
    """Map the server's record of an experiment; see `describe`."""
    iri = iris.experiment(source.server, source.experiment_id)
    draft = terms.draft_of(iri)
    experiment = Activity(
        iri=iri,
        name=source.name or None,
        url=iri,
        identifier=[source.experiment_id],
        description=terms.tag_of(source.tags, terms.NOTE),
        started_at_time=source.creation_time,
        additional_property=terms.tag_values(draft, source.tags),
    )
    return draft.finish(experiment, {})
