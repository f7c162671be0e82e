"""Datasets of OpenML as FAIR4ML: the fields of the list, and those that the description adds."""

from __future__ import annotations

from fair4ml.describe.articles import article_stub, cited_article
from fair4ml.describe.draft import Draft
from fair4ml.entities import DataDownload, Dataset, Description, Stub
from fair4ml.identifiers import arxiv, part_iri
from fair4ml.normalize.languages import parse_language
from fair4ml.platforms import describe
from fair4ml.platforms.openml import terms
from fair4ml.platforms.openml.addresses import dataset_iri
from fair4ml.platforms.openml.source import Dataset as Listed, DatasetDescription
from fair4ml.read.bibtex import PUBLICATIONS, has_entries, references

PARQUET = "application/vnd.apache.parquet"
LONGEST_ADDRESS = 200
"""The length of the longest text that may be an address; longer ones are prose."""


@describe.register
def describe_listed_dataset(source: Listed) -> Description:
    """Map a dataset in the list of datasets; see `describe`."""
    iri = dataset_iri(source.did)
    draft = Draft(iri)
    qualities: dict[str, None] = {}
    for position, quality in enumerate(source.quality):
        if quality is None or quality.name is None:
            continue
        value = terms.number(quality.value)
        if isinstance(value, int | float):
            qualities[draft.value(quality.name, value)] = None
        elif value is not None:
            draft.issue(f"quality.{position}", "is not a number")
    dataset = Dataset(
        iri=iri,
        name=source.name or f"Dataset {source.did}",
        url=iri,
        identifier=[source.did],
        version=source.version,
        keywords=terms.keywords(source.tags),
        additional_property=[*terms.values(draft, status=source.status, format=source.format), *qualities],
    )
    return draft.finish(dataset, {})


@describe.register
def describe_dataset(source: DatasetDescription) -> Description:
    """Map the description of a dataset; see `describe`."""
    iri = dataset_iri(source.id)
    draft = Draft(iri)
    parsed = parse_language(source.language) if source.language else None
    if source.language and parsed is None:
        draft.issue("language", "does not name a single language")
    dataset = Dataset(
        iri=iri,
        name=source.name or f"Dataset {source.id}",
        url=iri,
        identifier=[source.id],
        version=source.version,
        description=source.description,
        creator=terms.people(draft, "creator", source.creator),
        contributor=terms.people(draft, "contributor", source.contributor),
        date_published=source.upload_date,
        license=terms.licenses(draft, None, source.licence),
        keywords=terms.keywords(source.tags),
        language=[] if parsed is None else [draft.stub(parsed.stub)],
        language_tag=[] if parsed is None else [parsed.tag],
        cite_as=source.citation,
        citation=[source.paper_url] if source.paper_url else [],
        reference_publication=_articles(draft, source),
        conditions_of_access=source.visibility if source.visibility not in (None, "public") else None,
        distribution=_files(draft, source),
        additional_property=terms.values(
            draft,
            format=source.format,
            collection_date=source.collection_date,
            default_target_attribute=source.default_target_attribute,
            row_id_attribute=source.row_id_attribute,
            version_label=source.version_label,
            original_data_url=source.original_data_url,
        ),
    )
    return draft.finish(dataset, {})


def _articles(draft: Draft, source: DatasetDescription) -> list[str]:
    """The IRIs of the articles, on arXiv or by DOI, that the paper's address and the citation name.

    A bare DOI in the citation may be that of the data.
    """
    paper = cited_article(source.paper_url) if source.paper_url else None
    cited = _cited(source.citation or "")
    if cited and paper is None:
        draft.exceptions["referencePublication"] = "citation"
    elif paper is not None and any(stub != paper for stub in cited):
        draft.exceptions["referencePublication"] = "paper_url, citation"
    return list(dict.fromkeys(draft.stub(stub) for stub in (paper, *cited) if stub is not None))


def _cited(citation: str) -> list[Stub]:
    if not has_entries(citation):
        iri = arxiv(citation) if len(citation) <= LONGEST_ADDRESS else None
        return [] if iri is None else [article_stub(iri)]
    found = []
    for reference in references(citation)[0]:
        if reference.preprint is not None:
            found.append(article_stub(reference.preprint))
        elif reference.doi is not None and reference.kind in PUBLICATIONS:
            stub = cited_article(reference.doi)
            found += [] if stub is None else [stub]
    return found


def _files(draft: Draft, source: DatasetDescription) -> list[str]:
    files = (("url", source.url, source.format), ("parquet_url", source.parquet_url, PARQUET))
    return [
        draft.part(
            DataDownload(
                iri=part_iri(draft.iri, "file", field),
                name=address.rstrip("/").rpartition("/")[2] or field,
                content_url=address,
                encoding_format=encoding,
            )
        )
        for field, address, encoding in files
        if address is not None
    ]
