"""Tasks, estimation procedures and evaluations of OpenML as FAIR4ML.

A task is a work of its own: it states the data, the target and the procedure by which models are compared, and a term
of a scheme has no place for these; its type and its procedure are the terms.
"""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from fair4ml.describe.draft import Draft
from fair4ml.entities import CreativeWork, DefinedTerm, Description, MLModel, MLModelEvaluation
from fair4ml.identifiers import part_iri
from fair4ml.normalize.metrics import metric_name
from fair4ml.platforms import describe
from fair4ml.platforms.openml import terms
from fair4ml.platforms.openml.addresses import dataset_stub, flow_stub
from fair4ml.platforms.openml.answers import MAIN_ENGINE
from fair4ml.platforms.openml.source import EstimationProcedure, Evaluation, Id, Task

METRICS = {"predictive_accuracy": "accuracy", "area_under_roc_curve": "roc_auc"}
"""Measures that have another name among the project's metrics; others go by its table of spellings."""

_INPUTS = frozenset({"estimation_procedure", "source_data"})
_ID: TypeAdapter[str] = TypeAdapter(Id)


@describe.register
def describe_procedure(source: EstimationProcedure) -> Description:
    """Map an estimation procedure in the list of procedures; see `describe`."""
    stub = terms.procedure_stub(source.id)
    procedure = DefinedTerm(iri=stub.iri, name=source.name or stub.name, url=stub.iri, identifier=[source.id])
    return Draft(stub.iri).finish(procedure, {})


@describe.register
def describe_task(source: Task) -> Description:
    """Map a task in the list of tasks; see `describe`."""
    iri = terms.task_iri(source.task_id)
    draft = Draft(iri)
    inputs: dict[str, terms.Value] = {}
    for given in source.input:
        if given is not None and given.name is not None and given.value is not None:
            inputs.setdefault(given.name, given.value)
    about = []
    if source.did is not None:
        about.append(draft.stub(dataset_stub(source.did, source.name)))
    if source.task_type_id is not None and source.task_type is not None:
        about.append(draft.stub(terms.task_type_stub(source.task_type_id, source.task_type)))
    procedure = inputs.get("estimation_procedure")
    if procedure is not None:
        try:
            about.append(draft.stub(terms.procedure_stub(_ID.validate_python(procedure))))
        except ValidationError:
            draft.issue("input", "does not name an estimation procedure")
    of_type = f" ({source.task_type})" if source.task_type else ""
    on = f": {source.name}" if source.name else ""
    task = CreativeWork(
        iri=iri,
        name=f"Task {source.task_id}{on}{of_type}",
        url=iri,
        identifier=[source.task_id],
        about=about,
        keywords=terms.keywords(source.tags),
        additional_property=[
            draft.value(name, value)
            for name, value in inputs.items()
            if name not in _INPUTS and value is not None and not isinstance(value, bool)
        ],
    )
    return draft.finish(task, {})


@describe.register
def describe_evaluation(source: Evaluation) -> Description:
    """Map an evaluation in a list of evaluations; see `describe`."""
    run, function, engine = terms.run_iri(source.run_id), source.function, source.evaluation_engine_id
    # Evaluations of a run differ in measure and engine; one of the main engine is the same whether it is named or not.
    identity = (function,) if engine in (None, MAIN_ENGINE) else (function, engine)
    iri = part_iri(run, "evaluation", *identity)
    draft = Draft(iri)
    metric = METRICS.get(function) or metric_name(function) or function
    results = []
    if source.value is not None:
        results.append(draft.part(terms.measured(part_iri(run, "result", *identity), function, metric, source.value)))
    on = [] if source.data_id is None else [draft.stub(dataset_stub(source.data_id, source.data_name))]
    of = None if source.flow_id is None else draft.stub(flow_stub(source.flow_id, source.flow_name))
    if of is not None and results:
        # The evaluation states that the flow has it: the list of flows does not know.
        draft.part(MLModel(iri=of, url=of, has_evaluation=[iri]))
    evaluation = MLModelEvaluation(
        iri=iri,
        name=f"{function} on {source.data_name}" if source.data_name else function,
        url=run,
        identifier=[f"run {source.run_id}", *([f"setup {source.setup_id}"] if source.setup_id else [])],
        evaluated_ml_model=[] if of is None else [of],
        evaluation_dataset=on,
        evaluation_metrics=[metric],
        evaluation_results=results,
        about=[] if source.task_id is None else [draft.stub(terms.task_stub(source.task_id))],
        contributor=[] if source.uploader is None else [draft.stub(terms.user_stub(source.uploader))],
        is_based_on=[run],
        date_published=source.upload_time,
    )
    return draft.finish(evaluation, {})
