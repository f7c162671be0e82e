"""The gateway: everything that is asked of a request before it is answered, and what is noted of it afterwards."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TextIO

import orjson
from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mlentory_crawl.data_directory import now
from mlentory_crawl.exceptions import MlentoryError
from mlentory_crawl.service.gateway import callers
from mlentory_crawl.service.gateway.budget import Account, Budget
from mlentory_crawl.service.gateway.callers import Caller, Refused
from mlentory_crawl.service.gateway.key_store import KEY, Keys
from mlentory_crawl.service.gateway.policy import Policy
from mlentory_crawl.service.gateway.request_body import BoundedBody, check_length
from mlentory_crawl.service.gateway.roles import Role
from mlentory_crawl.service.gateway.route_table import ROUTES, Access, RouteTable
from mlentory_crawl.service.watch.request_metrics import RequestMetrics

CHALLENGE = b'Bearer realm="mlentory"'
LONGEST_LOGGED = 500

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
        refusal: makes the answer to a request that is refused.
        log: where requests are logged if the settings say so; the standard error if None.
    """

    def __init__(
        self,
        app: ASGIApp,
        policy: Policy,
        keys: Keys,
        metrics: RequestMetrics,
        refusal: Answer,
        log: TextIO | None = None,
    ) -> None:
        self._app = app
        self._policy = policy
        self._keys = keys
        self._metrics = metrics
        self._refusal = refusal
        self._log = log
        self._table = RouteTable(ROUTES)
        self._budget = Budget(policy.rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        template, access = self._table.find(scope["path"])
        exchange = _Exchange(send)
        try:
            await self._answer(scope, receive, exchange, access)
        except Exception:
            exchange.status = exchange.status or HTTPStatus.INTERNAL_SERVER_ERROR
            raise
        finally:
            seconds = time.perf_counter() - begun
            self._metrics.count(template, exchange.status, seconds)
            if self._policy.logs_access:
                self._write(scope, template, exchange, seconds)

    async def _answer(self, scope: Scope, receive: Receive, exchange: _Exchange, access: Access) -> None:
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

    def _admit(self, scope: Scope, headers: dict[bytes, bytes], exchange: _Exchange, access: Access) -> None:
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
        caller = exchange.caller = self._identify(callers.shown_key(headers), address, is_local=is_local)
        self._authorize(caller, access)
        scope.setdefault("state", {})["caller"] = caller
        if not (is_local and caller.key is None) and (cost := access.cost(scope["method"], scope["query_string"])):
            account = self._budget.charge(caller.account, cost, has_contact=callers.has_contact(headers))
            exchange.account = account
            if not account.is_allowed:
                raise Refused(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    "rate",
                    f"more than {account.limit} units in a minute; try again in {account.wait} s."
                    " With a contact in the header From, the limit is higher",
                )

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
            raise _no_key(f"the key {key.id} is refused: {reason}")
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
            f"this needs the role {needed}; the key {caller.key} has the role {caller.role.word}",
            [(b"www-authenticate", CHALLENGE + b', error="insufficient_scope"')],
        )

    async def _refuse(self, refused: Refused, scope: Scope, receive: Receive, exchange: _Exchange) -> None:
        self._metrics.count_refused(refused.reason)
        # Without what it may have been refused for.
        asked = Request({**scope, "headers": [each for each in scope["headers"] if each[0] == b"accept"]})
        answer = self._refusal(asked, refused.status, refused.detail)
        answer.raw_headers += [*refused.headers, (b"cache-control", b"no-store")]
        await answer(scope, receive, exchange.send)

    def _write(self, scope: Scope, template: str, exchange: _Exchange, seconds: float) -> None:
        """Write a line of the access log: without the query, which says what a person looks for."""
        caller = exchange.caller
        line = {
            "time": now(),
            "client": caller.address if caller else (scope.get("client") or ("",))[0],
            "key": caller.key if caller else None,
            "method": scope["method"],
            "path": KEY.sub("(key)", scope["path"][:LONGEST_LOGGED]).encode("utf-8", "replace").decode(),
            "route": template,
            "status": exchange.status,
            "bytes": exchange.size,
            "ms": round(seconds * 1000, 1),
        }
        print(orjson.dumps(line).decode(), file=self._log or sys.stderr, flush=True)


class _Exchange:
    """A request and its answer, as far as it has been sent.

    Attributes:
        status: the status; 0 before the answer has begun.
        size: the number of bytes of its body.
        caller: who asks.
        account: the account of the client.
        body: the body of the request.
    """

    __slots__ = ("_send", "account", "body", "caller", "size", "status")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.size = 0
        self.caller: Caller | None = None
        self.account: Account | None = None
        self.body: BoundedBody | None = None

    async def send(self, message: Message) -> None:
        """Send a message on, with what the client is told of its account."""
        if self.body is not None and self.body.refused is not None:
            return  # the application believes that the client has gone
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.account is not None:
                message["headers"] = [*message.get("headers", ()), *self.account.headers()]
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
        await self._send(message)


def _no_key(detail: str, error: bytes = b', error="invalid_token"') -> Refused:
    headers: Iterable[tuple[bytes, bytes]] = [(b"www-authenticate", CHALLENGE + error)]
    return Refused(HTTPStatus.UNAUTHORIZED, "key", detail, headers)
