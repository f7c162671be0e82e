"""Arguments of a spider that stand in a YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlentory_crawl.crawl.seed_text import content, decoded
from mlentory_crawl.crawl.seed_yaml import Document, as_written

NAME = "config"
"""The argument that names the file."""
PARAMETERS = "parameters"
"""The key in the file that has the arguments."""


def with_file(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments together with those of the file that they name; what is given goes before the file.

    Args:
        given: the arguments, `NAME` among them.

    Raises:
        ValueError: the file cannot be read or has something else in it.
    """
    return {**_parameters(given[NAME]), **{name: value for name, value in given.items() if name != NAME}}


def _parameters(path: str) -> dict[str, Any]:
    if not path:
        raise ValueError(f"{NAME} names no file")
    document = _document(path)
    root = document.values[0]
    if unknown := [name for name in root if name != PARAMETERS]:
        line = document.lines[id(root), unknown[0]]
        raise ValueError(f"{path}: {unknown[0]} (line {line}): unknown key, expected {PARAMETERS} alone")
    parameters = root.get(PARAMETERS)
    if not isinstance(parameters, dict):
        raise ValueError(f"{path}: {PARAMETERS}: expected a mapping of arguments, got {_kind(parameters)}")
    for name, value in parameters.items():
        items = value if isinstance(value, list) else [value]
        if odd := [each for each in items if isinstance(each, dict | list) or (each is None and value is not None)]:
            line = document.lines[id(parameters), name]
            raise ValueError(
                f"{path}: {PARAMETERS}.{name} (line {line}): expected a value or a list of values, got {_kind(odd[0])}"
                + (" in a list" if value is not odd[0] else "")
            )
    if NAME in parameters:
        raise ValueError(f"{path}: {PARAMETERS}.{NAME}: a file cannot name another one")
    return {name: value for name, value in parameters.items() if value is not None}


def _document(path: str) -> Document:
    try:
        document = Document(decoded(content(Path(path))), as_written)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{path} {error}") from error
    if len(document.values) != 1 or not isinstance(document.values[0], dict):
        kinds = ", ".join(map(_kind, document.values)) or "nothing"
        raise ValueError(f"{path}: expected a mapping with the key {PARAMETERS}, got {kinds}")
    return document


def _kind(value: Any) -> str:
    kinds = {dict: "a mapping", list: "a list", type(None): "nothing"}
    return kinds.get(type(value), repr(value)[:100])
