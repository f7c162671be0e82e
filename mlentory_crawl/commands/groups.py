"""The project's commands in the groups of the help, each with its purpose in one line."""

from __future__ import annotations

from importlib import import_module

from mlentory_crawl.commands.base import ProjectCommand

GROUPS: dict[str, dict[str, str]] = {
    "crawl": {
        "crawl": "fetch from a platform, or what a list of addresses names",
        "demo": "the whole chain on made-up models, no server or network",
        "replay": "map the archived answers of earlier runs again",
    },
    "ask": {
        "search": "find models by words, task, license, library, size, ...",
        "show": "one model: facts, who states each, lineage, evaluations",
        "lineage": "what a model derives from, what derives from it, licenses",
        "leaderboard": "who is best on a dataset, among what can be compared",
        "compare": "models side by side: license, data, parameters, metrics",
        "coverage": "how many records have each field",
        "status": "what is in the catalog, how current, what a run did",
    },
    "export": {
        "export": "the whole catalog as RDF, JSON lines, CSV or Parquet",
        "validate": "check an export, or the catalog, against the SHACL shapes",
    },
    "keep": {
        "sync": "bring the search index, Neo4j and files up to date",
        "erase": "remove entities for good; later crawls leave them out",
        "prune": "delete old raw answers and superseded versions",
        "doctor": "check settings, stores, quota, disk and clock",
    },
    "serve": {
        "serve": "the catalog in a browser and over HTTP, on this machine",
        "sample-hub": "a stand-in of the Hugging Face Hub on this machine",
    },
}
SUMMARIES = {name: summary for commands in GROUPS.values() for name, summary in commands.items()}


def command_of(name: str) -> type[ProjectCommand]:
    """Return the class of a command; only its own module is imported.

    Args:
        name: one of `SUMMARIES` other than ``crawl``, which Scrapy runs.
    """
    command: type[ProjectCommand] = import_module(f"mlentory_crawl.commands.{name.replace('-', '_')}").Command
    return command
