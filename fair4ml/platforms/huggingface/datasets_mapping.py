"""Datasets of the Hugging Face Hub as Croissant and schema.org describe datasets.

The owner is the creator, as the Hub's own Croissant has it. Statements about size, form and origin have no term
in the vocabularies and become additional properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from fair4ml.describe.draft import Draft
from fair4ml.entities import Dataset, Description, PropertyValue
from fair4ml.identifiers import hugging_face_dataset, part_iri
from fair4ml.normalize.languages import parse_language
from fair4ml.normalize.tasks import task_stub
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface import terms
from fair4ml.platforms.huggingface.datasets_source import DatasetCard, DatasetInfo
from fair4ml.platforms.huggingface.evaluations import owner_stub
from fair4ml.platforms.huggingface.licenses import license_values, licenses
from fair4ml.platforms.huggingface.lineage import Tagged
from fair4ml.platforms.huggingface.repository import access, created, owner_name

VALUES: Mapping[str, str] = {
    "size_categories": "sizeCategory",
    "format": "format",
    "modality": "modality",
    "multilinguality": "multilinguality",
    "annotations_creators": "annotationsCreator",
    "language_creators": "languageCreator",
    "source_datasets": "sourceDataset",
}
"""``propertyID`` by the Hub's name in cards and tags (https://huggingface.co/docs/hub/datasets-cards)."""

_LINKED = ("license", "language", "arxiv", "doi", "task_categories", "task_ids")
_MACHINE_PREFIXES = frozenset({"deploy", "library", "region"})
_NOTHING = frozenset({"", "???", "n/a", "none", "null", "other", "unknown"})
_CUT = re.compile(r"\s*See the full description on the dataset page: https?://\S+\s*$")
_BLANK_LINES = re.compile(r"\n{3,}")
_PAPERS_WITH_CODE_ID = re.compile(r"\w[\w.-]*")
_NO_CARD = DatasetCard.model_validate({})


@describe.register
def describe_dataset(source: DatasetInfo) -> Description:
    """Map the Hub's record of a dataset; see `describe`."""
    iri = hugging_face_dataset(source.id)
    draft = Draft(iri)
    card = source.card or _NO_CARD
    tagged, words = _sorted_tags(source.tags, card.tags)
    owner = owner_name(draft, source, "creator")
    languages = _languages(draft, card, tagged["language"])
    citation = (source.citation or "").strip()
    dataset = Dataset(
        iri=iri,
        name=source.id,
        alternate_name=[card.pretty_name] if card.pretty_name and card.pretty_name.strip() else [],
        url=iri,
        identifier=[source.id, *terms.dois(draft, tagged["doi"])],
        same_as=_same_as(draft, source, card),
        description=readable(source.description or ""),
        creator=[] if owner is None else [draft.stub(owner_stub(owner))],
        date_created=created(source),
        date_modified=source.last_modified,
        license=licenses(draft, card, tagged["license"]),
        keywords=words,
        language=list(dict.fromkeys(languages.values())),
        language_tag=list(languages),
        version=source.sha,
        citation=[] if citation.casefold() in _NOTHING else [citation],
        reference_publication=terms.articles(draft, card, tagged["arxiv"]),
        conditions_of_access=access(source, card),
        about=_tasks(draft, card, tagged),
        additional_property=[*_values(draft, card, tagged), *license_values(draft, card), *_sizes(draft, card)],
        archived_at=[] if source.sha is None else [f"{iri}/tree/{source.sha}"],
        discussion_url=f"{iri}/discussions",
    )
    return draft.finish(dataset, source.counted())


def readable(description: str) -> str | None:
    """A description without the layout that the Hub's rendering of a card leaves, and without the link to the rest."""
    lines = [line.lstrip("\t").rstrip() for line in _CUT.sub("", description).splitlines()]
    text = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    return None if text.casefold() in _NOTHING else text


def _sorted_tags(of_hub: list[str | None], of_card: list[str | None]) -> tuple[dict[str, Tagged], list[str]]:
    """Tags by their prefix, which is cut off, and the tags without a prefix."""
    tagged: dict[str, Tagged] = {prefix: [] for prefix in (*_LINKED, *VALUES)}
    words: dict[str, None] = {}
    for position, tag in enumerate(of_hub):
        prefix, colon, text = (tag or "").partition(":")
        if colon and prefix in tagged:
            tagged[prefix].append((position, text))
        elif tag and not tag.isspace() and not (colon and prefix in _MACHINE_PREFIXES):
            words[tag] = None
    for tag in of_card:
        if tag and not tag.isspace() and tag.partition(":")[0] not in tagged:
            words[tag] = None
    return tagged, list(words)


