"""Tells how many small mistakes in the code its tests find: `python tools/mutation.py [MODULE ...]`.

Each mutant of a module is written into a copy of the checkout, so that commands in separate processes read it, too.
The module's tests are run there until one fails, in a process forked from this one, which has loaded their libraries.
A mutant that survives shows behavior that no test checks, unless the change has no effect. `TESTS` declares the files
that test a module; tests that crawl are only run with ``--crawls``.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import pytest
from mutants import Mutant, mutants

LIBRARIES = ("lxml.etree", "orjson", "pydantic", "rdflib", "scrapy.cmdline", "scrapy.crawler", "yaml")
"""The libraries that most tests load."""
MEMORY = 8 * 2**30
"""The bytes that a process of tests may address: a mutant may allocate without end."""
ROOT = Path(__file__).resolve().parent.parent
CARDS = "mapping_huggingface mapping_huggingface_card model_card"
SEEDS = "seed_formats seeds"
TESTS: dict[str, tuple[str, str]] = {
    "fair4ml/document.py": ("document", "refused_fields erase"),
    "fair4ml/document_changes.py": ("document", "refused_fields erase"),
    "fair4ml/merge.py": ("merge", ""),
    "fair4ml/normalize/licenses.py": ("licenses", ""),
    "fair4ml/normalize/license_addresses.py": ("licenses", ""),
    "fair4ml/normalize/license_compatibility.py": ("license_rules", "lineage"),
    "fair4ml/identifiers.py": ("identifiers iris tasks languages", ""),
    "fair4ml/normalize/metrics.py": ("metrics metric_scales metric_values", "leaderboard"),
    "fair4ml/normalize/metric_scales.py": ("metric_scales metrics", "leaderboard"),
    "fair4ml/normalize/metric_values.py": ("metric_values metrics", "leaderboard"),
    "fair4ml/normalize/co2_emissions.py": (f"emissions {CARDS}", ""),
    "fair4ml/read/card_code.py": (f"card_code {CARDS}", ""),
    "fair4ml/platforms/huggingface/evaluations.py": (f"huggingface_results {CARDS}", "leaderboard"),
    "fair4ml/platforms/huggingface/results.py": (f"huggingface_results {CARDS}", "leaderboard"),
    "fair4ml/platforms/huggingface/lineage.py": (f"huggingface_lineage {CARDS}", "lineage"),
    "fair4ml/describe/hub_repositories.py": (f"hub_repositories {CARDS}", "lineage"),
    "fair4ml/platforms/huggingface/parameters.py": (f"mapping_huggingface_parameters {CARDS}", ""),
    "fair4ml/platforms/huggingface/licenses.py": (f"mapping_licensing {CARDS}", ""),
    "fair4ml/describe/licensing.py": (f"mapping_licensing {CARDS}", ""),
    "fair4ml/write/rdf.py": ("rdf shapes", ""),
    "fair4ml/write/rdf_syntax.py": ("rdf shapes", ""),
    "mlentory_crawl/catalog/writer.py": ("catalog run pages modes catch_up", "chain replay erase"),
    "mlentory_crawl/catalog/records.py": ("record_table catalog run", "chain replay erase"),
    "mlentory_crawl/catalog/database.py": ("record_table catalog reading data_directory", ""),
    "mlentory_crawl/catalog/feed.py": ("catalog catch_up", "chain"),
    "mlentory_crawl/catalog/queries/evaluations.py": ("results find", "leaderboard"),
    "mlentory_crawl/catalog/queries/boards.py": ("boards results", "leaderboard"),
    "mlentory_crawl/catalog/queries/find.py": ("find derivations", "leaderboard"),
    "mlentory_crawl/catalog/queries/lineage.py": ("derivations", "lineage ancestors"),
    "mlentory_crawl/projections/catch_up.py": ("catch_up", "chain"),
    "mlentory_crawl/crawl/run.py": ("run pages cursor verdicts dispatching", "chain accidents erase"),
    "mlentory_crawl/middlewares/quota.py": ("quota", "crawl_quota"),
    "mlentory_crawl/middlewares/private_addresses.py": ("private_addresses", "crawl_private_addresses"),
    "mlentory_crawl/middlewares/robots_txt.py": ("robots_txt", ""),
    "mlentory_crawl/middlewares/pacing.py": ("pacing", "robots"),
    "mlentory_crawl/middlewares/connections.py": ("connections", "robots"),
    "mlentory_crawl/crawl/seed_list.py": (f"{SEEDS} dispatching modes", "dispatcher"),
    "mlentory_crawl/crawl/seed_formats.py": (SEEDS, ""),
    "mlentory_crawl/crawl/seed_text.py": (f"{SEEDS} modes", ""),
    "mlentory_crawl/crawl/seed_values.py": (SEEDS, ""),
    "mlentory_crawl/crawl/seed_xml.py": (SEEDS, ""),
    "mlentory_crawl/crawl/seed_yaml.py": (SEEDS, ""),
    "mlentory_crawl/spiders/dispatcher.py": ("dispatching", "dispatcher"),
}
"""The names of the quick test files of a module and of those that crawl, without ``test_``."""


@dataclass(slots=True)
class Result:
    """The outcomes of the mutants of a module."""

    module: str
    ends: Counter[str] = field(default_factory=Counter)


class Checkout:
    """A copy of the checkout, whose modules are changed instead of the original ones.

    Args:
        folder: the folder of the copy.

    Attributes:
        told: the file with the output of the last tests.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told = folder / "told.txt"
        folder.chmod(0o755)  # some tests ask commands as another user
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)

    def passes(self, files: Sequence[str], timeout: float = float("inf")) -> bool:
        """Run tests, and return whether they pass.

        Raises:
            TimeoutError: they have not ended by then.
        """
        process = os.fork()
        if not process:
            self._test(files)
        until = time.monotonic() + timeout
        while True:
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status) == 0
            if time.monotonic() > until:
                os.killpg(process, signal.SIGKILL)
                os.waitpid(process, 0)
                raise TimeoutError
            time.sleep(0.02)

    def _test(self, files: Sequence[str]) -> NoReturn:
        """Run tests as if this process had been started in the copy."""
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        told = os.open(self.told, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        for stream in (0, 1, 2):
            os.dup2(told, stream)
        os.chdir(self.folder)
        # Bytecode is matched to its source by time and size, which mutants may share.
        sys.dont_write_bytecode = True
        os.environ.update(CI="1", PYTHONDONTWRITEBYTECODE="1", PYTHONPATH=str(self.folder))
        sys.path.insert(0, str(self.folder))
        code = 1
        try:
            code = int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *files]))
        finally:
            os._exit(code)

    def judge(
        self, module: str, files: Sequence[Sequence[str]], made: Sequence[Mutant]
    ) -> Iterator[tuple[Mutant, str]]:
        """The outcome of each mutant of a module: ``killed``, ``timed out`` or ``survived``.

        Raises:
            SystemExit: the tests fail without a mutant.
        """
        path = self.folder / module
        source = path.read_text("utf-8")
        slowest = []
        for each in files:
            began = time.monotonic()
            if not self.passes(each):
                told = "\n".join(self.told.read_text("utf-8", "replace").splitlines()[-20:])
                raise SystemExit(f"{told}\n{module}: {' '.join(each)} fail without a mutant")
            slowest.append(10 + 4 * (time.monotonic() - began))
        for mutant in made:
            path.write_text(mutant.source, "utf-8")
            try:
                is_found = any(not self.passes(*each) for each in zip(files, slowest, strict=True))
                yield mutant, "killed" if is_found else "survived"
            except TimeoutError:
                yield mutant, "timed out"
            finally:
                path.write_text(source, "utf-8")


