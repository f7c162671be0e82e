"""Source models of Papers with Code: the API of paperswithcode.co, and the files of the archive of 2025-07-28.

The API's shapes follow its own command-line client (https://github.com/huggingface/pwc-cli); no response was seen.
The archive's follow https://github.com/paperswithcode/paperswithcode-data and, for evaluation tables,
https://github.com/paperswithcode/sota-extractor. `fair4ml.platforms.paperswithcode.tables` splits a table into
records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, Field, StringConstraints, model_validator

from fair4ml.describe.source_record import (
    Count,
    Flag,
    SourceObject,
    SourceRecord,
    WebAddress,
    Word,
)
from fair4ml.identifiers import hashed
from fair4ml.platforms.paperswithcode.fields import (
    Address,
    Artifacts,
    Id,
    Key,
    Links,
    Metrics,
    Page,
    Prose,
    Published,
    Said,
    Slug,
    Terms,
    Words,
    id_text,
)


class Entry(SourceRecord):
    """The fields of every record of the API."""

    identity: ClassVar[frozenset[str]] = frozenset({"id"})

    id: Id


class PaperFields(SourceObject):
    """The fields of a paper that the API and the archive share."""

    arxiv_id: Said = None
    title: Said = None
    abstract: Prose = None
    authors: Words
    published: Published = Field(None, validation_alias=AliasChoices("published", "date_published", "date"))
    url_abs: Address = None
    url_pdf: Address = None
    conference: Said = Field(None, validation_alias=AliasChoices("conference_name", "conference", "proceeding"))
    tasks: Terms
    methods: Terms


class Paper(PaperFields, Entry):
    """A paper of the API (``papers/?include_resources=true``)."""

    counters: ClassVar[Mapping[str, str]] = {"citation_count": "citation_count"}

    citation_count: Count | None = None
    repositories: Links
    project_pages: Links
    hf_models: Artifacts
    hf_datasets: Artifacts
    hf_spaces: Artifacts


class Subject(Entry):
    """The subject of a page of the site, which papers can name."""

    name: Word
    slug: Id
    description: Prose = None


class Task(Subject):
    """A task of the API (``tasks/``)."""


class Method(Subject):
    """A method of the API (``methods/``)."""

    full_name: Said = None


class Benchmark(Subject):
    """A dataset of the API (``datasets/``), which the site shows as a benchmark."""

    full_name: Said = None
    split: Said = Field(None, validation_alias=AliasChoices("split_name", "split"))
    hf_url: Address = None


_ROW = (
    ("paper_id", "paper_arxiv_id"),
    ("task_slug", "task_name"),
    ("dataset_id", "dataset_slug", "dataset_name"),
    ("model_name",),
    ("harness",),
)
"""The fields by which the platform's own client identifies rows: of each group, the first that is present."""


def row_key(row: Any) -> str | None:
    """The key of a leaderboard's row without an id, made of its paper, task, dataset, model and harness.

    Args:
        row: the row as sent.

    Returns:
        None if the dataset or the model is not named, since it could be any row.
    """
    if not isinstance(row, dict):
        return None
    told = [next((id_text(row[name]) for name in names if row.get(name) not in (None, "")), None) for names in _ROW]
    _, _, dataset, model, _ = told
    is_told = all(each is None or isinstance(each, str) for each in told) and dataset and model
    return f"row-{hashed('row', *told)}" if is_told else None


def _with_id(row: Any) -> Any:
    is_due = isinstance(row, dict) and row.get("id") in (None, "")
    return {**row, "id": key} if is_due and (key := row_key(row)) is not None else row


class Evaluation(Entry):
    """A row of a leaderboard of the API (``evaluations/``); one without an id gets the key of `row_key` as its id."""

    _id_of_row = model_validator(mode="before")(_with_id)

    paper_id: Id | None = None
    paper_arxiv_id: Said = None
    paper_title: Said = None
    task_name: Said = None
    task_slug: Slug = None
    dataset_id: Id | None = None
    dataset_name: Said = None
    dataset_slug: Slug = None
    model_name: Said = None
    harness: Said = None
    methodology: Prose = None
    split: Said = Field(None, validation_alias=AliasChoices("split", "split_name", "evaluated_on"))
    metrics: Metrics = Field(default_factory=dict)
    num_parameters: Count | None = None
    uses_additional_data: Flag | None = None
    is_open: Flag | None = None
    source_url: Address = Field(None, validation_alias=AliasChoices("result_url", "source_url", "external_source_url"))
    code_url: Address = None
    hf_model_url: Address = None
    updated_at: Published = None


class ArchivedPaper(PaperFields, SourceRecord):
    """A paper of the archive (``papers-with-abstracts``)."""

    identity: ClassVar[frozenset[str]] = frozenset({"paper_url"})

    paper_url: Page


class ArchivedCode(SourceRecord):
    """A link between a paper and its code (``links-between-papers-and-code``)."""

    identity: ClassVar[frozenset[str]] = frozenset({"paper_url", "repo_url"})

    paper_url: Page
    repo_url: Annotated[WebAddress, StringConstraints(max_length=1_900)]
    paper_arxiv_id: Said = None
    paper_title: Said = None
    is_official: Flag | None = None
    mentioned_in_paper: Flag | None = None
    mentioned_in_github: Flag | None = None
    framework: Said = None


class ArchivedMethod(SourceRecord):
    """A method of the archive (``methods``)."""

    identity: ClassVar[frozenset[str]] = frozenset({"url", "name"})

    url: Page
    name: Word
    full_name: Said = None
    description: Prose = None


class Introduction(SourceObject):
    """The paper that introduced something."""

    title: Said = None
    url: Said = None


class ArchivedDataset(SourceRecord):
    """A dataset of the archive (``datasets``)."""

    identity: ClassVar[frozenset[str]] = frozenset({"url", "name"})

    url: Page
    name: Word
    full_name: Said = None
    homepage: Address = None
    description: Prose = None
    paper: Introduction | None = None
    introduced_date: Published = None
    warning: Prose = None
    modalities: Terms
    languages: Terms
    variants: Words


class Row(SourceRecord):
    """The fields of a record from an evaluation table: its place among the tasks and the datasets, outermost first."""

    identity: ClassVar[frozenset[str]] = frozenset({"key", "tasks", "datasets"})

    key: Key
    tasks: Annotated[list[Word], Field(min_length=1, max_length=32)]
    datasets: Annotated[list[Word], Field(min_length=1, max_length=32)]


class ArchivedTable(Row):
    """A dataset with its leaderboard (``evaluation-tables``), without the rows."""

    description: Prose = None
    categories: Words
    dataset_citations: Links
    dataset_links: Links


class ArchivedResult(Row):
    """A row of a leaderboard (``evaluation-tables``).

    Attributes:
        number: distinguishes rows that differ only in their values.
    """

    number: Count
    model_name: Said = None
    paper_title: Said = None
    paper_url: Said = None
    paper_date: Published = None
    code_links: Links
    model_links: Links
    uses_additional_data: Flag | None = None
    metrics: Metrics = Field(default_factory=dict)


KINDS: dict[str, type[SourceRecord]] = {
    "paper": Paper,
    "task": Task,
    "method": Method,
    "dataset": Benchmark,
    "evaluation": Evaluation,
    "archived-paper": ArchivedPaper,
    "archived-code": ArchivedCode,
    "archived-method": ArchivedMethod,
    "archived-dataset": ArchivedDataset,
    "archived-table": ArchivedTable,
    "archived-result": ArchivedResult,
}
"""The source model of each kind of record."""
