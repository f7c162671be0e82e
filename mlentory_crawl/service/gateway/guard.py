"""The gateway: everything that is asked of a request before it is answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TextIO

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mlentory_crawl.data_directory import now
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.service.gateway import callers
from mlentory_crawl.service.gateway.audit_log import AuditLog
from mlentory_crawl.service.gateway.budget import Budget
from mlentory_crawl.service.gateway.callers import Caller, Refused
from mlentory_crawl.service.gateway.cookies import SAFE, SESSION, cookie_in
from mlentory_crawl.service.gateway.key_store import Keys
from mlentory_crawl.service.gateway.policy import Policy
from mlentory_crawl.service.gateway.request_body import BoundedBody, check_length
from mlentory_crawl.service.gateway.request_exchange import Exchange
from mlentory_crawl.service.gateway.request_notes import RequestNotes
from mlentory_crawl.service.gateway.roles import Role
from mlentory_crawl.service.gateway.route_table import ROUTES, Access, RouteTable
from mlentory_crawl.service.gateway.session_store import Sessions
from mlentory_crawl.service.watch.request_metrics import RequestMetrics

SIGN_OUT = "/sign-out"
CHALLENGE = b'Bearer realm="mlentory"'

Answer = Callable[[Request, int, str], Response]
"""Makes the answer to a request from a status and the reason for it."""


def caller_of(request: Request) -> Caller:
    """Return who asks."""
    caller: Caller = request.scope["state"]["caller"]
    return caller


class Gateway:
    """Lets requests through that may be answered, and counts all of them.

    Args:
        app: the application behind it.
        policy: the settings.
        keys: the keys.
        metrics: counts the requests.
        audit: notes them for those who ask later who read what.
        refusal: makes the answer to a request that is refused.
        sessions: those of people who have signed in; None if nobody can.
        log: where requests are logged if the settings say so; the standard error if None.
    """

    def __init__(
        self,
        app: ASGIApp,
        policy: Policy,
        keys: Keys,
        metrics: RequestMetrics,
        audit: AuditLog,
        refusal: Answer,
        sessions: Sessions | None = None,
        log: TextIO | None = None,
    ) -> None:
        self._app = app
        self._policy = policy
        self._keys = keys
        self._metrics = metrics
        self._refusal = refusal
        self._sessions = sessions
        self._notes = RequestNotes(policy, audit, log)
        self._table = RouteTable(ROUTES)
        self._budget = Budget(policy.rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        template, access = self._table.find(scope["path"])
        exchange = Exchange(send)
        try:
            await self._answer(scope, receive, exchange, access)
        except Exception:
            exchange.status = exchange.status or HTTPStatus.INTERNAL_SERVER_ERROR
            raise
        finally:
            seconds = time.perf_counter() - begun
            self._metrics.count(template, exchange.status, seconds)
            self._notes.note(scope, template, access, exchange)
            if self._policy.logs_access:
                self._notes.log(scope, template, exchange, seconds)

    async def _answer(self, scope: Scope, receive: Receive, exchange: Exchange, access: Access) -> None:
        body: BoundedBody | None = None
        try:
            headers = callers.headers_of(scope["headers"])
            self._admit(scope, headers, exchange, access)
            if b"content-length" in headers or b"transfer-encoding" in headers:
                check_length(headers.get(b"content-length", b"0"))
                body = BoundedBody(receive)
        except Refused as refused:
            await self._refuse(refused, scope, receive, exchange)
            return
        if body is None:
            await self._app(scope, receive, exchange.send)
            return
        exchange.body = body
        try:
            await self._app(scope, body.receive, exchange.send)
        except Exception:
            if body.refused is None:
                raise
        if body.refused is not None and exchange.status == 0:
            exchange.body = None
            await self._refuse(body.refused, scope, receive, exchange)

    def _admit(self, scope: Scope, headers: dict[bytes, bytes], exchange: Exchange, access: Access) -> None:
        """Check everything that is known before the body, and note who asks.

        Raises:
            Refused: the request is not answered.
        """
        policy = self._policy
        server, client = scope.get("server"), scope.get("client")
        peer = client[0] if client else ""
        callers.check_host(headers, server[0] if server else None, policy)
        callers.check_address(scope["path"], scope["query_string"])
        address, is_local = callers.client_of(peer, headers, policy)
        if address != peer:
            scope["client"] = (address, 0)
        scope["scheme"] = callers.scheme_of(scope["scheme"], peer, headers, policy)
        # What a page asks, its site asks, which is not on this machine.
        is_local = is_local and not callers.is_of_other_page(headers, scope["scheme"])
        shown = callers.shown_key(headers)
        caller = self._signed_in(headers, scope["scheme"], address) if shown is None else None
        caller = exchange.caller = caller or self._identify(shown, address, is_local=is_local)
        if scope["method"] not in SAFE and (caller.has_session or scope["path"] == SIGN_OUT):
            callers.check_origin(headers, scope["scheme"])
        self._authorize(caller, access)
        scope.setdefault("state", {})["caller"] = caller
        if not (is_local and caller.key is None) and (cost := access.cost(scope["method"], scope["query_string"])):
            exchange.tenths = cost
            account = self._budget.charge(caller.account, cost, has_contact=callers.has_contact(headers))
            exchange.account = account
            if not account.is_allowed:
                raise Refused(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    "rate",
                    f"more than {account.limit} units in a minute; try again in {account.wait} s."
                    " With a contact in the header From, the limit is higher",
                )

    def _signed_in(self, headers: dict[bytes, bytes], scheme: str, address: str) -> Caller | None:
        """Return the person who has signed in; a session that is over is none."""
        header = headers.get(b"cookie")
        cookie = cookie_in(header.decode("latin-1"), SESSION, scheme) if self._sessions and header else None
        if self._sessions is None or cookie is None:
            return None
        try:
            found = self._sessions.find(cookie)
        except MlentoryError:
            raise Refused(
                HTTPStatus.SERVICE_UNAVAILABLE, "key", "who has signed in cannot be checked at the moment"
            ) from None
        if found is None:
            return None
        return Caller(found.role, address, found.person, found.name, has_session=True)

    def _identify(self, shown: str | None, address: str, *, is_local: bool) -> Caller:
        if shown is None:
            # Whoever is on this machine can ask the catalog itself, unless the settings say otherwise.
            free = Role.OPERATOR if is_local else Role.READER
            role = Role.ANYONE if self._policy.keys_required else free
            return Caller(role, address, is_local=is_local)
        try:
            key = self._keys.find(shown)
        except MlentoryError:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "key", "keys cannot be checked at the moment") from None
        if key is None:
            raise _no_key("there is no such key")
        if reason := key.refusal(now()):
            raise _no_key(f"the key {key.id} is refused: {reason}", key=key.id)
        self._keys.use(key)
        return Caller(key.role, address, key.id, key.owner, is_local)

    def _authorize(self, caller: Caller, access: Access) -> None:
        if caller.role >= access.role:
            return
        needed = access.role.word
        if caller.key is None:
            raise _no_key(f"this needs a key with the role {needed}, in the header Authorization: Bearer", b"")
        raise Refused(
            HTTPStatus.FORBIDDEN,
            "role",
            f"this needs the role {needed}; {'you have' if caller.has_session else f'the key {caller.key} has'}"
            f" the role {caller.role.word}",
            [(b"www-authenticate", CHALLENGE + b', error="insufficient_scope"')],
        )

    async def _refuse(self, refused: Refused, scope: Scope, receive: Receive, exchange: Exchange) -> None:
        self._metrics.count_refused(refused.reason)
        exchange.is_refused, exchange.refused_key = True, refused.key
        # Without what it may have been refused for.
        asked = Request({**scope, "headers": [each for each in scope["headers"] if each[0] == b"accept"]})
        answer = self._refusal(asked, refused.status, refused.detail)
        answer.raw_headers += [*refused.headers, (b"cache-control", b"no-store")]
        await answer(scope, receive, exchange.send)


def _no_key(detail: str, error: bytes = b', error="invalid_token"', key: str | None = None) -> Refused:
    headers: Iterable[tuple[bytes, bytes]] = [(b"www-authenticate", CHALLENGE + error)]
    return Refused(HTTPStatus.UNAUTHORIZED, "key", detail, headers, key)
