"""Keeps the documents in MongoDB in step with the catalog."""

from __future__ import annotations

from mlentory_crawl.pipelines.projection import ProjectionPipeline


class MongoPipeline(ProjectionPipeline):
    """Updates the documents in MongoDB if ``MONGODB_URI`` is set."""

    name = "mongodb"
