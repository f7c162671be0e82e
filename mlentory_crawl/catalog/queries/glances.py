"""The few facts by which models are told apart in a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlentory_crawl.catalog.queries.evaluated import names_in
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.catalog.stored import Stored, merged


@dataclass(frozen=True, slots=True)
class Glance:
    """Facts of a model, as far as they are stated.

    Attributes:
        tasks, licenses: their names.
        parameters: the number of its parameters.
        downloads, likes: what its platform counts.
        modified: when it was changed.
    """

    tasks: list[str] = field(default_factory=list)
    licenses: list[str] = field(default_factory=list)
    parameters: int | None = None
    downloads: int | None = None
    likes: int | None = None
    modified: str | None = None


def glances(reader: CatalogReader, iris: Iterable[str]) -> dict[str, Glance]:
    """Return what is stated of models, by their IRIs; those that no record describes are left out.

    Args:
        reader: the catalog.
        iris: the models.
    """
    records: dict[str, list[Stored]] = {}
    for stored in reader.about(iris):
        records.setdefault(stored.iri, []).append(stored)
    return {iri: _glance(merged(about)[0]) for iri, about in records.items()}


def _glance(state: Mapping[str, Any]) -> Glance:
    root, names, counters = state["root"], names_in(state), state["counters"]
    return Glance(
        tasks=[names.get(iri, iri) for iri in root.get("mlTask", ())],
        licenses=[names.get(iri, iri) for iri in root.get("license", ())],
        parameters=next(_parameters(state), None),
        downloads=counters.get("downloads"),
        likes=counters.get("likes"),
        modified=None if "dateModified" not in root else str(root["dateModified"]),
    )


def _parameters(state: Mapping[str, Any]) -> Iterator[int]:
    stated = set(state["root"].get("additionalProperty", ()))
    for part in state["parts"]:
        is_count = part["iri"] in stated and part.get("propertyID") == "parameterCount" and "name" not in part
        if is_count and isinstance(value := part.get("value"), int):
            yield value
