"""Writes `.env.example` from the table of settings: `.venv/bin/python tools/make_env_example.py > .env.example`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

# The packages of this checkout, not those that happen to be installed.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mlentory_crawl.config import Variable
from mlentory_crawl.spiders import variables

HEAD = (
    "# Settings of mlentory_crawl: copy to .env, or set them in the environment, which goes first."
    " Empty counts as unset.\n"
)
DOCKER_HEAD = "\n# Only docker-compose.yml reads the following ones.\n"
DOCKER = (
    Variable("SCRAPYD_USERNAME", "scrapyd", "Who may use scrapyd."),
    Variable("SCRAPYD_PASSWORD", None, "The password for it; required."),
    Variable("SCRAPYD_PORT", "6800", "Where scrapyd answers on this machine."),
    Variable("NEO4J_BOLT_PORT", "7687", "Where Neo4j answers on this machine."),
    Variable("NEO4J_HTTP_PORT", "7474", "Where Neo4j's browser answers on this machine."),
    Variable("ELASTICSEARCH_PORT", "9200", "Where Elasticsearch answers on this machine."),
)


def text() -> str:
    """The whole file; settings without a default are commented out."""
    return HEAD + _lines(variables()) + DOCKER_HEAD + _lines(DOCKER)


def _lines(variables: Iterable[Variable]) -> str:
    return "".join(f"\n# {v.meaning}\n{'' if v.default else '# '}{v.name}={v.default or ''}\n" for v in variables)


if __name__ == "__main__":
    sys.stdout.write(text())
