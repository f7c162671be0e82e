"""The entities that pages of OpenML are about, by their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from fair4ml.entities import Stub

HOST = "openml.org"
HOSTS = frozenset({HOST})
"""The hosts of pages about entities of OpenML."""
OPENML = "https://www.openml.org/"
"""The beginning of OpenML's IRIs, whatever the endpoint."""
RANK = 4
"""The place among the platforms that a text may mean, the most likely first."""

_PAGE = re.compile(r"(?:https?://)?(?:www\.)?openml\.org/(?P<thing>[dft]/[1-9]\d{0,17})/?(?:[?#].*)?", re.ASCII)
_THING = re.compile(r"[dft]/[1-9]\d{0,17}", re.ASCII)
_TYPES = {"data": "d", "dataset": "d", "flow": "f", "task": "t"}


def dataset_iri(id: str) -> str:
    """The IRI of a dataset."""
    return f"{OPENML}d/{id}"


def flow_iri(id: str) -> str:
    """The IRI of a flow."""
    return f"{OPENML}f/{id}"


@lru_cache(maxsize=65_536)
def dataset_stub(id: str, name: str | None = None) -> Stub:
    """The stub of a dataset, by its id; every record that refers to it gives its name."""
    return Stub(dataset_iri(id), "Dataset", name or f"Dataset {id}")


@lru_cache(maxsize=65_536)
def flow_stub(id: str, full_name: str | None = None) -> Stub:
    """The stub of a flow, by its id; every record that refers to it gives its name and version."""
    return Stub(flow_iri(id), "MLModel", full_name or f"Flow {id}")


def entity_of(text: str) -> str | None:
    """The entity that a name, or one of OpenML's pages, is about, as ``f/100``; None if it is about none."""
    if _THING.fullmatch(text):
        return text
    if match := _PAGE.fullmatch(text):
        return match["thing"]
    try:
        url = urlsplit(text)
    except ValueError:
        return None
    if url.path.rstrip("/") != "/search" or (url.hostname or "").removeprefix("www.") != HOST:
        return None
    query = parse_qs(url.query)
    entity = f"{_TYPES.get(query.get('type', [''])[0], '')}/{query.get('id', [''])[0]}"
    return entity if _THING.fullmatch(entity) else None


def named_at(url: str) -> Stub | None:
    """The dataset or the flow that a page is about."""
    kind, _, id = ((entity_of(url) if "://" in url else None) or "").partition("/")
    return dataset_stub(id) if kind == "d" else flow_stub(id) if kind == "f" else None


def meant(text: str) -> Iterator[str]:
    """The IRI of the entity that a name such as ``f/100``, or one of OpenML's pages, means."""
    entity = entity_of(text)
    if entity is not None:
        yield OPENML + entity
