"""Hosts and addresses in settings: checked, and as reports show them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from mlentory_crawl.config.variables import VARIABLES, Variable
from mlentory_crawl.exceptions import SettingError


def exported(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the project's own settings in a form that can be passed to another process."""
    return {variable.name: settings.get(variable.name) for variable in VARIABLES}


def endpoints(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the configured addresses of the platforms' APIs, by platform."""
    names: Mapping[str, str] = settings.get("ENDPOINT_SETTINGS") or {}
    return {platform: settings[name] for platform, name in names.items() if settings.get(name)}


def plain_host(host: str) -> str:
    """Return the canonical spelling of a host name."""
    return host.rstrip(".").casefold()


def allowed_hosts(settings: Mapping[str, Any]) -> frozenset[str]:
    """Return the hosts in ``ALLOWED_PRIVATE_HOSTS``, which is separated by commas."""
    named = (settings.get("ALLOWED_PRIVATE_HOSTS") or "").split(",")
    return frozenset(plain_host(each.strip()) for each in named if each.strip())


_ADDRESS = re.compile(r"_(ENDPOINT|URI|URL)$")
_WITH_CREDENTIALS = {"ELASTICSEARCH_URL", "MONGODB_URI"}
"""Settings whose addresses may hold credentials; messages show these addresses without them."""
SET = "set"
"""Shown in place of a value that nobody may see."""


def check_addresses(settings: Mapping[str, Any]) -> None:
    """Refuse passwords in addresses: logs, reports, the catalog and the errors of libraries show addresses unchanged.

    Raises:
        SettingError: an address holds a user or a password; the message does not show it.
    """
    for name in filter(_ADDRESS.search, settings):
        # Anywhere in the value: an error message may show it even if it is not a valid URL.
        if name not in _WITH_CREDENTIALS and "@" in (settings[name] or ""):
            raise SettingError(
                f"{name} must not contain a user name or password: use the settings for these, and write any other @"
                " as %40"
            )


def without_credentials(address: str) -> str:
    """Return an address without user and password."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def shown(variable: Variable, value: str) -> str:
    """Return the value of a setting as reports show it: ``set`` in place of secrets, addresses without credentials."""
    if variable.secret:
        return SET
    if _ADDRESS.search(variable.name) and "@" in value:
        try:
            value = without_credentials(value)
        except ValueError:
            return SET
        # A password with a slash in it is not where an address has its credentials.
        return SET if "@" in value else value
    return value
