"""Run the commands, the Python and the SQL of docs/questions.md and of README, and write what they print below each.

The picture of a lineage of the same data, docs/assets/lineage.svg, is drawn as well.

Usage: python tools/make_question_outputs.py
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

# The packages of this checkout, not those that happen to be installed.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import zstandard

import mlentory_crawl
from mlentory_crawl.config.environment import ENV_FILE
from mlentory_crawl.sample_hub.story import QUANTIZED_SUPPORT
from mlentory_crawl.spiders import variables

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "questions.md"
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "assets" / "lineage.svg"

Mlentory = Callable[[Sequence[str], Path, Mapping[str, str]], str]

DATA_DIR = "demo-data"
MODELS = 100
"""The number of models that the page tells its readers to make, besides those of the story."""
COLUMNS = 90
"""The width of the outputs, which fits the page."""

_SNIPPET = re.compile(
    r"^(?P<indent> +)```(?P<language>sh|python|sql)\n(?P<code>.*?)^(?P=indent)```\n"
    r"(?:\n(?P=indent)```text\n.*?^(?P=indent)```\n)?",
    re.MULTILINE | re.DOTALL,
)
_OF_README = re.compile(
    r"^(?P<indent>)```(?P<language>sh)\n(?P<code>[^`]*)^```\n\n```text\n.*?^```\n", re.MULTILINE | re.DOTALL
)
"""The commands that README shows with their output; it has others without."""
_RUNS = ("20261201T031500Z_0a1b2c3d", "20261201T031501Z_4e5f6a7b")
"""The names of the demo's two runs on the page."""
_DAY = "2026-12-01"
"""The day of everything that they did."""


class Snippets:
    """Runs the snippets of the page, in their order, in a folder that has the data of the demo.

    Args:
        folder: the folder; the data directory in it is called as on the page.
        mlentory: what runs ``mlentory`` with these words, folder and environment, and returns what it prints.
    """

    def __init__(self, folder: Path, mlentory: Mlentory) -> None:
        self._folder = folder
        self._mlentory = mlentory
        self._names: dict[str, Any] = {"catalog": mlentory_crawl.open(folder / DATA_DIR)}
        path = (folder / DATA_DIR / "catalog.sqlite").absolute()
        self._database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        self._database.create_function(
            "unzstd", 1, lambda blob: zstandard.decompress(blob).decode(), deterministic=True
        )
        self._runs = [name for (name,) in self._database.execute("SELECT name FROM run ORDER BY id")]

    def close(self) -> None:
        """Release the catalog."""
        self._names["catalog"].close()
        self._database.close()

    def page(self, text: str) -> str:
        """The page with the outputs written anew."""
        return _SNIPPET.sub(self._with_output, text)

    def readme(self, text: str) -> str:
        """README with the outputs written anew."""
        return _OF_README.sub(self._with_output, text)

    def _with_output(self, found: re.Match[str]) -> str:
        indent, language = found["indent"], found["language"]
        code = "".join(line.removeprefix(indent) for line in found["code"].splitlines(keepends=True))
        output = {"sh": self._run_command, "python": self._run_python, "sql": self._run_sql}[language](code)
        lines = [
            f"{indent}{line}".rstrip() for line in ("```text", *self._masked(output).strip("\n").splitlines(), "```")
        ]
        head = f"{indent}```{language}\n{found['code']}{indent}```\n"
        return "\n".join([head, *lines, ""])

    def _masked(self, output: str) -> str:
        """An output in which folder, runs and times are those of the page."""
        output = output.replace(f"{self._folder}/", "")
        for name, shown in zip(self._runs, _RUNS, strict=True):
            output = output.replace(name, shown)
        begun = [datetime.strptime(name[:8], "%Y%m%d").replace(tzinfo=UTC) for name in self._runs]
        # A run may end on the day after it has begun.
        days = "|".join(f"{day + timedelta(later):%Y-%m-%d}" for day in begun for later in (0, 1))
        for pattern, shown in ((r"\d\d:\d\d:\d\d", "03:15:02"), (r"\d\d:\d\d", "03:15")):
            output = re.sub(rf"(?:{days})([T ]){pattern}(?!:)", rf"{_DAY}\g<1>{shown}", output)
        return re.sub(r"took \d+\.\d s", "took 0.9 s", output)

    def _run_command(self, code: str) -> str:
        """Run commands, one a line, each perhaps with programs behind it that take its output."""
        environment = _environment()
        printed = []
        for line in code.splitlines():
            command, _, filters = line.partition(" | ")
            output = self._mlentory(shlex.split(command)[1:], self._folder, environment)
            if filters:
                output = subprocess.run(
                    ["/bin/sh", "-c", filters], input=output, stdout=subprocess.PIPE, encoding="utf-8", check=True
                ).stdout
            printed.append(output)
        return "".join(printed)

    def _run_python(self, code: str) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.chdir(self._folder):
            exec(compile(code, str(PAGE), "exec"), self._names)  # noqa: S102  the page is part of the project
        return printed.getvalue()

    def _run_sql(self, code: str) -> str:
        rows = self._database.execute(code).fetchall()
        return "\n".join(" | ".join("" if value is None else str(value) for value in row) for row in rows)


def _environment() -> dict[str, str]:
    """Return the environment of a command on the data of the demo, without the user's settings."""
    names = {variable.name for variable in variables()}
    others = {name: value for name, value in os.environ.items() if name not in names}
    settings = {"MLENTORY_DATA_DIR": DATA_DIR, ENV_FILE: os.devnull}
    return {**others, **settings, "COLUMNS": str(COLUMNS), "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}


def picture(folder: Path, mlentory: Mlentory) -> str:
    """Draw the lineage of a model of the demo: its base, its fine-tune, their data, and a license conflict.

    Args:
        folder: the folder with the data of the demo.
        mlentory: as for the snippets.
    """
    return mlentory(["lineage", QUANTIZED_SUPPORT, "--format", "svg", "--data", "training"], folder, _environment())


def mlentory(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """Run ``mlentory`` in a process of its own.

    Raises:
        subprocess.CalledProcessError: it fails.
    """
    command = [sys.executable, "-m", "mlentory_crawl", *words]
    return subprocess.run(
        command, cwd=folder, env={**environment, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, encoding="utf-8",
        check=True,
    ).stdout  # fmt: skip


def main() -> None:
    """Write the page and the picture."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        mlentory(["demo", "--models", str(MODELS), "--keep", DATA_DIR], folder, os.environ)
        with contextlib.closing(Snippets(folder, mlentory)) as snippets:
            PAGE.write_text(snippets.page(PAGE.read_text("utf-8")), "utf-8")
            README.write_text(snippets.readme(README.read_text("utf-8")), "utf-8")
        PICTURE.write_text(picture(folder, mlentory), "utf-8")


if __name__ == "__main__":
    main()
