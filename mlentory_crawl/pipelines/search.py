"""Keeps the search index in step with the catalog."""

from __future__ import annotations

from mlentory_crawl.pipelines.projection import ProjectionPipeline


class SearchPipeline(ProjectionPipeline):
    """Updates the search index: Elasticsearch if it is configured, else the embedded one."""

    name = "search"
