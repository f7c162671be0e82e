"""One spider for each platform; its name is the platform's key."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from mlentory_crawl.base_spiders.platform import PlatformSpider
from mlentory_crawl.config.variables import VARIABLES, Variable


def spider_of(platform: str) -> type[PlatformSpider]:
    """Return the spider of a platform.

    Raises:
        ModuleNotFoundError: there is no such platform.
    """
    module = import_module(f"mlentory_crawl.spiders.{platform}")
    (spider,) = (
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, PlatformSpider) and each.__dict__.get("name") == platform
    )
    return spider


@cache
def platforms() -> tuple[type[PlatformSpider], ...]:
    """Return the spiders of all platforms, sorted by name."""
    return tuple(spider_of(name) for name in sorted(module.name for module in iter_modules(__path__)))


@cache
def variables() -> tuple[Variable, ...]:
    """Return all settings: the project's own, and those of each platform."""
    return (*VARIABLES, *(variable for spider in platforms() for variable in spider.variables))
