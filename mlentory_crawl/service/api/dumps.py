"""Dumps: exports of the catalog, as files to download."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Path as InPath, Query, Request, Response
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from mlentory_crawl.catalog.queries.edition import edition
from mlentory_crawl.data_directory import DUMPS
from mlentory_crawl.exporters.dumps import Dump, dump_in, dumps_in
from mlentory_crawl.service.heads import is_head
from mlentory_crawl.service.json_answers import hashed_answer, source_of, unless_known
from mlentory_crawl.service.paging import Extent, Paged, extent, neighbors
from mlentory_crawl.service.parameters import NoParameters
from mlentory_crawl.service.source import Source

router = APIRouter(tags=["dumps"])

BINARY = "application/octet-stream"
"""The type of all dumps: as they are, so that a part of one is a part, and its checksum holds."""
FILE = {"description": "The file, or the part of it that `Range` names.", "content": {BINARY: {}}}


class DumpsAnswer(Extent):
    """Files to download, newest first."""

    dumps: list[Dump]


class DumpFile(FileResponse):
    """A file, as a whole or in parts; of which nothing is read for HEAD."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__({**scope, "method": "HEAD"} if is_head(scope) else scope, receive, send)


@router.get("/dumps", operation_id="dumps", response_model=DumpsAnswer)
def dumps(request: Request, asked: Annotated[Paged, Query()]) -> Response:
    """List the exports that can be downloaded, each with its checksum and what it is true for."""
    found = dumps_of(source_of(request))
    shown = found[asked.offset : asked.offset + asked.limit]
    links = neighbors(request, total=len(found), limit=asked.limit, offset=asked.offset)
    return hashed_answer(request, {**extent(len(found), len(shown), asked.offset), "dumps": shown}, **links)


@router.get(
    "/dumps/{name}", operation_id="dump", response_class=DumpFile, responses={"200": FILE, "206": FILE, "416": {
        "description": "The file has no such part.", "content": {"text/plain": {}}
    }}
)  # fmt: skip
def dump(request: Request, name: Annotated[str, InPath(min_length=1, max_length=200)], _: NoParameters) -> Response:
    """Send an export, or a part of it (`Range`); its SHA-256 is its entity tag."""
    source = source_of(request)
    folder = _folder(source)
    found = dump_in(folder, name, source.catalog.ask(edition))
    headers = {
        "ETag": unless_known(request, f'"{found.sha256}"'),
        "Cache-Control": "no-cache",
        "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(found.sha256)).decode()}:",
    }
    return DumpFile(folder / found.name, headers=headers, media_type=BINARY, filename=found.name)


def dumps_of(source: Source) -> list[Dump]:
    """Return the files that can be downloaded now, newest first."""
    return dumps_in(_folder(source), source.catalog.ask(edition))


def _folder(source: Source) -> Path:
    return source.catalog_file.with_name(DUMPS)
