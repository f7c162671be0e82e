"""Writes `.env.example` from the table of settings: `.venv/bin/python tools/make_env_example.py > .env.example`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

# The packages of this checkout, not those that happen to be installed.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mlentory_crawl.config.variables import Variable
from mlentory_crawl.spiders import variables

HEAD = """\
# Settings of mlentory: copy to .env, or set environment variables, which take precedence. Empty means unset.
# A password, token or key may stand in a file instead: HF_TOKEN_FILE=secrets/hf_token.txt (from the folder of .env).
"""
DOCKER_HEAD = "\n# The following settings are read by docker-compose.yml only.\n"
DOCKER = (
    Variable("SCRAPYD_USERNAME", "scrapyd", "User name for scrapyd."),
    Variable("SCRAPYD_PASSWORD", None, "Password for scrapyd; required."),
    Variable("SCRAPYD_PORT", "6800", "Port of scrapyd on this machine."),
    Variable("NEO4J_BOLT_PORT", "7687", "Port of Neo4j on this machine."),
    Variable("NEO4J_HTTP_PORT", "7474", "Port of Neo4j Browser on this machine."),
    Variable("ELASTICSEARCH_PORT", "9200", "Port of Elasticsearch on this machine."),
    Variable("MONGODB_PORT", "27017", "Port of MongoDB on this machine."),
    Variable("DAGSTER_PG_PASSWORD", None, "Password for the database of Dagster; required with --profile dagster."),
    Variable("DAGSTER_PORT", "3000", "Port of Dagster's page on this machine."),
    Variable(
        "SERVE_BIND",
        "127.0.0.1",
        "Address of this machine on which the proxy of the service listens; 0.0.0.0: all of them.",
    ),
    Variable("SERVE_HTTP_PORT", "80", "Port of the proxy for HTTP, which only leads to HTTPS."),
    Variable("SERVE_HTTPS_PORT", "443", "Port of the proxy for HTTPS."),
    Variable("SERVE_SUBNET", "172.31.255.0/28", "Addresses of the network that the service and its proxy share."),
)


def text() -> str:
    """The whole file; settings without a default are commented out."""
    return HEAD + _lines(variables()) + DOCKER_HEAD + _lines(DOCKER)


def _lines(variables: Iterable[Variable]) -> str:
    return "".join(f"\n# {v.meaning}\n{'' if v.default else '# '}{v.name}={v.default or ''}\n" for v in variables)


if __name__ == "__main__":
    sys.stdout.write(text())
