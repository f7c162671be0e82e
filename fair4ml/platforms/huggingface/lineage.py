"""Sources of a model on the Hugging Face Hub: parent models and datasets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fair4ml.describe.draft import Draft
from fair4ml.describe.hub_repositories import hub_dataset, is_placeholder, model_id, model_stub
from fair4ml.entities import KINDS_OF_DERIVATION, Dataset, Derivation, MLModel
from fair4ml.identifiers import inside, is_repo_id, part_iri
from fair4ml.platforms.huggingface.source import ModelInfo

Tagged = list[tuple[int, str]]
"""Tags of one kind, without their prefix: each with its position among all tags."""

FINE_TUNING = frozenset({"adapter", "finetune"})

_LINK = re.compile(r"\[(?P<text>[^\[\]]+)\]\((?P<address>https?://[^\s()<>\"{}|\\^`]+)\)")
_WEB_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f<>\"{}|\\^`]+")


def dataset(draft: Draft, text: str) -> str | None:
    """The IRI of the dataset in a field that should have an id, or None if the text names none.

    An id, or a link to a dataset on the Hub, is that dataset; any other prose or link is a named part of the model.

    Args:
        draft: gets the stub or the part.
        text: the value of ``datasets`` in a card, or of a ``dataset:`` tag.
    """
    return hub_dataset(draft, text) or named_dataset(draft, text)


def named_dataset(draft: Draft, text: str) -> str | None:
    """The IRI of a dataset that has only a name, as a part of the model, or None if the text names nothing.

    An address, or that of the only link in the text, is the dataset's; the name is the text as people read it.
    """
    text = text.strip()
    name = _LINK.sub(r"\g<text>", text)
    if is_placeholder(text) or not any(map(str.isalnum, name)):
        return None
    if _WEB_ADDRESS.fullmatch(name):
        addresses, name = [name], name.partition("://")[2].rstrip("/")
    else:
        addresses = [link["address"] for link in _LINK.finditer(text)]
    url = addresses[0] if len(addresses) == 1 else None
    return draft.part(Dataset(iri=part_iri(draft.iri, "dataset", text), name=name, url=url))


def datasets(draft: Draft, source: ModelInfo, tagged: Tagged) -> list[str]:
    """The IRIs of the datasets that a model was trained on, as the card and the tags name them.

    Args:
        draft: gets the stubs and parts.
        source: the record.
        tagged: the tags that begin with ``dataset:``.
    """
    stated = source.card.datasets if source.card is not None else []
    if tagged and not any(stated):
        draft.exceptions["trainedOn"] = "tags"
    found: dict[str, None] = {}
    # Tags repeat the card; a fault there is reported once.
    for place, texts in (("cardData.datasets", enumerate(stated)), ("tags", tagged)):
        for position, text in texts:
            if text is None or (texts is tagged and text in stated):
                continue
            iri = dataset(draft, text)
            if iri is None:
                draft.issue(f"{place}.{position}", "does not name a dataset")
            else:
                found[iri] = None
    return list(found)


class Parent(NamedTuple):
    """A model that another one derives from.

    Attributes:
        iri: its IRI.
        relation: the kind of derivation, if stated.
        derivation: the IRI of the part that states the derivation.
    """

    iri: str
    relation: str | None
    derivation: str


def parents(draft: Draft, source: ModelInfo, tagged: Tagged) -> list[Parent]:
    """The models that a model derives from.

    The Hub's own finding (``baseModels``) comes first, then its tags, then the card. All three mean the same parents,
    but may use their former names: a source that has no more parents than those before it adds none. If several
    sources add some, an exception of each derivation says which of them names its parent.

    Args:
        draft: gets the stubs, and a part for each derivation.
        source: the record.
        tagged: the tags that begin with ``base_model:``.
    """
    own = source.id.casefold()
    known: dict[str, tuple[str, str | None, str]] = {}
    places = []
    for place, statements in _statements(source, tagged):
        stated: dict[str, tuple[str, str | None]] = {}
        for position, text, kind in statements:
            relation = kind if kind in KINDS_OF_DERIVATION else None
            if kind is not None and relation is None:
                draft.issue(f"{place}.{position}", "has an unknown kind of derivation")
            id, key = model_id(text)
            if id is None and (key in known or (place == _FOUND_BY_THE_HUB and "/" in text and is_repo_id(text))):
                id = text  # the Hub has looked it up
            if id is None:
                draft.issue(f"{place}.{position}", "is not the id of a model")
            elif key == own:
                draft.issue(f"{place}.{position}", "refers to the model itself")
            elif key not in stated:
                stated[key] = (id, relation)
            elif relation is not None:
                first, before = stated[key]
                if before is None:
                    stated[key] = (first, relation)
                elif before != relation:
                    draft.issue(f"{place}.{position}", "has a second kind of derivation; the first is kept")
        adds = len(stated) > len(known)
        if adds:
            places.append(place)
        for key, (id, relation) in stated.items():
            if key in known:
                first, before, named_in = known[key]
                known[key] = (first, before or relation, named_in)
            elif adds:
                known[key] = (id, relation, place)
    if places and places != [_FOUND_BY_THE_HUB]:
        draft.exceptions["wasDerivedFrom"] = ", ".join(places)
    found = []
    for id, relation, place in known.values():
        iri = draft.stub(model_stub(id))
        part = Derivation(iri=part_iri(draft.iri, "derivation", iri), entity=iri, type=relation)
        if len(places) > 1:
            draft.exceptions[f"{part.iri.removeprefix(inside(draft.iri))}.entity"] = place
        found.append(Parent(iri, relation, draft.part(part)))
    return found


def add_new_version(draft: Draft, source: ModelInfo) -> None:
    """Add the statement that the new version which the card names revises this model.

    This is the only statement of a record about an entity other than its own.
    """
    stated = source.card.new_version if source.card else None
    if stated is None:
        return
    id, key = model_id(stated)
    if id is None or key == source.id.casefold():
        draft.issue("cardData.new_version", "is not the id of another model")
    else:
        stub = model_stub(id)
        draft.part(MLModel(iri=stub.iri, name=stub.name, was_revision_of=[draft.iri]))


_FOUND_BY_THE_HUB = "baseModels.models"


def _statements(source: ModelInfo, tagged: Tagged) -> Iterator[tuple[str, list[tuple[int, str, str | None]]]]:
    """The places that name parents, each with the parents and kinds of derivation; the most reliable place first."""
    found, card = source.base_models, source.card
    if found is not None:
        ids = enumerate(found.models)
        yield _FOUND_BY_THE_HUB, [(n, model.id, found.relation) for n, model in ids if model is not None and model.id]
    if tagged:
        yield "tags", [(n, *_of_tag(text)) for n, text in tagged]
    if card is not None and card.base_model:
        relation = card.base_model_relation
        yield "cardData.base_model", [(n, text, relation) for n, text in enumerate(card.base_model) if text is not None]


@lru_cache(maxsize=65_536)
def _of_tag(text: str) -> tuple[str, str | None]:
    """The parent and the kind of derivation in a tag, which may have both or only the parent."""
    relation, colon, parent = text.partition(":")
    return (parent, relation) if colon and relation in KINDS_OF_DERIVATION else (text, None)
