"""The project's own settings: environment variables of the same names, and how they are read and checked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from dotenv import dotenv_values

from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.exceptions import SettingError

PROJECT_URL = "https://github.com/mlentory/mlentory_crawl"
DATA_DIR = "data"


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting.

    Attributes:
        name: of the environment variable and of the Scrapy setting.
        default: the value on a machine without any configuration; None leaves the feature switched off.
        meaning: one sentence for the reader of ``.env.example``.
    """

    name: str
    default: str | None
    meaning: str


VARIABLES = (
    Variable("MLENTORY_DATA_DIR", DATA_DIR, "Directory of the catalog, the search index and all files."),
    Variable("MLENTORY_DATA_ACCESS", "group", "Who can read that directory: owner, group (users of the group) or all."),
    Variable("QUOTA_SHARE", "0.9", "Share of a service's announced quota that a crawl uses: above 0, at most 1."),
    Variable(
        "NEO4J_URI",
        None,
        "Address of a Neo4j server (5 or newer), such as neo4j://localhost:7687; if unset, no graph is kept.",
    ),
    Variable("NEO4J_USERNAME", None, "User name for Neo4j; if unset: neo4j."),
    Variable("NEO4J_PASSWORD", None, "Password for Neo4j; if unset, no authentication is used."),
    Variable(
        "NEO4J_DATABASE",
        None,
        "Database in Neo4j, which must be empty or written by mlentory; if unset, the default database.",
    ),
    Variable(
        "RAW_KEEP_RUNS",
        "7",
        "Minimum number of last runs whose raw responses are kept; those since the last complete census always are.",
    ),
    Variable(
        "ELASTICSEARCH_URL",
        None,
        "Address of an Elasticsearch server (8 or 9), such as https://localhost:9200; if unset, the embedded index.",
    ),
    Variable("ELASTICSEARCH_API_KEY", None, "Encoded API key for Elasticsearch, instead of user name and password."),
    Variable("ELASTICSEARCH_USERNAME", None, "User name for Elasticsearch; if unset and there is a password: elastic."),
    Variable(
        "ELASTICSEARCH_PASSWORD",
        None,
        "Password for Elasticsearch; if neither it nor an API key is set, no authentication is used.",
    ),
    Variable("ELASTICSEARCH_INDEX_PREFIX", "mlentory", "Prefix of the names of the index and its aliases."),
    Variable(
        "PROJECTIONS",
        None,
        "Comma-separated projections that crawls keep up to date, such as search,turtle, or none; if unset, all.",
    ),
    Variable("CRAWLER_CONTACT", PROJECT_URL, "Contact of whoever runs the crawler, sent in the User-Agent header."),
    Variable(
        "ALLOWED_PRIVATE_HOSTS",
        None,
        "Comma-separated hosts in private networks that seeds and responses may lead to; endpoints are always allowed.",
    ),
)


DOTENV = ".env"
ENV_FILE = "MLENTORY_ENV_FILE"
"""The variable that names the file to read instead of ``.env``; ``/dev/null`` reads none."""


def working_folder() -> Path:
    """Return the folder whose ``.env`` and ``data`` are used.

    It is the current one, or the nearest above it that has a catalog in ``data``, so that commands also work from
    folders below, as Git's do.
    """
    here = Path.cwd()
    if not (here / DOTENV).exists():
        for folder in (here, *here.parents):
            if (folder / DATA_DIR / CATALOG).exists():
                return folder
    return here


def read_environment(variables: Iterable[Variable]) -> dict[str, str | None]:
    """Return each setting: from the environment, else from ``.env``, else the default; empty counts as unset.

    A relative data directory is relative to the folder that it is written in: `working_folder`, or the current one
    where the environment names it.
    """
    folder = working_folder()
    written = dotenv(folder)
    settings = {v.name: os.environ.get(v.name) or written.get(v.name) or v.default for v in variables}
    if folder != Path.cwd() and not os.environ.get("MLENTORY_DATA_DIR"):
        settings["MLENTORY_DATA_DIR"] = str(folder / (settings["MLENTORY_DATA_DIR"] or DATA_DIR))
    return settings


def dotenv(folder: Path) -> dict[str, str | None]:
    """Return what the ``.env`` of a folder sets, or the file that `ENV_FILE` names."""
    path = Path(os.environ.get(ENV_FILE) or folder / DOTENV)
    return dotenv_values(path) if path.is_file() else {}


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
_WITH_CREDENTIALS = {"ELASTICSEARCH_URL"}
"""Settings whose addresses may hold credentials; messages show these addresses without them."""


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
