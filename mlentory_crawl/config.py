"""The environment variables that are settings, and what they mean."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from dotenv import dotenv_values

PROJECT_URL = "https://github.com/mlentory/mlentory_crawl"


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting.

    Attributes:
        name: of the environment variable and of the Scrapy setting.
        default: on a machine that has nothing; None leaves what it belongs to switched off.
        meaning: one sentence for the reader of ``.env.example``.
    """

    name: str
    default: str | None
    meaning: str


_OWN = (
    Variable("MLENTORY_DATA_DIR", "data", "Where the catalog, the search index and all files are kept."),
    Variable(
        "MLENTORY_DATA_ACCESS", "group", "Who may read what is made there: owner, group (of the same group) or all."
    ),
    Variable("QUOTA_SHARE", "0.9", "The share of a quota announced by a service that a crawl may use."),
    Variable("NEO4J_URI", None, "A Neo4j 5 to keep the graph in, such as neo4j://localhost:7687; unset: none."),
    Variable("NEO4J_USERNAME", None, "Its user; unset: neo4j."),
    Variable("NEO4J_PASSWORD", None, "The password; unset: the server asks for none."),
    Variable("NEO4J_DATABASE", None, "The database, which must be empty or this program's; unset: the default one."),
    Variable(
        "RAW_KEEP_RUNS", "7", "Raw answers are kept since the last complete census, and of so many runs at least."
    ),
    Variable(
        "ELASTICSEARCH_URL",
        None,
        "An Elasticsearch 8 or 9 to search in, such as https://localhost:9200; unset: the index in the data directory.",
    ),
    Variable("ELASTICSEARCH_API_KEY", None, "An API key, encoded; or user and password."),
    Variable("ELASTICSEARCH_USERNAME", None, "Its user; unset: elastic, where there is a password."),
    Variable("ELASTICSEARCH_PASSWORD", None, "The password; unset, with no API key: the server asks for none."),
    Variable("ELASTICSEARCH_INDEX_PREFIX", "mlentory", "What the names of its index and aliases begin with."),
    Variable(
        "PROJECTIONS",
        None,
        "Projections that a crawl keeps current, such as search,turtle, or none; unset: all that are configured.",
    ),
    Variable("CRAWLER_CONTACT", PROJECT_URL, "Who runs this crawler: goes into the User-Agent."),
    Variable(
        "ALLOWED_PRIVATE_HOSTS",
        None,
        "Hosts, with commas, that seeds and answers may lead to although they are private; endpoints always may.",
    ),
)


@cache
def variables() -> tuple[Variable, ...]:
    """Every setting: the project's own, and those of each platform's spider."""
    # Spiders name settings with the class above.
    spiders = import_module("mlentory_crawl.spiders")
    return (*_OWN, *(variable for spider in spiders.platforms() for variable in spider.variables))


ENV_FILE = "MLENTORY_ENV_FILE"
"""Names the file that is read in place of ``.env``; ``/dev/null`` for none."""


def read_environment() -> dict[str, str | None]:
    """Every setting's value: the environment's, else that of ``.env``, else the default; empty counts as unset."""
    path = Path(os.environ.get(ENV_FILE) or ".env")
    written = dotenv_values(path) if path.is_file() else {}
    return {v.name: os.environ.get(v.name) or written.get(v.name) or v.default for v in variables()}
