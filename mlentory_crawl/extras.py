"""Extras: libraries that an installation may do without, and how to add them to it."""

from __future__ import annotations

import shlex
import sys
from importlib.util import find_spec


def install_command(extra: str) -> str:
    """Return the command that adds an extra to the running installation, whether it is a wheel or a checkout.

    Args:
        extra: its name in pyproject.toml.
    """
    # The interpreter is named, since `pip` alone may be that of another environment, where the project is unknown.
    python = shlex.quote(sys.executable)
    installer = f"{python} -m pip install" if find_spec("pip") else f"uv pip install --python {python}"
    return f"{installer} 'mlentory-crawl[{extra}]'"
