"""Settings of the gateway, read and checked."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mlentory_crawl.config.values import plain_host
from mlentory_crawl.exceptions import SettingError

KEYS = ("optional", "required")
SWITCH = {"yes": True, "no": False}
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
KNOWN = 4_096
"""The number of addresses that need not be read again."""
_ORIGIN = re.compile(r"https?://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_HOST = re.compile(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]")


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of the gateway.

    Attributes:
        keys_required: whether nothing but health is answered without a key.
        hosts: the names by which the service is reached, besides those of this machine on this machine.
        proxies: the networks of reverse proxies, which are believed when they name a client.
        rate: the number of units that a client may use in a minute.
        logs_access: whether each request is logged.
        audit_days: the number of days for which entries of the audit are kept.
        audits_queries: whether they have the texts of queries.
        origins: the origins whose pages may read answers, without what the browser knows of the person.
    """

    keys_required: bool = False
    hosts: frozenset[str] = frozenset()
    proxies: tuple[Network, ...] = ()
    rate: int = 600
    logs_access: bool = False
    audit_days: int = 180
    audits_queries: bool = False
    origins: tuple[str, ...] = ()

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Policy:
        """Read the settings.

        Raises:
            SettingError: one of them is invalid.
        """
        return cls(
            keys_required=_one_of(settings, "SERVE_KEYS", KEYS, "optional") == "required",
            hosts=frozenset(map(_host, _words(settings, "SERVE_HOSTS"))),
            proxies=tuple(map(_network, _words(settings, "SERVE_PROXIES"))),
            rate=_number(settings, "SERVE_RATE", 600, 1_000_000),
            logs_access=SWITCH[_one_of(settings, "SERVE_ACCESS_LOG", tuple(SWITCH), "no")],
            audit_days=_number(settings, "SERVE_AUDIT_DAYS", 180, 36_500),
            origins=tuple(map(_origin, _words(settings, "SERVE_ORIGINS"))),
            audits_queries=SWITCH[_one_of(settings, "SERVE_AUDIT_QUERIES", tuple(SWITCH), "no")],
        )

    def is_proxy(self, address: str) -> bool:
        """Check whether an address is that of a configured proxy."""
        if not self.proxies:
            return False
        found = address_of(address)
        return found is not None and any(found in network for network in self.proxies)

    def check_binding(self, host: str) -> None:
        """Check that the service may listen on an address.

        Args:
            host: the address, or a name of this machine.

        Raises:
            SettingError: others can reach it, and the names by which they do are not set.
        """
        if not is_loopback(host) and not self.hosts:
            raise SettingError(
                f"listening on {host}, where other machines reach it, needs SERVE_HOSTS: the names in its addresses,"
                " such as SERVE_HOSTS=models.example.org"
            )


@lru_cache(KNOWN)
def address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return an IP address, that of IPv4 where it is written as one of IPv6; None if it is none."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


@lru_cache(KNOWN)
def is_loopback(host: str) -> bool:
    """Check whether an address, or the name ``localhost``, is reached from this machine only."""
    found = address_of(host.strip("[]"))
    return host == "localhost" if found is None else found.is_loopback


def _words(settings: Mapping[str, Any], name: str) -> list[str]:
    return [each.strip() for each in (settings.get(name) or "").split(",") if each.strip()]


def _one_of(settings: Mapping[str, Any], name: str, accepted: tuple[str, ...], default: str) -> str:
    value = str(settings.get(name) or default).lower()
    if value not in accepted:
        raise SettingError(f"{name}: expected {' or '.join(accepted)}, got {value!r}")
    return value


def _host(word: str) -> str:
    name = plain_host(word)
    if address_of(name) is not None and ":" in name:
        name = f"[{name}]"
    if not _HOST.fullmatch(name):
        raise SettingError(f"SERVE_HOSTS: expected names of hosts without scheme and port, got {word!r}")
    return name


def _origin(word: str) -> str:
    if not _ORIGIN.fullmatch(word.lower()):
        raise SettingError(f"SERVE_ORIGINS: expected origins such as https://notebook.example.org, got {word!r}")
    return word.lower()


def _network(word: str) -> Network:
    try:
        return ipaddress.ip_network(word, strict=False)
    except ValueError:
        raise SettingError(f"SERVE_PROXIES: expected IP addresses or networks, got {word!r}") from None


def _number(settings: Mapping[str, Any], name: str, default: int, most: int) -> int:
    value = settings.get(name) or default
    try:
        number = int(value)
    except ValueError:
        number = 0
    if not 1 <= number <= most:
        raise SettingError(f"{name}: expected a number from 1 to {most}, got {value!r}")
    return number
