"""The tool that finds models that are similar to another one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from mlentory_crawl.catalog.queries.similar import Shared, SimilarModel, similar
from mlentory_crawl.service.agents.arguments import Arguments, AsNumber, Name
from mlentory_crawl.service.agents.fitting import Answer, fitted
from mlentory_crawl.service.agents.offer import STRANGERS, Offer, following
from mlentory_crawl.service.agents.strangers_texts import name_of
from mlentory_crawl.service.api.named import iri_of
from mlentory_crawl.service.source import Source

NAME = "similar"
FARTHEST, REASONS = 100, 8
"""The number of models that can be had, and of reasons that an answer shows."""


class SimilarArguments(Arguments):
    """A model, and the number of models that are asked for."""

    name: Annotated[Name, Field(min_length=1, description="The model: id such as `owner/name`, IRI or name.")]
    limit: Annotated[int, AsNumber, Field(ge=1, le=50, description="The maximum number of models.")] = 10
    offset: Annotated[
        int, AsNumber, Field(ge=0, lt=FARTHEST, description="Leave out this many models first; `next` has it.")
    ] = 0


class Reason(TypedDict):
    """Something that both models have, and the number of models that have it."""

    property: str
    iri: str
    name: str
    models: int


class Alike(TypedDict):
    """A similar model, with the reasons."""

    iri: str
    name: str
    score: float
    shared: list[Reason]
    total_shared: int


class AlikeModels(Answer):
    """Similar models, the most similar first, but varied."""

    model: str
    models: list[Alike]
    too_common: Annotated[list[Reason], Field(description="what so many models have that it says nothing")]


def similar_models(source: Source, asked: SimilarArguments) -> dict[str, Any]:
    """Find models that share bases, data, papers or the task with another one.

    Args:
        source: the catalog.
        asked: the model.

    Raises:
        NotFound: there is no such model.
    """
    version, catalog = source.version(), source.catalog
    found = catalog.ask(similar, iri_of(catalog, asked.name), asked.offset + asked.limit)
    frame = {
        "total": found.total,
        "model": found.iri,
        "models": [],
        "too_common": [_reason(each) for each in found.too_common[:REASONS]],
        "as_of": version,
        "note": f"{STRANGERS} Similar means that records state something in common; the first {FARTHEST} can be had.",
    }

    entries = (("models", _model(each)) for each in found.models[asked.offset :])
    return fitted(frame, entries, following(NAME, asked, asked.offset, min(found.total, FARTHEST)))


def _model(each: SimilarModel) -> Alike:
    return {
        "iri": each.iri,
        "name": name_of(each.name),
        "score": each.score,
        "shared": [_reason(reason) for reason in each.shared[:REASONS]],
        "total_shared": len(each.shared),
    }


def _reason(each: Shared) -> Reason:
    return {"property": each.property, "iri": each.iri, "name": name_of(each.name), "models": each.models}


SIMILAR = Offer(
    NAME,
    "Similar models",
    "Models that share a base, training data, a paper, an evaluation dataset or the task with a model, each with the"
    " reasons; what few models share counts more.",
    SimilarArguments,
    AlikeModels,
    similar_models,
)
