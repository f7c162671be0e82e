"""Writes the lock files from the ranges in pyproject.toml: `python tools/make_requirements.py [--upgrade]`.

``requirements.txt`` has what the project needs, with the drivers of servers; ``requirements/<name>.txt`` has what an
extra or a group of development tools needs. Each is resolved under the ones before it, in the order of pyproject.toml,
so that they can be installed together. A program that cannot be installed beside the project has an environment of its
own, from the ranges in ``tests/environments/<name>.in``. Versions that are pinned stay as long as their range allows
them, except with ``--upgrade``. Markers tell which versions of Python need a library: the files are right for all.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DRIVERS = ("neo4j", "elasticsearch", "mongodb")
"""The extras that are part of ``requirements.txt``."""
COMPILE = (sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11")
HEAD = ("--custom-compile-command", "make requirements")


def write(target: str, source: str, *options: str, ranges: Sequence[str] = ()) -> None:
    """Write one lock file.

    Args:
        target: its path below the project's folder.
        source: the file that has the ranges; ``-`` for `ranges`.
        options: further options of the compiler.
        ranges: requirements.
    """
    command = [*COMPILE, *HEAD, *options, "--output-file", target, source]
    subprocess.run(command, cwd=ROOT, input="\n".join(ranges), text=True, stdout=subprocess.DEVNULL, check=True)


def main(options: Sequence[str]) -> None:
    """Write all lock files."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    additions: dict[str, list[str]] = {**told["project"]["optional-dependencies"], **told["dependency-groups"]}
    drivers = [f"--extra={driver}" for driver in DRIVERS]
    write("requirements.txt", "pyproject.toml", "--annotation-style=line", *drivers, *options)
    under = ["--constraints=requirements.txt"]
    for name, ranges in additions.items():
        if name not in DRIVERS:
            write(f"requirements/{name}.txt", "-", "--no-annotate", *under, *options, ranges=ranges)
            under.append(f"--constraints=requirements/{name}.txt")
    for source in sorted((ROOT / "tests" / "environments").glob("*.in")):
        path = source.relative_to(ROOT)
        write(str(path.with_suffix(".txt")), str(path), "--annotation-style=line", *options)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
