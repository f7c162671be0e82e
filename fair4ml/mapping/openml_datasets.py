"""Datasets of OpenML as FAIR4ML: what the list shows, and what the description adds."""

from __future__ import annotations

from fair4ml.entities import DataDownload, Dataset, Description
from fair4ml.identifiers import part_iri
from fair4ml.languages import parse_language
from fair4ml.mapping import describe, openml_terms as terms
from fair4ml.mapping.draft import Draft
from fair4ml.sources.openml import Dataset as Listed, DatasetDescription

PARQUET = "application/vnd.apache.parquet"


@describe.register
def describe_listed_dataset(source: Listed) -> Description:
    """What the list of datasets states about one; see `describe`."""
    iri = terms.dataset_iri(source.did)
    draft = Draft(iri)
    qualities: dict[str, None] = {}
    for position, quality in enumerate(source.quality):
        if quality is None or quality.name is None:
            continue
        value = terms.number(quality.value)
        if isinstance(value, int | float):
            qualities[draft.value(quality.name, value)] = None
        elif value is not None:
            draft.issue(f"quality.{position}", "is no number")
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
    """What the description of a dataset states; see `describe`."""
    iri = terms.dataset_iri(source.id)
    draft = Draft(iri)
    parsed = parse_language(source.language) if source.language else None
    if source.language and parsed is None:
        draft.issue("language", "names no single language")
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
        license=terms.licenses(draft, source.licence),
        keywords=terms.keywords(source.tags),
        language=[] if parsed is None else [draft.stub(parsed.stub)],
        language_tag=[] if parsed is None else [parsed.tag],
        cite_as=source.citation,
        citation=[source.paper_url] if source.paper_url else [],
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
