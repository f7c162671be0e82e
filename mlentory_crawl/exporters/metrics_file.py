"""Figures of the catalog as a file that Prometheus' node-exporter reads (its textfile collector)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from mlentory_crawl.catalog.queries.measures import Labels, Measure, measures
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.data_directory import whole

READABLE = 0o644
"""The permissions of the file: node-exporter runs as another user, and there are only counts in it."""
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})
_ESCAPED_MEANING = str.maketrans({"\\": "\\\\", "\n": "\\n"})


def write_metrics(path: Path, data_dir: Path, ended: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the figures of a catalog and of its last runs; readers see the former file or the whole new one.

    Args:
        path: the file.
        data_dir: the data directory.
        ended: reports of runs to use in place of the stored ones, by platform.

    Raises:
        CatalogError: the catalog cannot be read.
    """
    with closing(CatalogReader(data_dir)) as reader:
        text = exposition(measures(reader, ended))
    with whole(path) as file:
        os.fchmod(file.fileno(), READABLE)
        file.write(text.encode())


def exposition(known: Iterable[Measure]) -> str:
    """Return figures in the text format of Prometheus; those without a value are left out."""
    return "".join(line for measure in known if measure.samples for line in _lines(measure))


def _lines(measure: Measure) -> Iterator[str]:
    yield f"# HELP {measure.name} {measure.meaning.translate(_ESCAPED_MEANING)}\n"
    yield f"# TYPE {measure.name} gauge\n"
    for labels, value in measure.samples.items():
        yield f"{measure.name}{_labels(labels)} {float(value)!r}\n"


def _labels(labels: Labels) -> str:
    written = ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in labels)
    return f"{{{written}}}" if written else ""
