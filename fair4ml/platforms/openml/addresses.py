"""The entities that pages of OpenML are about, by their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

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


def meant(text: str) -> Iterator[str]:
    """The IRI of the entity that a name such as ``f/100``, or one of OpenML's pages, means."""
    entity = entity_of(text)
    if entity is not None:
        yield OPENML + entity