def _statements(field: str, stated: list[str | None], tagged: Tagged) -> Iterator[tuple[str, str]]:
    """The texts in a card and then in the tags, each once, with its place."""
    known = set()
    for place, texts in ((f"cardData.{field}", enumerate(stated)), ("tags", tagged)):
        for position, text in texts:
            if text is not None and text not in known and text.strip().casefold() not in _NOTHING:
                known.add(text)
                yield f"{place}.{position}", text


def _languages(draft: Draft, card: DatasetCard, tagged: Tagged) -> dict[str, str]:
    found = terms.languages(draft, card, [])
    if any(card.language):
        return found
    for position, text in tagged:
        parsed = parse_language(text)
        if parsed is not None:
            found[parsed.tag] = draft.stub(parsed.stub)
        elif text not in terms.NO_SINGLE_LANGUAGE:
            draft.issue(f"tags.{position}", "does not name a single language")
    if found:
        draft.exceptions["inLanguage"] = draft.exceptions["languageTag"] = "tags"
    return found


def _tasks(draft: Draft, card: DatasetCard, tagged: dict[str, Tagged]) -> list[str]:
    found: dict[str, None] = {}
    places = []
    for field, stated in (("task_categories", card.task_categories), ("task_ids", card.task_ids)):
        for place, text in _statements(field, stated, tagged[field]):
            stub = task_stub(text)
            if stub is None:
                draft.issue(place, "is not a known task")
            else:
                found[draft.stub(stub)] = None
                places.append(place)
    if found and all(place.startswith("tags.") for place in places):
        draft.exceptions["about"] = "tags"
    return list(found)


def _values(draft: Draft, card: DatasetCard, tagged: dict[str, Tagged]) -> list[str]:
    """Values of properties that can have several: each is identified by the value itself."""
    values = []
    for field, property_id in VALUES.items():
        stated: list[str | None] = getattr(card, field, [])
        for _, text in _statements(field, stated, tagged[field]):
            value = text.strip()
            part = PropertyValue(
                iri=part_iri(draft.iri, "property", property_id, value), property_id=property_id, value=value
            )
            values.append(draft.part(part))
    for property_id, said in (("licenseDetails", card.license_details), ("extraGatedPrompt", card.extra_gated_prompt)):
        if said and said.strip():
            values.append(draft.value(property_id, said.strip()))
    return list(dict.fromkeys(values))


def _sizes(draft: Draft, card: DatasetCard) -> list[str]:
    """Rows by configuration and split, bytes by configuration: configurations overlap, so nothing is added up."""
    values: dict[str, None] = {}
    for n, info in enumerate(card.dataset_info):
        if info is None:
            continue
        name = info.config_name
        sizes = [("datasetSize", info.dataset_size, "bytes", name), ("downloadSize", info.download_size, "bytes", name)]
        for split in info.splits:
            if split is not None:
                place = "/".join(part for part in (name, split.name) if part) or None
                sizes.append(("rowCount", split.num_examples, "rows", place))
        for property_id, value, unit, place in sizes:
            if value is None:
                continue
            if part_iri(draft.iri, "property", property_id, place) in values:
                draft.issue(f"cardData.dataset_info.{n}", "has a second value for the same size; the first is kept")
            else:
                values[draft.value(property_id, value, unit=unit, name=place)] = None
    return list(values)


def _same_as(draft: Draft, source: DatasetInfo, card: DatasetCard) -> list[str]:
    place, id = "paperswithcode_id", source.paperswithcode_id
    if id is None:
        place, id = "cardData.paperswithcode_id", card.paperswithcode_id
    if id is None or id.strip().casefold() in _NOTHING:
        return []
    if _PAPERS_WITH_CODE_ID.fullmatch(id.strip()) is None:
        draft.issue(place, "is not the id of a dataset")
        return []
    if place != "paperswithcode_id":
        draft.exceptions["sameAs"] = place
    return [f"https://paperswithcode.com/dataset/{quote(id.strip())}"]
