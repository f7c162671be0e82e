"""Crawls the platforms that publish machine-learning models into one FAIR4ML graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlentory_crawl.face import Catalog

# Not read from the package's metadata, which cannot be found in an egg under scrapyd.
__version__ = "0.1.0"


def open(data_dir: str | Path = "data") -> Catalog:
    """Open a data directory for queries; close it after use, or use it in a `with`.

    Args:
        data_dir: the directory that holds the catalog.

    Raises:
        CatalogError: there is no readable catalog.
    """
    from mlentory_crawl.face import open_catalog  # not needed by those who only want the version, or a spider

    return open_catalog(data_dir)
