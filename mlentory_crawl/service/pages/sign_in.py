"""Signing in with an account of an OpenID provider, and out."""

from __future__ import annotations

import re
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, Response
from starlette.exceptions import HTTPException

from mlentory_crawl.printable import printable
from mlentory_crawl.service.gateway.cookies import ATTEMPT, SESSION, cookie_in, is_private, set_cookie
from mlentory_crawl.service.gateway.guard import caller_of
from mlentory_crawl.service.gateway.oidc_provider import Attempt, NotSignedIn, Provider, ProviderFailed
from mlentory_crawl.service.gateway.oidc_settings import OidcSettings
from mlentory_crawl.service.gateway.roles import GIVEN, Role
from mlentory_crawl.service.gateway.session_store import Session, Sessions, person_of

router = APIRouter()
BACK = "/signed-in"
"""The path to which the provider sends people back."""
ATTEMPT_SECONDS, MOST_ATTEMPTS, OF_ONE_ACCOUNT = 600, 5_000, 100
"""The number of seconds for an attempt, and the number of those that go on at a time, in all and of one address."""
LONGEST, LONGEST_NAME, LONGEST_SUBJECT = 2_000, 80, 255
_OWN_PATH = re.compile(r"/(?!/)[!-\[\]-~]*")
"""A path and its query as headers have them: of ASCII alone, without the backslash that browsers take for a slash."""
Told = Annotated[str | None, Query(max_length=LONGEST)]


@dataclass(frozen=True, slots=True)
class _Begun:
    attempt: Attempt
    browser: str
    goes_to: str
    account: str
    ends: float


class SignIn:
    """Lets people sign in.

    Args:
        settings: the settings.
        sessions: where their sessions are kept.
    """

    def __init__(self, settings: OidcSettings, sessions: Sessions) -> None:
        self.settings = settings
        self.sessions = sessions
        self.provider = Provider(settings)
        self._begun: OrderedDict[str, _Begun] = OrderedDict()

    def begin(self, redirect_uri: str, goes_to: str, account: str) -> _Begun:
        """Begin an attempt; the oldest ones make room for it, those of the same account first."""
        own = [state for state, each in self._begun.items() if each.account == account]
        if len(own) >= OF_ONE_ACCOUNT:
            del self._begun[own[0]]
        random = [secrets.token_urlsafe(32) for _ in range(4)]
        attempt = Attempt(redirect_uri, *random[:3])
        begun = _Begun(attempt, random[3], goes_to, account, time.monotonic() + ATTEMPT_SECONDS)
        self._begun[attempt.state] = begun
        while len(self._begun) > MOST_ATTEMPTS:
            self._begun.popitem(last=False)
        return begun

    def end(self, state: str | None, browser: str | None) -> _Begun:
        """Return an attempt, which is over then.

        Raises:
            NotSignedIn: there is none, it took too long, or another browser began it.
        """
        begun = self._begun.pop(state or "", None)
        if begun is None or begun.ends < time.monotonic():
            raise NotSignedIn("this sign-in is not known, was used before or took too long; begin again")
        if browser is None or not secrets.compare_digest(browser.encode(), begun.browser.encode()):
            raise NotSignedIn("this sign-in was begun in another browser; begin again")
        return begun


@router.get("/sign-in")
async def sign_in(request: Request, next: Annotated[str, Query(max_length=LONGEST)] = "/") -> Response:
    """Send somebody to the provider."""
    _check_private(request)
    asked = _sign_in_of(request)
    goes_to = next if _OWN_PATH.fullmatch(next) else "/"
    begun = asked.begin(f"{origin_of(request)}{BACK}", goes_to, caller_of(request).account)
    try:
        address = await asked.provider.address_for(begun.attempt)
    except ProviderFailed as error:
        raise HTTPException(HTTPStatus.BAD_GATEWAY, str(error)) from None
    cookie = set_cookie(ATTEMPT, begun.browser, request.url.scheme, ATTEMPT_SECONDS)
    return _sent_to(address, cookie)


@router.get(BACK)
async def signed_in(
    request: Request, state: Told = None, code: Told = None, iss: Told = None, error: Told = None
) -> Response:
    """Begin the session of somebody whom the provider sends back."""
    _check_private(request)
    asked, scheme = _sign_in_of(request), request.url.scheme
    try:
        begun = asked.end(state, cookie_in(request.headers.get("Cookie", ""), ATTEMPT, scheme))
        if error is not None or code is None:
            raise NotSignedIn(f"the provider did not sign you in: {(error or 'it sent no code')[:LONGEST_NAME]}")
        session = session_of(await asked.provider.claims_of(begun.attempt, code, iss), asked.settings)
    except NotSignedIn as failure:
        raise HTTPException(HTTPStatus.FORBIDDEN, str(failure)) from None
    except ProviderFailed as failure:
        raise HTTPException(HTTPStatus.BAD_GATEWAY, str(failure)) from None
    cookie = await run_sync(asked.sessions.begin, session)
    lasts = asked.settings.session_hours * 3600
    return _sent_to(begun.goes_to, set_cookie(SESSION, cookie, scheme, lasts), set_cookie(ATTEMPT, "", scheme, 0))


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session of somebody."""
    asked, scheme = _sign_in_of(request), request.url.scheme
    if cookie := cookie_in(request.headers.get("Cookie", ""), SESSION, scheme):
        await run_sync(asked.sessions.end, cookie)
    return _sent_to("/", set_cookie(SESSION, "", scheme, 0))


def session_of(claims: dict[str, Any], settings: OidcSettings) -> Session:
    """Return who somebody is by what the provider says: the highest role in the claim that the settings name.

    Raises:
        NotSignedIn: it does not say who it is.
    """
    subject = claims["sub"]
    # Cut or converted, two of them could become one person.
    if not (isinstance(subject, str) and subject.isascii() and 0 < len(subject) <= LONGEST_SUBJECT):
        raise NotSignedIn("the provider does not say who it is as it should (sub)")
    told = claims.get(settings.role_claim) if settings.role_claim else None
    words = told if isinstance(told, list) else [told]
    role = max((GIVEN[word] for word in words if isinstance(word, str) and word in GIVEN), default=Role.READER)
    names = (claims.get(name) for name in ("name", "preferred_username", "email"))
    name = next((each for each in names if isinstance(each, str) and each.strip()), subject)
    return Session(person_of(settings.issuer, subject), printable(name)[:LONGEST_NAME], role)


def origin_of(request: Request) -> str:
    """Return the scheme and the name by which the service is reached, which the gateway has checked."""
    return f"{request.url.scheme}://{request.headers['Host']}"


def _sign_in_of(request: Request) -> SignIn:
    found: SignIn = request.app.state.sign_in
    return found


def _check_private(request: Request) -> None:
    if not is_private(request.url.scheme, request.headers["Host"]):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "signing in needs HTTPS, except on this machine")


def _sent_to(address: str, *cookies: str) -> Response:
    answer = Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": address, "Cache-Control": "no-store"})
    for cookie in cookies:
        answer.headers.append("Set-Cookie", cookie)
    return answer
