"""Keeps the files of runs current, above all Turtle; `projections/run_files.py` writes them."""

from __future__ import annotations

from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.pipelines.projection import ProjectionPipeline
from mlentory_crawl.projections.run_files import expected


class TurtlePipeline(ProjectionPipeline):
    """Writes ``rdf/``, ``normalized/`` and ``quarantine/`` for the run, and for earlier runs that lack them."""

    name = "turtle"

    def backlog(self) -> int:
        reader = CatalogReader(self.run.data_dir)
        lacking = sum(not (self.run.data_dir / path).exists() for _, _, path in expected(reader))
        reader.close()
        return lacking
