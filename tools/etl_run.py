"""Crawls all platforms that are configured, then brings the projections up to date: `python tools/etl_run.py`."""

from __future__ import annotations

import sys

from scrapy.utils.project import get_project_settings

from fair4ml.platforms import census_kinds, look_ups, platforms
from mlentory_crawl.crawl.report import EXIT_CODES
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.orchestration import program
from mlentory_crawl.spiders import spider_of


def main() -> int:
    """Return 0 if all commands did; one that fails keeps no other from running, one that is interrupted does."""
    settings, codes = get_project_settings(), {}
    # Those that look up what others name come last.
    for name in sorted(platforms(), key=lambda name: not census_kinds(name)):
        if not census_kinds(name) and not look_ups(name):
            continue  # somebody has to say what to crawl
        try:
            spider_of(name).check_settings(settings)
        except SettingError as error:
            print(f"{name} is left out: {error}", flush=True)
            continue
        codes[name] = _run("crawl", name)
        if codes[name] == EXIT_CODES["stopped"]:
            return EXIT_CODES["stopped"]
    codes["projections"] = _run("sync")
    print(", ".join(f"{name}: exit code {code}" for name, code in codes.items()))
    return int(any(codes.values()))


def _run(*arguments: str) -> int:
    print("$ mlentory", *arguments, flush=True)
    ended = program.run(*arguments)
    print(ended.output, end="", flush=True)
    return ended.code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # the command has been interrupted, and has reported
        sys.exit(EXIT_CODES["stopped"])
