"""The OpenID provider: where people are sent to sign in, and what it then says of them."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from mlentory_crawl.config.values import plain_host
from mlentory_crawl.exceptions import MlentoryError, SettingError
from mlentory_crawl.service.gateway.oidc_settings import OidcSettings, check_address

SECONDS = 10.0
"""The number of seconds in which the provider answers all that is asked for one person."""
LONGEST = 256 * 1024
"""The number of bytes of an answer."""
ALGORITHMS = ("RS256", "PS256", "ES256")
LEEWAY = 60
"""The number of seconds by which clocks may differ."""
SCOPE = "openid profile email"


class NotSignedIn(MlentoryError):
    """The provider does not say who somebody is, or says it in a way that cannot be trusted."""


class ProviderFailed(MlentoryError):
    """The provider does not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One person on the way to the provider and back.

    Attributes:
        redirect_uri: where the provider sends them back to.
        state: comes back with them.
        nonce: comes back in the token.
        code_verifier: shows that whoever fetches the token is who sent them there (PKCE).
    """

    redirect_uri: str
    state: str
    nonce: str
    code_verifier: str


class Provider:
    """Asks the provider that the settings name.

    Args:
        settings: the settings.
    """

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings

    async def address_for(self, attempt: Attempt) -> str:
        """Return the address at which somebody signs in.

        Raises:
            ProviderFailed: the provider does not answer.
        """
        async with self._asked() as client:
            told = await self._description(client)
            address, _ = client.create_authorization_url(
                _endpoint(told, "authorization_endpoint"),
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.code_verifier,
                redirect_uri=attempt.redirect_uri,
            )
        return str(address)

    async def claims_of(self, attempt: Attempt, code: str, issuer: str | None) -> dict[str, Any]:
        """Return what the provider says of somebody who has come back.

        Args:
            attempt: how they were sent there.
            code: the code that they came back with.
            issuer: the issuer that they came back with; None without one (RFC 9207).

        Raises:
            NotSignedIn: the code or the token is refused.
            ProviderFailed: the provider does not answer.
        """
        if issuer is not None and issuer != self._settings.issuer:
            raise NotSignedIn("another provider has answered")
        async with self._asked() as client:
            told = await self._description(client)
            client.token_endpoint_auth_method = self._authentication(told)
            address = _endpoint(told, "token_endpoint")
            await self._check_host(address)
            try:
                token = await client.fetch_token(
                    address, code=code, code_verifier=attempt.code_verifier, redirect_uri=attempt.redirect_uri
                )
            except OAuthError as error:
                raise NotSignedIn(f"the provider refuses the code: {error.error}") from None
            keys = await self._json(client, _endpoint(told, "jwks_uri"))
            return self._checked(token.get("id_token"), keys, attempt.nonce)

    def _authentication(self, told: Mapping[str, Any]) -> str:
        """Return how this service shows its secret."""
        if self._settings.client_secret is None:
            return "none"
        known = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"

    def _checked(self, token: Any, keys: Any, nonce: str) -> dict[str, Any]:
        if not isinstance(token, str):
            raise NotSignedIn("the provider sent no token that says who it is")
        try:
            claims = dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY,
                iss={"essential": True, "value": self._settings.issuer},
                aud={"essential": True, "value": self._settings.client_id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise NotSignedIn(f"the token of the provider is refused: {type(error).__name__}") from None
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise NotSignedIn("the token of the provider is refused: it was made for another sign-in")
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise NotSignedIn("the token of the provider is refused: it was made for another client")
        return claims

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[Any]:
        client = AsyncOAuth2Client(
            self._settings.client_id,
            self._settings.client_secret,
            scope=SCOPE,
            code_challenge_method="S256",
            transport=_Bounded(),
            timeout=SECONDS,
            follow_redirects=False,
        )
        try:
            async with asyncio.timeout(SECONDS), client:
                yield client
        except TimeoutError:
            raise ProviderFailed("the provider does not answer in time") from None
        except (httpx.HTTPError, OSError) as error:
            raise ProviderFailed(f"the provider cannot be asked: {type(error).__name__}") from None
        except ValueError:
            raise ProviderFailed("the provider does not answer as it should") from None

    async def _description(self, client: Any) -> dict[str, Any]:
        address = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        told = await self._json(client, address)
        if told.get("issuer") != self._settings.issuer:
            raise ProviderFailed("the provider does not call itself by the address in OIDC_ISSUER")
        return told

    async def _json(self, client: Any, address: str) -> dict[str, Any]:
        await self._check_host(address)
        answer = await client.request("GET", address, withhold_token=True)
        told = answer.json() if answer.status_code == httpx.codes.OK else None
        if not isinstance(told, dict):
            raise ProviderFailed(f"the provider does not answer as it should (status {answer.status_code})")
        return told

    async def _check_host(self, address: str) -> None:
        """Check that the description of the provider leads nowhere inside, but for hosts that the settings name."""
        parts = urlsplit(address)
        host = plain_host(parts.hostname or "")
        if host in self._settings.private_hosts:
            return
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(host, port)
        if not all(ip_address(str(each[4][0]).partition("%")[0]).is_global for each in found):
            raise ProviderFailed(f"{host} is in a private network; ALLOWED_PRIVATE_HOSTS may name it")


def _endpoint(told: Mapping[str, Any], name: str) -> str:
    address = told.get(name)
    if not isinstance(address, str):
        raise ProviderFailed(f"the description of the provider has no {name}")
    try:
        check_address(address.partition("?")[0], name)
    except SettingError as error:
        raise ProviderFailed(str(error)) from None
    return address


class _Bounded(httpx.AsyncBaseTransport):
    """Asks over the network, and reads answers up to their largest size."""

    def __init__(self) -> None:
        self._transport = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        # Compressed, a few bytes may be many.
        request.headers["Accept-Encoding"] = "identity"
        response = await self._transport.handle_async_request(request)
        try:
            if "content-encoding" in response.headers:
                raise httpx.DecodingError("compressed unasked", request=request)
            assert isinstance(response.stream, httpx.AsyncByteStream)
            body = b""
            async for piece in response.stream:
                body += piece
                if len(body) > LONGEST:
                    raise httpx.ReadError("too large", request=request)
        finally:
            await response.aclose()
        return httpx.Response(response.status_code, headers=response.headers, content=body, request=request)

    async def aclose(self) -> None:
        await self._transport.aclose()
