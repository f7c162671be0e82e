"""Access to an Elasticsearch: the settings that choose it, and how they are checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mlentory_crawl.exceptions import SettingError

# A wildcard would be the indices of others; 200 characters leave room for what is put behind them.
_INDEX_PREFIX = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}")

_CREDENTIALS = {
    "api_key": "ELASTICSEARCH_API_KEY",
    "user": "ELASTICSEARCH_USERNAME",
    "password": "ELASTICSEARCH_PASSWORD",
}


def is_chosen(settings: Mapping[str, Any]) -> bool:
    """True where searches go to an Elasticsearch."""
    return bool(settings.get("ELASTICSEARCH_URL"))


def credentials(settings: Mapping[str, Any]) -> dict[str, str | None]:
    """An API key, or user and password, by the names that the store has for them."""
    return {argument: settings.get(name) for argument, name in _CREDENTIALS.items()}


def check(settings: Mapping[str, Any]) -> None:
    """Check the address, the index prefix and the credentials, where an Elasticsearch is chosen.

    Raises:
        SettingError: a setting that cannot be meant.
    """
    if not is_chosen(settings):
        return
    if not _is_address(settings["ELASTICSEARCH_URL"]):
        raise SettingError("ELASTICSEARCH_URL: expected an address such as https://localhost:9200")
    prefix = settings["ELASTICSEARCH_INDEX_PREFIX"]
    if not _INDEX_PREFIX.fullmatch(prefix):
        raise SettingError(
            "ELASTICSEARCH_INDEX_PREFIX: expected a lowercase letter or digit, then more of them or any of . _ -,"
            f" up to 200 characters, got {prefix!r}"
        )
    given = credentials(settings)
    if given["api_key"] and (given["user"] or given["password"]):
        raise SettingError(
            "ELASTICSEARCH_API_KEY cannot be used together with ELASTICSEARCH_USERNAME or ELASTICSEARCH_PASSWORD"
        )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
