"""Models of the Hugging Face Hub as FAIR4ML.

The name is the full id: thousands of models share what follows the owner. The uploader shares a model (``sharedBy``)
and is never called its author. Tags whose fact another property has, and those that the Hub's services add, are not
keywords; a tag that happens to be the code of a task is a keyword: the Hub takes only the pipeline tag for the task.
"""

from __future__ import annotations

from fair4ml.describe.draft import Draft
from fair4ml.entities import Description, MLModel
from fair4ml.identifiers import hugging_face_model
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface import (
    card_mapping,  # noqa: F401  registers the mapping of cards
    croissant_mapping,  # noqa: F401  registers the mapping of Croissant files
    datasets_mapping,  # noqa: F401  registers the mapping of datasets
    files,  # noqa: F401  registers the mapping of file lists
    owners_mapping,  # noqa: F401  registers the mapping of owners
    terms,
)
from fair4ml.platforms.huggingface.evaluations import evaluations, owner_stub
from fair4ml.platforms.huggingface.licenses import license_values, licenses
from fair4ml.platforms.huggingface.lineage import FINE_TUNING, add_new_version, datasets, parents
from fair4ml.platforms.huggingface.parameters import parameter_counts
from fair4ml.platforms.huggingface.repository import access, created, owner_name
from fair4ml.platforms.huggingface.source import Card, ModelInfo
from fair4ml.platforms.huggingface.tags import keywords, sorted_tags

_NO_CARD = Card.model_validate({})


@describe.register
def describe_model(source: ModelInfo) -> Description:
    """Map the Hub's record of a model; see `describe`."""
    iri = hugging_face_model(source.id)
    draft = Draft(iri)
    card = source.card or _NO_CARD
    tags = sorted_tags(source.tags, card.tags)
    owner = owner_name(draft, source, "sharedBy")
    task = terms.task(draft, source, card)
    libraries = terms.libraries(draft, source, card)
    languages = terms.languages(draft, card, tags.words)
    trained_on = datasets(draft, source, tags.datasets)
    derived_from = parents(draft, source, tags.parents)
    evaluated = evaluations(draft, source, owner, trained_on)
    add_new_version(draft, source)
    model = MLModel(
        iri=iri,
        name=source.id,
        url=iri,
        identifier=[source.id, *terms.dois(draft, tags.dois)],
        shared_by=[] if owner is None else [draft.stub(owner_stub(owner))],
        ml_task=[] if task is None else [draft.stub(task)],
        software_requirements=[draft.stub(terms.library_stub(library)) for library in libraries],
        model_category=terms.categories(source),
        language=list(dict.fromkeys(languages.values())),
        language_tag=list(languages),
        license=licenses(draft, card, tags.licenses),
        trained_on=trained_on,
        was_derived_from=[parent.iri for parent in derived_from],
        fine_tuned_from=[parent.iri for parent in derived_from if parent.relation in FINE_TUNING],
        qualified_derivation=[parent.derivation for parent in derived_from],
        reference_publication=terms.articles(draft, card, tags.articles),
        has_evaluation=list(evaluated.iris),
        evaluated_on=list(evaluated.datasets),
        validated_on=list(evaluated.validated_on),
        tested_on=list(evaluated.tested_on),
        additional_property=[*_values(draft, source, card), *license_values(draft, card)],
        conditions_of_access=access(source, card),
        legal=[text for text in (card.license_details, card.extra_gated_prompt) if text and text.strip()],
        has_co2e_emissions=_emissions(draft, card),
        date_created=created(source),
        date_modified=source.last_modified,
        version=source.sha,
        archived_at=[] if source.sha is None else [f"{iri}/tree/{source.sha}"],
        # Metadata are part of the card's file; without them there may be no card.
        readme=None if source.card is None else f"{iri}/blob/{source.sha or 'main'}/README.md",
        discussion_url=f"{iri}/discussions",
        issue_tracker=f"{iri}/discussions",
        keywords=keywords(
            tags.words, card, languages, {*libraries, source.library_name, None if task is None else task.name}
        ),
    )
    return draft.finish(model, source.counted())


def _values(draft: Draft, source: ModelInfo, card: Card) -> list[str]:
    values = parameter_counts(draft, source)
    gguf = source.gguf
    if gguf is not None and gguf.context_length is not None:
        values.append(draft.value("contextLength", gguf.context_length, unit="tokens"))
    quantization = source.config.quantization_config if source.config is not None else None
    if quantization is not None and quantization.quant_method:
        values.append(draft.value("quantization", quantization.quant_method))
    if quantization is not None and quantization.bits is not None:
        values.append(draft.value("quantizationBits", quantization.bits))
    if source.transformers_info is not None and source.transformers_info.auto_model:
        values.append(draft.value("autoModel", source.transformers_info.auto_model))
    if card.co2_eq_emissions is not None and card.co2_eq_emissions.hardware_used:
        values.append(draft.value("trainingHardware", card.co2_eq_emissions.hardware_used))
    return values


def _emissions(draft: Draft, card: Card) -> str | None:
    """The emissions as a text with the unit: numbers are grams; a text has its own unit."""
    stated = card.co2_eq_emissions
    if stated is None or stated.emissions is None or stated.emissions == "":
        return None
    if isinstance(stated.emissions, str):
        text = stated.emissions
        if not any(map(str.isdigit, text)):
            draft.issue("cardData.co2_eq_emissions", "does not state an amount")
            return None
    elif stated.emissions < 0:
        draft.issue("cardData.co2_eq_emissions", "is negative")
        return None
    else:
        text = f"{stated.emissions} g CO2e"
    details = [
        f"{name}: {value}"
        for name, value in (
            ("source", stated.source),
            ("training", stated.training_type),
            ("location", stated.geographical_location),
        )
        if value
    ]
    return f"{text} ({'; '.join(details)})" if details else text
