"""The entities that requests name."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import Field

from mlentory_crawl.catalog.queries.find import find
from mlentory_crawl.data_directory import in_utc
from mlentory_crawl.face import Catalog
from mlentory_crawl.service.paging import Paged
from mlentory_crawl.service.parameters import Parameters

Name = Annotated[
    str, Field(min_length=1, max_length=2_000, description="an id, an IRI, an address of a page, or a catalog key")
]
Segment = Annotated[str, Path(min_length=1, max_length=200)]
PathName = Annotated[str, Path(min_length=1, max_length=2_000)]


class Named(Parameters):
    """An entity by its name."""

    name: Name


class NamedPaged(Paged):
    """An entity by its name, and the part of a list about it."""

    name: Name


def iri_of(catalog: Catalog, name: str, at: datetime | None = None) -> str:
    """Return the IRI of the entity that a name means, now or at a time.

    Raises:
        NotFound: there is no such entity, or there are several of this name.
    """
    return str(catalog.ask(find, name, None if at is None else in_utc(at)).root["iri"])
