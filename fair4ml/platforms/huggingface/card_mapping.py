"""The card of a model on the Hugging Face Hub: a record of its own, so that a crawl without cards removes no statement.

No other record has the facts of the text. The metadata agree with the Hub's record of the model unless one of the two
is out of date; `fair4ml.merge` then prefers the Hub's record and keeps the other value as a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fair4ml.describe.articles import article_stub
from fair4ml.describe.code import code_stub
from fair4ml.describe.draft import Draft
from fair4ml.describe.source_record import parse
from fair4ml.entities import Description, FieldIssue, MLModel, ScholarlyArticle, Stub
from fair4ml.identifiers import hugging_face_model, part_iri
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface import terms
from fair4ml.platforms.huggingface.card_source import ModelCardFile
from fair4ml.platforms.huggingface.licenses import license_values, licenses
from fair4ml.platforms.huggingface.lineage import FINE_TUNING, datasets, parents
from fair4ml.platforms.huggingface.provenance import DECLARED_IN, METADATA, README, SECTIONS
from fair4ml.platforms.huggingface.source import Card, ModelInfo
from fair4ml.platforms.huggingface.tags import keywords, sorted_tags
from fair4ml.read.bibtex import PUBLICATIONS, Reference
from fair4ml.read.front_matter import FRONT_MATTER
from fair4ml.read.model_card import ModelCard, Section, read

_METADATA = (
    "base_model",
    "base_model_relation",
    "datasets",
    "language",
    "library_name",
    "license",
    "license_link",
    "license_name",
    "pipeline_tag",
    "tags",
)

_DATA = {"trainingData": "training data", "evaluationData": "evaluation data"}
_MAX_HEADINGS = 5
_MAX_HEADING = 80
_NO_SECTION = Section("", ())


@describe.register
def describe_card(source: ModelCardFile) -> Description:
    """Map a model card, with its metadata in the form of the Hub's record; see `describe`."""
    iri = hugging_face_model(source.id)
    draft = Draft(iri)
    if source.text is None:
        return draft.finish(MLModel(iri=iri, name=source.id), {})
    card = read(source.text)
    stated = {name: card.metadata[name] for name in _METADATA if name in card.metadata}
    model, unread = parse(ModelInfo, {"id": source.id, "cardData": stated})
    metadata = model.card or Card.model_validate({})
    words = sorted_tags([], metadata.tags).words
    languages = terms.languages(draft, metadata, words)
    derived_from = parents(draft, model, [])
    root = MLModel(
        iri=iri,
        name=source.id,
        language=list(dict.fromkeys(languages.values())),
        language_tag=list(languages),
        license=licenses(draft, metadata, []),
        trained_on=datasets(draft, model, []),
        was_derived_from=[parent.iri for parent in derived_from],
        fine_tuned_from=[parent.iri for parent in derived_from if parent.relation in FINE_TUNING],
        qualified_derivation=[parent.derivation for parent in derived_from],
        keywords=keywords(words, metadata, languages, {metadata.library_name, metadata.pipeline_tag}),
        description=_text(card, "description"),
        intended_use=_texts(card, "intended use"),
        model_risks_bias_limitations=_texts(card, "limitations"),
        ethical_social=_texts(card, "ethical considerations"),
        usage_instructions=_texts(card, "usage"),
        code_sample_snippet=list(card.sections.get("usage", _NO_SECTION).code),
        citation=_citation(card),
        reference_publication=_publications(draft, card.references),
        code_repository=[draft.stub(code_stub(address)) for address in card.code],
        has_co2e_emissions=card.emissions.text if card.emissions is not None else None,
        additional_property=[
            *(draft.value(name, text) for name, topic in _DATA.items() if (text := _text(card, topic)) is not None),
            *license_values(draft, metadata),
        ],
    )
    told = draft.finish(root, {})
    issues = [replace(issue, field=_metadata_field(issue)) for issue in (*unread, *told.issues)]
    issues += [replace(issue, field=f"{README}.{issue.field}") for issue in card.issues]
    return replace(told, issues=issues, exceptions=_places(root, card, told.exceptions))


def _text(card: ModelCard, topic: str) -> str | None:
    return card.sections.get(topic, _NO_SECTION).text or None


def _texts(card: ModelCard, topic: str) -> list[str]:
    text = _text(card, topic)
    return [] if text is None else [text]


def _citation(card: ModelCard) -> list[str]:
    return [*_texts(card, "citation"), *card.sections.get("citation", _NO_SECTION).code]


def _publications(draft: Draft, references: list[Reference]) -> list[str]:
    """The IRIs of the publications that the citation names, on arXiv or by DOI if it gives one."""
    found: dict[str, None] = {}
    for reference in references:
        if reference.preprint is not None:
            found[draft.stub(article_stub(reference.preprint))] = None
        elif reference.kind not in PUBLICATIONS:
            continue
        elif reference.doi is not None:
            name = "doi:" + reference.doi.removeprefix("https://doi.org/")
            found[draft.stub(Stub(reference.doi, "ScholarlyArticle", name))] = None
        elif reference.title is not None:
            part = ScholarlyArticle(
                iri=part_iri(draft.iri, "article", reference.title), name=reference.title, url=reference.url
            )
            found[draft.part(part)] = None
    return list(found)


def _metadata_field(issue: FieldIssue) -> str:
    return f"{README}.{FRONT_MATTER}.{issue.field.removeprefix('cardData.')}"


def _places(root: MLModel, card: ModelCard, elsewhere: dict[str, str]) -> dict[str, str]:
    """The place in the file of each property: a key of the metadata, or a heading."""
    places = {name: f"{METADATA}, {key}" for name, key in DECLARED_IN.items()}
    places |= {name: f"{METADATA}, {place.replace('cardData.', '')}" for name, place in elsewhere.items()}
    places |= {name: _below(_headings(card.sections.get(topic))) for name, topic in SECTIONS.items()}
    places["hasCO2eEmissions"] = _below(_headings(card.emissions))
    data = [heading for topic in _DATA.values() for heading in _headings(card.sections.get(topic))]
    places["additionalProperty"] = _below(data)
    places["codeRepository"] = _below(card.code.values())
    return {name: place for name, place in places.items() if name in root.document()}


def _headings(section: Section | None) -> tuple[str, ...]:
    return section.headings if section is not None else ()


def _below(headings: Iterable[str]) -> str:
    named = list(dict.fromkeys(headings))[:_MAX_HEADINGS]
    return f"{README}: {', '.join(heading[:_MAX_HEADING] for heading in named)}"
