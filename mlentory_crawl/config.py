"""The project's own settings: environment variables of the same names, and how they are read and checked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from dotenv import dotenv_values

from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.secret_file import file_variable, named_file, read_secret

PROJECT_URL = "https://github.com/mlentory/mlentory_crawl"
DATA_DIR = "data"


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting.

    Attributes:
        name: of the environment variable and of the Scrapy setting.
        default: the value on a machine without any configuration; None leaves the feature switched off.
        meaning: one sentence for the reader of ``.env.example``.
        secret: whether its value is never shown, and may stand in a file that ``<name>_FILE`` names.
    """

    name: str
    default: str | None
    meaning: str
    secret: bool = False


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
    Variable("NEO4J_PASSWORD", None, "Password for Neo4j; if unset, no authentication is used.", secret=True),
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
    Variable(
        "ELASTICSEARCH_API_KEY",
        None,
        "Encoded API key for Elasticsearch, instead of user name and password.",
        secret=True,
    ),
    Variable("ELASTICSEARCH_USERNAME", None, "User name for Elasticsearch; if unset and there is a password: elastic."),
    Variable(
        "ELASTICSEARCH_PASSWORD",
        None,
        "Password for Elasticsearch; if neither it nor an API key is set, no authentication is used.",
        secret=True,
    ),
    Variable("ELASTICSEARCH_INDEX_PREFIX", "mlentory", "Prefix of the names of the index and its aliases."),
    Variable(
        "MONGODB_URI",
        None,
        "Address of a MongoDB server, such as mongodb://localhost:27017; if unset, documents stay in the catalog.",
        # Providers hand it out with the password in it, and its options can hold further ones.
        secret=True,
    ),
    Variable("MONGODB_USERNAME", None, "User name for MongoDB; if unset and there is a password: mlentory."),
    Variable(
        "MONGODB_PASSWORD",
        None,
        "Password for MongoDB; if neither it nor the address has one, no authentication is used.",
        secret=True,
    ),
    Variable(
        "MONGODB_DATABASE",
        "mlentory",
        "Database in MongoDB, whose collections of documents must be empty or written by mlentory.",
    ),
    Variable(
        "PROJECTIONS",
        None,
        "Comma-separated projections that crawls keep up to date, such as search, or none; if unset, all but sparql.",
    ),
    Variable("CRAWLER_CONTACT", PROJECT_URL, "Contact of whoever runs the crawler, sent in the User-Agent header."),
    Variable(
        "PAGE_DELAY",
        "1",
        "Seconds between two requests for pages of one host, at most 60; robots.txt may ask for more.",
    ),
    Variable(
        "PAGES_PER_HOST", "500", "Maximum number of requests for pages of one host in a run; the same command goes on."
    ),
    Variable(
        "PLAYWRIGHT_CHROMIUM",
        None,
        "Chromium that renders pages whose text their scripts put there, such as /usr/bin/chromium; if unset, none is.",
    ),
    Variable(
        "SPLASH_URL",
        None,
        "Address of a Splash server that renders them instead, such as http://localhost:8050; see docs/rendering.md.",
    ),
    Variable(
        "ALLOWED_PRIVATE_HOSTS",
        None,
        "Comma-separated hosts in private networks that seeds and responses may lead to; APIs reach their endpoints.",
    ),
    Variable(
        "METRICS_FILE",
        None,
        "File for the metrics of the last runs, named *.prom in the folder of node-exporter's textfile collector.",
    ),
    Variable("SERVE_HOST", "127.0.0.1", "Address that the service listens on; SERVE_HOSTS is needed for all others."),
    Variable("SERVE_PORT", "8010", "Port that the service listens on; 0 for any that is free."),
    Variable("SERVE_KEYS", "optional", "Who can ask the service without a key: optional (everybody) or required."),
    Variable(
        "SERVE_HOSTS",
        None,
        "Comma-separated names by which the service is reached; required where other machines can reach it.",
    ),
    Variable(
        "SERVE_PROXIES",
        None,
        "Comma-separated addresses or networks of reverse proxies, whose X-Forwarded-For names the client.",
    ),
    Variable(
        "SERVE_RATE", "600", "Number of units that a client of the service can use in a minute; a search costs one."
    ),
    Variable(
        "SERVE_STATE_DIR",
        None,
        "Directory of the keys, which the service writes; if unset, MLENTORY_DATA_DIR has them.",
    ),
    Variable("SERVE_ACCESS_LOG", "no", "Whether the service writes a line for each request: yes or no."),
    Variable("SERVE_AUDIT_DAYS", "180", "Number of days for which the service keeps the entries of its audit."),
    Variable("SERVE_AUDIT_QUERIES", "no", "Whether the audit has the texts of SPARQL queries: yes or no."),
    Variable(
        "SERVE_ORIGINS",
        None,
        "Comma-separated origins, such as https://notebook.example.org, whose pages may read the API; if unset, none.",
    ),
    Variable(
        "OIDC_ISSUER",
        None,
        "Address of the OpenID provider with whose accounts people sign in to the pages; if unset, nobody can.",
    ),
    Variable("OIDC_CLIENT_ID", None, "Name of the service at that provider."),
    Variable("OIDC_CLIENT_SECRET", None, "Secret of the service at that provider, if it has one.", secret=True),
    Variable("OIDC_ROLE_CLAIM", None, "Claim with the roles of a person, such as roles; if unset, all are readers."),
    Variable("OIDC_SESSION_HOURS", "8", "Number of hours until a person has to sign in again."),
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