def tests_of(module: str, *, crawls: bool) -> list[list[str]]:
    """The files that test a module, by round, in order."""
    places = {path.stem.removeprefix("test_"): path for path in (ROOT / "tests").rglob("test_*.py")}
    rounds = [[str(places[name].relative_to(ROOT)) for name in names.split()] for names in TESTS[module]]
    return [files for n, files in enumerate(rounds) if files and (n == 0 or crawls)]


def run(modules: Sequence[str], count: int, seed: str, *, crawls: bool) -> Iterator[Result]:
    """The results of modules, one after the other; mutants that were not killed are printed on the way."""
    with tempfile.TemporaryDirectory() as folder:
        checkout = Checkout(Path(folder))
        for module in modules:
            result = Result(module)
            made = mutants((ROOT / module).read_text("utf-8"), f"{seed}:{module}", count)
            for mutant, end in checkout.judge(module, tests_of(module, crawls=crawls), made):
                result.ends[end] += 1
                if end != "killed":
                    print(f"{module}:{mutant.line}: {end}: {mutant.operator}: {_change(mutant)}", flush=True)
            yield result


def table(results: Sequence[Result]) -> Iterator[str]:
    """The results as the lines of a table."""
    width = max(len(result.module) for result in results)
    yield f"{'module':{width}}  mutants  killed  timed out  survived  score"
    for result in results:
        ends, total = result.ends, result.ends.total()
        score = f"{1 - ends['survived'] / total:.0%}" if total else "-"
        told = f"{total:7}  {ends['killed']:6}  {ends['timed out']:9}  {ends['survived']:8}  {score:>5}"
        yield f"{result.module:{width}}  {told}"


def _change(mutant: Mutant) -> str:
    """The code before and after a change, from shortly before the first difference."""
    same = next((n for n, (one, other) in enumerate(zip(mutant.before, mutant.after, strict=False)) if one != other), 0)
    start = max(0, same - 20)
    before, after = (" ".join(text[start : start + 80].split()) for text in (mutant.before, mutant.after))
    return f"{before} -> {after}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it, and return 0 whatever survives."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="those of TESTS, without it all")
    parser.add_argument("--mutants", type=int, default=25, help="of each module at the most (default: %(default)s)")
    parser.add_argument("--seed", default="1", help="which ones (default: %(default)s)")
    parser.add_argument("--crawls", action="store_true", help="also run tests that crawl on what survives the others")
    options = parser.parse_args(arguments)
    if unknown := [module for module in options.modules if module not in TESTS]:
        parser.error(f"no tests are declared for {', '.join(unknown)}")
    for library in LIBRARIES:
        import_module(library)
    results = list(run(options.modules or list(TESTS), options.mutants, options.seed, crawls=options.crawls))
    print(*table(results), sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
