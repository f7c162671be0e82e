"""The application: its routes, what surrounds them, and what becomes of failures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from mlentory_crawl import __version__
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.service import json_answers
from mlentory_crawl.service.agents.mcp_endpoint import AgentsEndpoint
from mlentory_crawl.service.api.dumps import BINARY
from mlentory_crawl.service.api.openapi import Description
from mlentory_crawl.service.api.routers import ROUTERS
from mlentory_crawl.service.gateway.audit_log import AuditLog
from mlentory_crawl.service.gateway.guard import Gateway
from mlentory_crawl.service.gateway.key_store import Keys
from mlentory_crawl.service.gateway.oidc_settings import OidcSettings
from mlentory_crawl.service.gateway.policy import Policy
from mlentory_crawl.service.gateway.service_database import state_dir
from mlentory_crawl.service.gateway.session_store import Sessions
from mlentory_crawl.service.headers import SafeHeaders
from mlentory_crawl.service.heads import Heads
from mlentory_crawl.service.pages import (
    boards,
    changes,
    compare,
    drift,
    dumps,
    entity,
    history,
    lineage,
    query,
    runs,
    search as search_page,
    start,
    used,
)
from mlentory_crawl.service.pages.page_templates import failed
from mlentory_crawl.service.source import Source
from mlentory_crawl.service.sparql import endpoint as sparql
from mlentory_crawl.service.sparql.pool import Pool
from mlentory_crawl.service.static_files import VersionedFiles
from mlentory_crawl.service.watch import probes
from mlentory_crawl.service.watch.probes import Watch
from mlentory_crawl.stores.sparql.folder import folder_of

THREADS = 8
"""The number of requests that are answered at the same time; each has a connection to the catalog with its cache."""
API = "/api/v1"
ASKED_WITH = ("Authorization", "Content-Type", "From", "If-None-Match")
TOLD_WITH = ("ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After", "X-MLentory-Sequence", "X-Request-Id")
"""The headers that pages of other origins may send and read, if the settings name their origins."""
LEAST_COMPRESSED, COMPRESSION = 1_000, 5
"""The number of bytes from which answers are compressed, and how much: more costs twice the time for a few bytes."""
AS_THEY_ARE = (*DEFAULT_EXCLUDED_CONTENT_TYPES, BINARY)
"""The types of answers that are never compressed."""


def application(settings: Mapping[str, Any]) -> FastAPI:
    """Return the application that serves a data directory.

    Args:
        settings: the project's settings, `MLENTORY_DATA_DIR` among them.

    Raises:
        CatalogError: there is no catalog that can be read.
        SettingError: a setting of the gateway is invalid.
    """
    source = Source(settings)
    state = state_dir(settings)
    policy, keys, watch = Policy.from_settings(settings), Keys(state), Watch(source)
    audit = AuditLog(state, policy.audit_days)
    oidc = OidcSettings.from_settings(settings)
    sessions = Sessions(state, oidc.session_hours) if oidc else None
    pool = Pool(folder_of(settings))
    agents = AgentsEndpoint(source, pool, policy.hosts)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        audit.start()
        described.prepare()
        async with agents.opened():
            yield
        await pool.close()
        audit.close()
        keys.close()
        if sessions is not None:
            sessions.close()
        watch.close()
        source.close()

    app = FastAPI(
        title="MLentory",
        summary="Machine-learning models, what they derive from, and who says so.",
        version=__version__,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.source = source
    app.state.state_dir = state
    app.state.sparql = pool
    app.state.watch = watch
    app.include_router(probes.router, include_in_schema=False)
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    app.openapi = described = Description(app, source)
    for page in (
        start,
        search_page,
        lineage,
        history,
        entity,
        boards,
        compare,
        used,
        changes,
        runs,
        drift,
        dumps,
        query,
    ):
        app.include_router(page.router, include_in_schema=False)
    app.include_router(sparql.router)
    app.router.routes.extend(agents.routes)
    app.mount("/static", VersionedFiles())
    app.state.sign_in = None
    if oidc is not None and sessions is not None:
        from mlentory_crawl.service.pages import sign_in  # needs an extra of its own

        app.state.sign_in = sign_in.SignIn(oidc, sessions)
        app.include_router(sign_in.router, include_in_schema=False)
    app.add_middleware(
        Gateway, policy=policy, keys=keys, metrics=watch.requests, audit=audit, refusal=_told, sessions=sessions
    )
    if policy.origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=policy.origins, allow_methods=["GET", "POST"], allow_headers=ASKED_WITH,
            expose_headers=TOLD_WITH, allow_credentials=False,
        )  # fmt: skip
    app.add_middleware(
        GZipMiddleware, minimum_size=LEAST_COMPRESSED, compresslevel=COMPRESSION, exclude_content_types=AS_THEY_ARE
    )
    app.add_middleware(SafeHeaders)
    app.add_middleware(Heads)
    app.add_exception_handler(json_answers.Unchanged, _unchanged)
    app.add_exception_handler(MlentoryError, _failed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    return app


def _unchanged(request: Request, error: Exception) -> Response:
    assert isinstance(error, json_answers.Unchanged)
    return Response(status_code=304, headers={"ETag": error.tag, "Cache-Control": "no-cache", "Vary": "Accept"})


def _failed(request: Request, error: Exception) -> Response:
    # Messages are for who runs the service; others need not know where its data are.
    folder = str(json_answers.source_of(request).catalog_file.parent)
    return _told(request, json_answers.status_of(error), str(error).replace(folder, "the data directory"))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    if first["type"] == "value_error":
        first["msg"] = str(first["ctx"]["error"])
    return _told(request, 400, f"{where}: {first['msg']}" if where else str(first["msg"]))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = _told(request, error.status_code, str(error.detail))
    answer.headers.update(error.headers or {})
    if "GET" in (allowed := answer.headers.get("Allow", "").split(", ")):
        answer.headers["Allow"] = ", ".join(dict.fromkeys([*allowed, "HEAD"]))
    return answer


def _told(request: Request, status: int, detail: str) -> Response:
    """Say what is wrong: to programs as JSON, to people as a page."""
    wants_page = "text/html" in request.headers.get("Accept", "")
    if request.url.path.startswith("/api/") or not wants_page:
        return json_answers.problem(status, detail)
    return failed(request, status, detail)
