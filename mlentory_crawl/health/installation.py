"""Checks of this machine: libraries, extras, settings, the data directory and its disk; no server is asked."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from mlentory_crawl import __version__
from mlentory_crawl.config.environment import dotenv, names_in_environment, read_settings, working_folder
from mlentory_crawl.config.values import shown
from mlentory_crawl.config.variables import Variable
from mlentory_crawl.data_directory import CATALOG, WITHHELD, holder_of
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.health.finding import Finding
from mlentory_crawl.middlewares.pacing import pace
from mlentory_crawl.projections.registry import kept_current
from mlentory_crawl.rendering.renderer import check_renderer
from mlentory_crawl.stores.factory import check_store_settings
from mlentory_crawl.suggestions import did_you_mean

DISTRIBUTION = "mlentory-crawl"
LEAST_FREE = 1 << 30
"""The number of free bytes below which a crawl will soon fail."""
MISSPELLED = 0.85
"""The similarity from which an unknown variable is a misspelled setting, and not one of another program."""


def check_versions() -> Iterator[Finding]:
    """Check that the installed libraries are those that this version works with."""
    yield Finding(
        "versions",
        "ok",
        f"mlentory_crawl {__version__}, Python {platform.python_version()}, Scrapy {version('Scrapy')},"
        f" SQLite {sqlite3.sqlite_version}",
    )
    lacking: set[str] = set()
    unsupported: dict[str, list[str]] = {}
    extras: set[str] = set()
    for required in _requirements():
        extra = _extra_of(required)
        extras.update(filter(None, [extra]))
        try:
            installed = version(required.name)
        except PackageNotFoundError:
            if extra is None:
                yield Finding("versions", "problem", f"{required.name} is not installed")
            else:
                lacking.add(extra)
            continue
        if not required.specifier.contains(installed, prereleases=True):
            message = f"{required.name} {installed} is installed, {required.specifier} is supported"
            if extra is None:
                yield Finding("versions", "problem", message)
            else:
                unsupported.setdefault(extra, []).append(message)
    complete = sorted(extras - lacking)
    for extra in complete:
        for message in unsupported.get(extra, ()):
            yield Finding("extras", "note", message)
    if complete:
        yield Finding("extras", "ok", f"installed: {', '.join(complete)}")
    if lacking:
        yield Finding("extras", "ok", f"not installed: {', '.join(sorted(lacking))}")


def _requirements() -> Iterator[Requirement]:
    try:
        declared = requires(DISTRIBUTION) or []
    except PackageNotFoundError:  # in an egg under scrapyd
        return
    for text in declared:
        required = Requirement(text)
        extra = _extra_of(required)
        if required.marker is None or required.marker.evaluate({"extra": extra or ""}):
            yield required


def _extra_of(required: Requirement) -> str | None:
    found = re.search(r"extra == [\"']([\w-]+)[\"']", str(required.marker or ""))
    return found and found[1]


def settings_in_effect(variables: tuple[Variable, ...], settings: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the settings that are set, by name, with their value and origin; secrets are hidden."""
    stated = read_settings(variables)
    found = {}
    for variable in variables:
        value = settings.get(variable.name)
        if value in (None, variable.default):
            continue
        at = stated[variable.name]
        text = "(hidden)" if variable.secret else shown(variable, str(value))
        found[variable.name] = {"value": text, "origin": at.origin if at.value == value else "command line"}
    return found


def check_settings(variables: tuple[Variable, ...], settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the values of the settings, and that ``.env`` has no misspelled ones."""
    for name, each in settings_in_effect(variables, settings).items():
        yield Finding("settings", "ok", f"{name}={each['value']} ({each['origin']})")
    for check in (check_store_settings, kept_current, pace, check_renderer, _check_values):
        try:
            check(settings)
        except SettingError as error:
            yield Finding("settings", "problem", str(error))
    known = names_in_environment(variables)
    for name in dotenv(working_folder()):
        if name not in known and (hint := did_you_mean(name, known, alike=MISSPELLED)):
            yield Finding("settings", "note", f".env sets {name}, which is no setting: {hint}")


def _check_values(settings: Mapping[str, Any]) -> None:
    access, share, keep = (settings[name] for name in ("MLENTORY_DATA_ACCESS", "QUOTA_SHARE", "RAW_KEEP_RUNS"))
    if access not in WITHHELD:
        raise SettingError(f"MLENTORY_DATA_ACCESS: expected one of {', '.join(WITHHELD)}, got {access!r}")
    try:
        valid = 0 < float(share) <= 1
    except ValueError:
        valid = False
    if not valid:
        raise SettingError(f"QUOTA_SHARE: expected a number above 0 and at most 1, got {share!r}")
    if not str(keep).isdecimal():
        raise SettingError(f"RAW_KEEP_RUNS: expected a whole number, got {keep!r}")


def check_data_directory(data_dir: Path) -> Iterator[Finding]:
    """Check that the data directory can be written, who uses it, and the space on its disk."""
    existing = data_dir.absolute()
    while not existing.exists():
        existing = existing.parent
    if not data_dir.exists():
        yield Finding("data-directory", "note", f"{data_dir} does not exist yet: the first crawl creates it")
    elif not data_dir.is_dir():
        yield Finding("data-directory", "problem", f"{data_dir} is not a directory")
    elif user := holder_of(data_dir):
        yield Finding("data-directory", "note", f"{data_dir} is in use by {user}")
    else:
        yield Finding("data-directory", "ok", str(data_dir.absolute()))
    if not os.access(existing, os.W_OK | os.X_OK):
        yield Finding("data-directory", "problem", f"{existing} cannot be written by this user")
    yield _check_disk(existing, data_dir / CATALOG)


def _check_disk(folder: Path, catalog: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    needed = catalog.stat().st_size if catalog.is_file() else 0
    message = f"{free / 1e9:,.1f} GB free"
    if free < LEAST_FREE:
        return Finding("disk", "problem", f"{message}: a crawl will soon fail")
    if free < needed:
        return Finding("disk", "note", f"{message}, less than the catalog's {needed / 1e9:,.1f} GB: erase needs a copy")
    return Finding("disk", "ok", message)
