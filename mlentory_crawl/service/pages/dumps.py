"""The page of dumps: exports of the catalog to download, and how to check them."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from mlentory_crawl.service.api.dumps import dumps_of
from mlentory_crawl.service.json_answers import source_of
from mlentory_crawl.service.pages.page_templates import page

router = APIRouter()


@router.get("/dumps")
def dumps(request: Request) -> Response:
    """Show the exports that can be downloaded."""
    return page(request, "dumps", dumps=dumps_of(source_of(request)), base=str(request.base_url))
