"""Keeps the search index in step with the catalog."""

from __future__ import annotations

from mlentory_crawl.pipelines.projection import ProjectionPipeline


class SearchPipeline(ProjectionPipeline):
    """The search index: Elasticsearch where it is set, else the embedded one."""

    name = "search"
