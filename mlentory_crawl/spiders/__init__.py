"""One spider for each platform; its name is the platform's key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from mlentory_crawl.base_spiders.platform import PlatformSpider


def spider_of(platform: str) -> type[PlatformSpider]:
    """The spider of a platform.

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
    """The spiders of all platforms, by name."""
    return tuple(spider_of(name) for name in sorted(module.name for module in iter_modules(__path__)))


def endpoints(settings: Mapping[str, Any]) -> dict[str, str]:
    """The address of each platform's API that the settings name."""
    of_platforms = (each for each in platforms() if each.endpoint_setting in {v.name for v in each.variables})
    return {each.name: settings[each.endpoint_setting] for each in of_platforms if settings.get(each.endpoint_setting)}
