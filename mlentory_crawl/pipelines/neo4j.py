"""Keeps the graph in Neo4j in step with the catalog."""

from __future__ import annotations

from mlentory_crawl.pipelines.projection import ProjectionPipeline


class Neo4jPipeline(ProjectionPipeline):
    """Updates the graph in Neo4j if ``NEO4J_URI`` is set."""

    name = "neo4j"