def names_in_environment(variables: Iterable[Variable]) -> frozenset[str]:
    """Return the names of all environment variables that settings are read from."""
    names = {variable.name: variable.secret for variable in variables}
    return frozenset((*names, *(file_variable(name) for name, is_secret in names.items() if is_secret)))


@dataclass(frozen=True, slots=True)
class Setting:
    """The value of a setting, and where it stands.

    Attributes:
        value: the value; None if it is not set.
        origin: ``environment``, ``.env``, ``file`` with its path, ``default``, or ``derived`` from the folder.
    """

    value: str | None = field(repr=False)
    origin: str


@dataclass(frozen=True, slots=True)
class _Source:
    """A place where settings stand; relative paths of files of secrets begin at its folder."""

    name: str
    values: Mapping[str, str | None] = field(repr=False)
    folder: Path


def read_environment(variables: Iterable[Variable]) -> dict[str, str | None]:
    """Return the value of each setting; see `read_settings`.

    Raises:
        SettingError: a secret is set twice, or ``.env`` or the file of a secret cannot be used.
    """
    return {name: setting.value for name, setting in read_settings(variables).items()}


def read_settings(variables: Iterable[Variable]) -> dict[str, Setting]:
    """Return each setting: from the environment, else from ``.env``, else the default; empty counts as unset.

    In both places, a secret may stand in a file that ``<name>_FILE`` names. A relative data directory is relative to
    the folder that it is written in: `working_folder`, or the current one where the environment names it.

    Raises:
        SettingError: a secret is set twice, or ``.env`` or the file of a secret cannot be used.
    """
    folder = working_folder()
    file = dotenv_file(folder)
    sources = (
        _Source("environment", os.environ, Path()),
        _Source(DOTENV, dotenv(folder), file.parent),
    )
    settings = {variable.name: _read(variable, sources) for variable in variables}
    data_dir = settings.get("MLENTORY_DATA_DIR", Setting(None, "default"))
    if folder != Path.cwd() and data_dir.origin != "environment":
        origin = "derived" if data_dir.origin == "default" else data_dir.origin
        settings["MLENTORY_DATA_DIR"] = Setting(str(folder / (data_dir.value or DATA_DIR)), origin)
    return settings


def _read(variable: Variable, sources: Iterable[_Source]) -> Setting:
    for source in sources:
        if variable.secret and (path := named_file(variable.name, source.values, source.name)):
            file = source.folder / path
            return Setting(read_secret(file_variable(variable.name), file), f"file {file}")
        if value := source.values.get(variable.name):
            return Setting(value, source.name)
    return Setting(variable.default, "default")


def dotenv_file(folder: Path) -> Path:
    """Return the ``.env`` of a folder, or the file that `ENV_FILE` names."""
    return Path(os.environ.get(ENV_FILE) or folder / DOTENV)


def dotenv(folder: Path) -> dict[str, str | None]:
    """Return what the ``.env`` of a folder sets, or the file that `ENV_FILE` names.

    Raises:
        SettingError: the file cannot be read.
    """
    path = dotenv_file(folder)
    try:
        return dotenv_values(path) if path.is_file() else {}
    except OSError as error:
        raise SettingError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise SettingError(f"{path}: it is not UTF-8") from None


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
