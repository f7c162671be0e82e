"""Compares the texts of articles with what people marked as such, and the time with that of trafilatura alone.

`python -m benchmarks.articles FOLDER` reads the pages of a benchmark: `ground-truth.json` has the text (`articleBody`)
and the address (`url`) of each page, `<name>.html.gz` is the page. The measure is the F1 of word 4-grams, the mean over
pages. Both ways run in turn (A B A B ...) in one process; times are the processor's.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fair4ml.read.web_page import read_page

LOW = 0.85
"""The F1 below which a page is named."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the benchmark.

    Attributes:
        url: its address.
        body: its bytes.
        text: its text as people marked it.
    """

    url: str
    body: bytes
    text: str


def pages(folder: Path) -> list[Page]:
    """The pages of a benchmark.

    Args:
        folder: where it is.
    """
    truth = json.loads((folder / "ground-truth.json").read_bytes())
    return [
        Page(told["url"], gzip.decompress((folder / f"{name}.html.gz").read_bytes()), told["articleBody"])
        for name, told in truth.items()
    ]


def agreement(text: str, truth: str) -> float:
    """The F1 of the word 4-grams of two texts.

    Args:
        text: the text that was extracted.
        truth: the text as people marked it.
    """
    one, other = _grams(text), _grams(truth)
    return 2 * (one & other).total() / (one.total() + other.total())


def _grams(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)))


def ours(page: Page) -> str:
    """The text as this project reads it, with everything else that it reads."""
    text: str = read_page(page.body, page.url, "text/html", {}).get("text", "")
    return text


def alone(page: Page) -> str:
    """The text as trafilatura extracts it from the same bytes, with its metadata."""
    from trafilatura import bare_extraction

    found = bare_extraction(page.body, url=page.url, with_metadata=True, include_comments=False)
    return found.text or "" if found else ""


def seconds(way: Callable[[Page], str], given: list[Page]) -> float:
    """The processor time of reading all pages once."""
    begun = time.process_time()
    for page in given:
        way(page)
    return time.process_time() - begun


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.articles", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder of the benchmark")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="of each (default: 5)")
    given = parser.parse_args()
    found = pages(given.folder)
    for name, way in (("read_page", ours), ("trafilatura", alone)):
        scores = {page.url: agreement(way(page), page.text) for page in found}
        low = ", ".join(f"{url} {score:.3f}" for url, score in scores.items() if score < LOW)
        print(f"{name}: F1 {statistics.mean(scores.values()):.4f} of {len(scores)} pages; below {LOW}: {low or 'none'}")
    pairs = [(seconds(ours, found), seconds(alone, found)) for _ in range(given.runs)]
    ratios = [other / this for this, other in pairs]
    per_page = statistics.median(this for this, _ in pairs) / len(found)
    print(f"read_page: {1000 * per_page:.1f} ms of processor time a page")
    print(f"speed of read_page / trafilatura: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
