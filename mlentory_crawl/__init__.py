"""Crawls the platforms that publish machine-learning models into one FAIR4ML graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlentory_crawl.face import Catalog

# Here and not in the package's metadata, which an egg under scrapyd has no name to be found by.
__version__ = "0.1.0"


def open(data_dir: str | Path = "data") -> Catalog:
    """Open a data directory for questions; to be closed, or used in a `with`.

    Args:
        data_dir: where the catalog is.

    Raises:
        CatalogError: there is no catalog that can be read.
    """
    from mlentory_crawl.face import open_catalog  # whoever wants the version, or a spider, needs none of it

    return open_catalog(data_dir)
