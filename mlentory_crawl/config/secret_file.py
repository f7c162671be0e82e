"""Secrets that stand in files of their own, as Docker and Kubernetes hand them over."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path

from mlentory_crawl.exceptions import SettingError

MAX_BYTES = 64 * 1024
"""The size of the largest file that is read: no secret is larger, but files that were named by mistake are."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""Characters that no secret has, and that would end a header in which it is sent."""


def file_variable(name: str) -> str:
    """Return the name of the variable that names a file with a secret.

    Args:
        name: the variable that holds the secret itself.
    """
    return f"{name}_FILE"


def named_file(name: str, variables: Mapping[str, str | None], where: str) -> str | None:
    """Return the file that variables name for a secret; None if they name none.

    Args:
        name: the variable that holds the secret itself.
        variables: the variables, by name.
        where: the place where they are set, for the message.

    Raises:
        SettingError: they also hold the secret itself.
    """
    path = variables.get(file_variable(name))
    if path and variables.get(name):
        raise SettingError(f"{name} and {file_variable(name)} are both set ({where}): set only one of them")
    return path or None


def read_secret(name: str, path: Path) -> str:
    """Return the secret in a file, without the line ends behind it.

    Args:
        name: the variable that names the file.
        path: the file.

    Raises:
        SettingError: it holds no secret; the message has the variable, the path and the reason, and nothing of the
            content.
    """
    try:
        return _content(path)
    except OSError as error:
        raise SettingError(f"{name}: {path}: {error.strerror or error}") from None
    except ValueError as error:  # also a path that the file system does not know how to spell
        raise SettingError(f"{name}: {path}: {error}") from None


def _content(path: Path) -> str:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):  # a pipe would wait for somebody to write
        raise ValueError("it is a directory" if stat.S_ISDIR(mode) else "it is not a regular file")
    with path.open("rb") as file:
        read = file.read(MAX_BYTES + 1)
    if len(read) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES // 1024} KiB, too large for a secret")
    try:
        text = read.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        # The error itself has the bytes.
        raise ValueError("it is not UTF-8") from None
    if not text.strip():
        raise ValueError("it is empty")
    if _CONTROL.search(text):
        raise ValueError("expected one line without control characters")
    return text
