"""The values of settings: from the environment, a file for it, and files of secrets."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from mlentory_crawl.config.secret_file import file_variable, named_file, read_secret
from mlentory_crawl.config.variables import DATA_DIR, Variable
from mlentory_crawl.data_directory import CATALOG
from mlentory_crawl.exceptions import SettingError

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
