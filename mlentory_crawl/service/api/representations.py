"""The representations of an entity, and the links by which programs find them (https://signposting.org)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import Request, Response

from fair4ml.entities import CLASSES
from fair4ml.write.ro_crate import METADATA, ro_crate
from mlentory_crawl.catalog.queries.description import Description
from mlentory_crawl.data_directory import now
from mlentory_crawl.service.api.named import iri_of
from mlentory_crawl.service.json_answers import json_answer, source_of, tagged
from mlentory_crawl.service.negotiation import HTML, JSON, JSON_LD, TURTLE, preferred
from mlentory_crawl.service.parameters import MOST_MENTIONS

FORMATS = {"json": JSON, "jsonld": JSON_LD, "turtle": TURTLE}
ENTITY = "/api/v1/entity"
CRATE_PROFILE = "https://w3id.org/ro/crate/1.2"
MOST_LINKS = 10
"""The number of licenses, and of authors, that the header names."""
LONGEST = 1_000
"""The number of characters of an address that the header names."""
AUTHORS = ("author", "creator", "sharedBy")
_OPEN: dict[str, Any] = {"schema": {"type": "object"}}
FORMS: dict[int | str, dict[str, Any]] = {
    200: {"content": {JSON_LD: _OPEN, TURTLE: {"schema": {"type": "string"}}}, "description": "The entity."}
}
"""The further representations, for the description of the API."""
CRATE: dict[int | str, dict[str, Any]] = {200: {"content": {JSON_LD: _OPEN}, "description": "The research object."}}


class Crate(Response):  # of a library without types here
    """The metadata of a research object."""

    media_type = JSON_LD


def data_instead(request: Request, name: str, at: datetime | None) -> Response | None:
    """Return an entity as data if the client prefers that to its page.

    Args:
        request: the request for the page.
        name: the name of the entity.
        at: the time whose state is wanted; None for now.

    Raises:
        NotFound: there is no such entity, or there are several of this name.
    """
    media_type = preferred(request.headers.get("Accept"), (HTML, JSON, JSON_LD, TURTLE))
    return None if media_type == HTML else _answer(request, name, at, media_type, why=True)


def represented(request: Request, name: str, at: datetime | None, format: str | None, *, why: bool) -> Response:
    """Return an entity as data, in the format that is asked for, or that the client prefers.

    Args:
        request: the request.
        name: the name of the entity.
        at: the time whose state is wanted; None for now.
        format: one of `FORMATS`; None for what the client accepts.
        why: whether JSON says which records state each property.

    Raises:
        NotFound: there is no such entity, or there are several of this name.
    """
    accepted = preferred(request.headers.get("Accept"), tuple(FORMATS.values()))
    return _answer(request, name, at, FORMATS[format] if format else accepted, why=why)


def _answer(request: Request, name: str, at: datetime | None, media_type: str, *, why: bool) -> Response:
    # The version is read first: an answer may be newer than it says, never older.
    catalog = source_of(request).catalog
    tag = tagged(request, form=media_type.rpartition("/")[2], exists=lambda: iri_of(catalog, name, at))
    described = catalog.model(name, at, mentions_read=MOST_MENTIONS)
    links = {"Link": signposts(request, described)}
    if media_type == TURTLE:
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept", **links}
        return Response(described.turtle(), media_type=TURTLE, headers=headers)
    if media_type == JSON_LD:
        return json_answer(described.jsonld(), tag, JSON_LD, **links)
    told = described.to_dict()
    if not why:
        del told["statements"]
    return json_answer(told, tag, **links)


def crate(request: Request, name: str) -> Response:
    """Return an entity as the metadata of a research object.

    Raises:
        NotFound: there is no such entity, or there are several of this name.
    """
    catalog = source_of(request).catalog
    tag = tagged(request, form="crate", exists=lambda: iri_of(catalog, name))
    described = catalog.model(name, mentions_read=MOST_MENTIONS)
    fetched = [each.provenance["fetched_at"] for each in described.records if "fetched_at" in each.provenance]
    licenses = {each.provenance.get("license") for each in described.records}
    (license,) = licenses if len(licenses) == 1 else (None,)
    document = ro_crate(described.state, max(fetched, default=now()), license)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Link": signposts(request, described)}
    return Response(orjson.dumps(document), media_type=JSON_LD, headers=headers)


def signposts(request: Request, described: Description) -> str:
    """Return the links to the identifier of an entity, its representations, its types, licenses and authors."""
    root = described.root
    entity = request.scope.get("root_path", "") + ENTITY
    named = f"{entity}?{urlencode({'name': described.iri})}"
    crated = f"{entity}/{METADATA}?{urlencode({'name': described.iri})}"
    links = [
        *_links("cite-as", [described.iri]),
        *(f'<{named}&format={name}>; rel="describedby"; type="{FORMATS[name]}"' for name in FORMATS),
        f'<{crated}>; rel="describedby"; type="{JSON_LD}"; profile="{CRATE_PROFILE}"',
        *_links("type", CLASSES[root["class"]].types),
        *_links("license", root.get("license", [])),
        *_links("author", next((root[name] for name in AUTHORS if name in root), [])),
    ]
    return ", ".join(links)


def _links(relation: str, iris: Any) -> list[str]:
    found = [iri for iri in iris if iri.startswith(("https://", "http://")) and len(iri) <= LONGEST]
    return [f'<{quote(iri, safe=_SAFE)}>; rel="{relation}"' for iri in found[:MOST_LINKS]]


_SAFE = "/:?#@!$&'()*+,;=%~"
