"""The leaderboards of Papers with Code: each row is a model, or one more result of a model, of the paper it names.

A model's IRI is a part of its paper's, by the name that the row gives it: rows of one paper with the same name of a
model mean the same model, and rows of different papers never do. A row without a paper is a model of its own, under the
leaderboard.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fair4ml.describe.code import code_stub
from fair4ml.describe.draft import Draft
from fair4ml.describe.source_record import InvalidRecord
from fair4ml.entities import Dataset, Description, MLModel, MLModelEvaluation, Moment, PropertyValue, Stub
from fair4ml.identifiers import part_iri
from fair4ml.normalize.metric_values import metric_value
from fair4ml.normalize.metrics import metric_name
from fair4ml.platforms import describe
from fair4ml.platforms.paperswithcode.addresses import SITE, paper_at
from fair4ml.platforms.paperswithcode.fields import Metrics
from fair4ml.platforms.paperswithcode.source import ArchivedResult, ArchivedTable, Evaluation, Row
from fair4ml.platforms.paperswithcode.tables import table_key
from fair4ml.platforms.paperswithcode.terms import (
    ARCHIVE,
    ARCHIVE_LICENSE,
    paper_iri,
    paper_stub,
    scheme_task,
)

TABLES = f"{ARCHIVE}evaluation-tables"
"""The beginning of IRIs of leaderboards without an address of their own, and of models without a paper."""


@dataclass(slots=True)
class _Row:
    """A row of a leaderboard, from the API or the archive.

    Attributes:
        key: distinguishes the row from others of the model.
        paper: the IRI of the paper.
        title: the title of the paper.
        task: the name of the task, with its code.
        dataset: the dataset that the model was evaluated on.
        source: the place where the result was published.
        published: the time of publication.
        values: other facts about the evaluation.
    """

    key: str
    metrics: Metrics
    paper: str | None
    title: str | None
    task: tuple[str | None, str | None]
    dataset: Stub | None
    source: str | None = None
    published: Moment | None = None
    modified: Moment | None = None
    description: str | None = None
    values: dict[str, str | bool] = field(default_factory=dict)


@describe.register
def describe_result(source: ArchivedResult) -> Description:
    """Map a row of a leaderboard of the archive; see `describe`."""
    paper = paper_at(source.paper_url) if source.paper_url else None
    under = (paper, source.model_name) if paper else (TABLES, source.key)
    draft = Draft(part_iri(under[0], "model", under[1]))
    draft.license = ARCHIVE_LICENSE
    if source.paper_url and paper is None:
        draft.issue("paper_url", "is not a web address")
    row = _Row(
        key=source.key,
        metrics=source.metrics,
        paper=paper,
        # Some tables have the address in place of the title.
        title=source.paper_title if source.paper_title != source.paper_url else None,
        task=(source.tasks[-1], None),
        dataset=_dataset(source),
        source=paper,
        published=source.paper_date,
        values={} if source.uses_additional_data is None else {"usesAdditionalData": source.uses_additional_data},
    )
    links = [link for link in source.model_links if link is not None and link.url]
    values = [draft.value("modelLink", link.url or "", name=link.url) for link in links]
    code = [link.url for link in source.code_links if link is not None and link.url]
    return _model(draft, source.model_name, row, list(dict.fromkeys(code)), values)


@describe.register
def describe_evaluation(source: Evaluation) -> Description:
    """Map a row of a leaderboard of the API; see `describe`."""
    wrong: list[str] = []
    paper = None
    if source.paper_arxiv_id is not None or source.paper_id is not None:
        page = f"paper/{source.paper_id}" if source.paper_id is not None else ""
        paper = paper_iri(wrong, source.paper_arxiv_id, page)
        paper = None if paper == SITE else paper
    board = f"{SITE}benchmark/{source.dataset_id}" if source.dataset_id is not None else f"{SITE}benchmark"
    under = (paper, source.model_name) if paper else (board, source.id)
    draft = Draft(part_iri(under[0], "model", under[1]))
    for name in wrong:
        draft.issue(f"paper_{name}", "is not an arXiv identifier")
    dataset = None
    if source.dataset_id is not None:
        dataset = Stub(f"{SITE}benchmark/{source.dataset_id}", "Dataset", source.dataset_name or source.dataset_id)
    stated = {
        "harness": source.harness,
        "split": source.split,
        "usesAdditionalData": source.uses_additional_data,
        "isOpen": source.is_open,
    }
    row = _Row(
        key=source.id,
        metrics=source.metrics,
        paper=paper,
        title=source.paper_title,
        task=(source.task_name, source.task_slug),
        dataset=dataset,
        source=source.source_url,
        modified=source.updated_at,
        description=source.methodology,
        values={name: value for name, value in stated.items() if value is not None},
    )
    values = []
    if source.num_parameters is not None:
        values.append(draft.value("parameterCount", source.num_parameters, unit="parameters"))
    same_as = [source.hf_model_url] if source.hf_model_url else []
    return _model(draft, source.model_name, row, [source.code_url] if source.code_url else [], values, same_as)


@describe.register
def describe_table(source: ArchivedTable) -> Description:
    """Map a dataset with a leaderboard in the archive; see `describe`."""
    stub = _dataset(source)
    draft = Draft(stub.iri)
    draft.license = ARCHIVE_LICENSE
    links = [link.url for link in source.dataset_links if link is not None and link.url]
    citations = [link.title or link.url for link in source.dataset_citations if link is not None]
    known = scheme_task(source.tasks[-1])
    root = Dataset(
        iri=stub.iri,
        name=stub.name,
        url=links[0] if links else None,
        same_as=list(dict.fromkeys(links[1:])),
        description=source.description,
        citation=[citation for citation in dict.fromkeys(citations) if citation],
        about=[] if known is None else [draft.stub(Stub(known.iri, "DefinedTerm", known.slug))],
        keywords=list(dict.fromkeys(word for word in (*source.tasks, *source.categories) if word)),
    )
    return draft.finish(root, {})


def _dataset(row: Row) -> Stub:
    """The dataset of a table: the archive has no name for it but its place."""
    iri = f"{TABLES}#dataset-{table_key(row.tasks, row.datasets)}"
    return Stub(iri, "Dataset", " / ".join(row.datasets))


def _model(
    draft: Draft, name: str | None, row: _Row, code: list[str], values: list[str], same_as: list[str] | None = None
) -> Description:
    if name is None:
        raise InvalidRecord("model_name", "does not name a model")
    known = scheme_task(*row.task)
    about = [] if known is None else [draft.stub(Stub(known.iri, "DefinedTerm", known.slug))]
    paper = [] if row.paper is None else [draft.stub(paper_stub(row.paper))]
    dataset = [] if row.dataset is None else [draft.stub(row.dataset)]
    model = MLModel(
        iri=draft.iri,
        name=name,
        # A name does not identify a model: other papers have models of the same name.
        identifier=[draft.iri],
        same_as=same_as or [],
        ml_task=about,
        keywords=[row.task[0]] if known is None and row.task[0] else [],
        evaluated_on=dataset,
        has_evaluation=_evaluations(draft, row, about, paper, dataset),
        code_repository=list(dict.fromkeys(draft.stub(code_stub(address)) for address in code)),
        reference_publication=paper,
        additional_property=values,
    )
    return draft.finish(model, {})


def _evaluations(draft: Draft, row: _Row, about: list[str], paper: list[str], dataset: list[str]) -> list[str]:
    """One evaluation for each metric that has a value."""
    found = []
    values = [draft.value(name, value, name=row.key) for name, value in row.values.items()]
    # The properties that all of a row's evaluations share are checked once.
    common: MLModelEvaluation | None = None
    on = row.dataset.name if row.dataset is not None else None
    for stated, given in row.metrics.items():
        canonical = metric_name(stated)
        if canonical is None:
            draft.issue("metrics", "does not name a metric")
            continue
        value = metric_value(given)
        if value is None:
            continue
        result = PropertyValue(
            iri=part_iri(draft.iri, "result", row.key, stated),
            name=stated,
            property_id=canonical,
            value=value.value,
            unit_text=value.unit,
            description=value.raw,
        )
        common = common or MLModelEvaluation(
            iri=draft.iri,
            description=row.description,
            date_published=row.published,
            date_modified=row.modified,
            keywords=[row.task[0]] if not about and row.task[0] else [],
            about=about,
            citation=[row.title] if row.title else [],
            is_based_on=[row.source] if row.source else [],
            evaluated_ml_model=[draft.iri],
            evaluation_dataset=dataset,
            reference_publication=paper,
            additional_property=values,
        )
        own = {
            "iri": part_iri(draft.iri, "evaluation", row.key, stated),
            "name": f"{stated} on {on}" if on else stated,
            "evaluation_metrics": [canonical],
            "evaluation_results": [draft.part(result)],
        }
        found.append(draft.part(common.model_copy(update=own)))
    return found
