"""Entries and counts of the audit, and lines of the access log: all that is kept of requests once they are answered."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import TextIO

import orjson
from starlette.types import Scope

from mlentory_crawl.data_directory import now
from mlentory_crawl.service.gateway.audit_chain import Entry
from mlentory_crawl.service.gateway.audit_log import AuditLog
from mlentory_crawl.service.gateway.key_store import KEY
from mlentory_crawl.service.gateway.policy import Policy
from mlentory_crawl.service.gateway.request_exchange import Exchange
from mlentory_crawl.service.gateway.roles import Role
from mlentory_crawl.service.gateway.route_table import Access

QUERY = "query_text"
"""The name by which routes tell the text of a query that they answer."""
LONGEST_LOGGED, LONGEST_QUERY, LONGEST_METHOD = 500, 4_000, 20
NOTED = frozenset((HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS))
"""Statuses of refusals that are entries of the audit."""


class RequestNotes:
    """Keeps what the settings say of each request.

    Args:
        policy: the settings.
        audit: keeps entries and counts.
        file: where requests are logged if the settings say so; the standard error if None.
    """

    def __init__(self, policy: Policy, audit: AuditLog, file: TextIO | None = None) -> None:
        self._policy = policy
        self._audit = audit
        self._file = file

    def note(self, scope: Scope, template: str, access: Access, exchange: Exchange) -> None:
        """Note a request for the audit: in full what matters, the others as counts."""
        caller, status = exchange.caller, exchange.status
        key, role = (caller.key, caller.role.word) if caller else (exchange.refused_key, Role.ANYONE.word)
        is_noted = status in NOTED or access.is_noted(scope["method"], scope["query_string"])
        moment = now() if is_noted else ""
        # Refusals cost nothing: without a bound, anybody fills the disk with them.
        if is_noted and (status in NOTED or exchange.is_refused):
            is_noted = self._audit.takes_refusal(moment)
        if not is_noted:
            self._audit.count(key, role, template, scope["method"], status, exchange.tenths)
            return
        asked = scope.get("state", {}).get(QUERY) if self._policy.audits_queries else None
        self._audit.note(
            Entry(
                at=moment,
                event="request",
                key=key,
                role=role,
                route=template,
                method=scope["method"][:LONGEST_METHOD],
                status=status,
                request=exchange.id,
                requests=1,
                tenths=exchange.tenths,
                detail=None if asked is None else KEY.sub("(key)", asked)[:LONGEST_QUERY],
            )
        )

    def log(self, scope: Scope, template: str, exchange: Exchange, seconds: float) -> None:
        """Write a line of the access log: without the query, which says what a person looks for."""
        caller = exchange.caller
        line = {
            "time": now(),
            "client": caller.address if caller else (scope.get("client") or ("",))[0],
            "key": caller.key if caller else None,
            "method": scope["method"],
            "path": KEY.sub("(key)", scope["path"][:LONGEST_LOGGED]).encode("utf-8", "replace").decode(),
            "route": template,
            "request": exchange.id,
            "status": exchange.status,
            "bytes": exchange.size,
            "ms": round(seconds * 1000, 1),
        }
        print(orjson.dumps(line).decode(), file=self._file or sys.stderr, flush=True)
