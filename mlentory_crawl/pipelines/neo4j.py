"""Keeps the graph in Neo4j in step with the catalog."""

from __future__ import annotations

from mlentory_crawl.pipelines.projection import ProjectionPipeline


class Neo4jPipeline(ProjectionPipeline):
    """The graph in Neo4j, where ``NEO4J_URI`` is set."""

    name = "neo4j"
