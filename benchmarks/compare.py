"""Compares the processor time of a census with that of another checkout of the project.

`python -m benchmarks.compare CHECKOUT` runs both in turn (A B A B ...), each time into an empty data directory, from
one sample hub, and prints the medians and the ratio pair by pair. Processor time is that of the crawl with its helpers:
it holds where other programs take their share of the machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.__main__ import CENSUS, environment
from mlentory_crawl.sample_hub import SampleHub

HERE = Path(__file__).parent.parent


def processor_seconds(checkout: Path, endpoint: str) -> float:
    """The processor time of a census and of all processes that it started.

    Args:
        checkout: the folder of the project to run.
        endpoint: the hub's.

    Raises:
        subprocess.CalledProcessError: the crawl failed.
    """
    python = checkout / ".venv" / "bin" / "python"
    command = [str(python if python.exists() else sys.executable), "-m", "scrapy", "crawl", "huggingface"]
    command += [word for each in CENSUS for word in ("-a", each)] + ["-L", "ERROR"]
    with tempfile.TemporaryDirectory(prefix="mlentory-bench-") as folder:
        process = subprocess.Popen(command, cwd=checkout, env=environment(endpoint, Path(folder, "data")))
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("checkout", type=Path, help="the other checkout")
    parser.add_argument("--models", type=int, default=20_000, metavar="N", help="how many (default: 20000)")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="of each (default: 5)")
    given = parser.parse_args()
    other = given.checkout.resolve()
    with SampleHub(models=given.models) as hub:
        pairs = [[processor_seconds(checkout, hub.url) for checkout in (HERE, other)] for _ in range(given.runs)]
    for name, seconds in zip(("this checkout", "the other one"), zip(*pairs, strict=True), strict=True):
        told = ", ".join(f"{each:.2f}" for each in seconds)
        print(f"{name}: median {statistics.median(seconds):.2f} s of processor time ({told})")
    ratios = [this / that for this, that in pairs]
    print(f"this / the other: median {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
