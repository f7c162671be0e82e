"""Settings of signing in with an account of an OpenID provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from mlentory_crawl.config.values import allowed_hosts, plain_host
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.extras import install_command
from mlentory_crawl.service.gateway.policy import is_loopback

LONGEST_SESSION = 24 * 30


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The settings.

    Attributes:
        issuer: the address of the provider, as it names itself.
        client_id: the name of this service at the provider.
        client_secret: its secret; None for a client without one.
        role_claim: the claim that has the role of a person; None: all are readers.
        session_hours: the number of hours until a person has to sign in again.
        private_hosts: further hosts in private networks that the provider's description may lead to.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    role_claim: str | None = None
    session_hours: int = 8
    private_hosts: frozenset[str] = frozenset()

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> OidcSettings | None:
        """Read the settings; None if nobody can sign in.

        Raises:
            SettingError: one of them is missing or invalid, or the libraries are.
        """
        issuer, client_id = str(settings.get("OIDC_ISSUER") or ""), str(settings.get("OIDC_CLIENT_ID") or "")
        if not issuer and not client_id:
            return None
        for name, value in (("OIDC_ISSUER", issuer), ("OIDC_CLIENT_ID", client_id)):
            if not value:
                raise SettingError(f"{name} is missing: signing in needs OIDC_ISSUER and OIDC_CLIENT_ID")
        check_address(issuer, "OIDC_ISSUER")
        if not all(map(find_spec, ("authlib", "httpx2", "joserfc"))):
            raise SettingError(f"OIDC_ISSUER: signing in needs Authlib: {install_command('oidc')}")
        hours = str(settings.get("OIDC_SESSION_HOURS") or 8)
        if not (hours.isascii() and hours.isdigit() and 1 <= int(hours) <= LONGEST_SESSION):
            raise SettingError(f"OIDC_SESSION_HOURS: expected a number from 1 to {LONGEST_SESSION}, got {hours!r}")
        return cls(
            issuer,
            client_id,
            settings.get("OIDC_CLIENT_SECRET"),
            settings.get("OIDC_ROLE_CLAIM"),
            int(hours),
            allowed_hosts(settings) | {plain_host(urlsplit(issuer).hostname or "")},
        )


def check_address(address: str, name: str) -> None:
    """Check that an address of the provider cannot be read on the way: HTTPS, or on this machine.

    Raises:
        SettingError: it can, or it is no address.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise SettingError(f"{name}: it is no address") from None
    if not host or parts.scheme not in ("https", "http") or parts.username or parts.query or parts.fragment:
        raise SettingError(f"{name}: expected an address such as https://login.example.org/realms/models")
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingError(f"{name}: expected https, since passwords go there; http is for this machine only")
