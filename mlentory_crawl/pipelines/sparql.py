"""Keeps the triples for SPARQL in step with the catalog."""

from __future__ import annotations

from mlentory_crawl.pipelines.projection import ProjectionPipeline


class SparqlPipeline(ProjectionPipeline):
    """Updates the triples for SPARQL if ``PROJECTIONS`` names them."""

    name = "sparql"
