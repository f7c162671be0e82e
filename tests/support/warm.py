"""Loads what a crawl loads, and builds what it builds at first use."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pydantic

import fair4ml
import mlentory_crawl
from fair4ml.describe.source_record import parse
from fair4ml.platforms import describe, source_model
from mlentory_crawl.sample_hub.models import MadeUpModels

_PACKAGES = (
    "fair4ml",
    "mlentory_crawl",
    "scrapy.commands",
    "scrapy.core.downloader.handlers.http11",
    "scrapy.downloadermiddlewares",
    "scrapy.dupefilters",
    "scrapy.extensions",
    "scrapy.pqueues",
    "scrapy.spidermiddlewares",
    "scrapy.squeues",
    "scrapy.statscollectors",
)
# Read from the environment of each command; programs; what needs an extra; deprecated.
_LEFT_OUT = (
    "mlentory_crawl.settings",
    "mlentory_crawl.extensions.scrapyd_launcher",
    "mlentory_crawl.orchestration.code_server",
    "mlentory_crawl.orchestration.definitions",
    "mlentory_crawl.rendering.playwright",
    "mlentory_crawl.rendering.splash",
    "scrapy.extensions.statsmailer",
)
_NEEDS_EXTRA = (
    "mlentory_crawl.service.",
    "mlentory_crawl.stores.sparql.exchange",
    "mlentory_crawl.stores.sparql.notes",
    "mlentory_crawl.stores.sparql.stated",
)
# It opens the event loop, which each process must do for itself.
_NEVER = "twisted.internet.reactor"


def warm() -> None:
    """Prepare this process for forking."""
    for package in _PACKAGES:
        for name in _modules(package):
            import_module(name)
    assert _NEVER not in sys.modules
    for model in _models(pydantic.BaseModel):
        model.model_rebuild()
    models = MadeUpModels(5)
    for number in range(len(models)):
        source, _ = parse(source_model("huggingface", "model"), models.record(number))
        describe(source)


def _modules(name: str) -> Iterator[str]:
    yield name
    package = import_module(name)
    for found in walk_packages(getattr(package, "__path__", []), f"{name}."):
        is_left_out = found.name in _LEFT_OUT or found.name.startswith(_NEEDS_EXTRA)
        if not is_left_out and not found.name.endswith(".__main__"):
            yield found.name


def _models(base: type[pydantic.BaseModel]) -> Iterator[type[pydantic.BaseModel]]:
    for model in base.__subclasses__():
        if model.__module__.partition(".")[0] in (fair4ml.__name__, mlentory_crawl.__name__):
            yield model
        yield from _models(model)
