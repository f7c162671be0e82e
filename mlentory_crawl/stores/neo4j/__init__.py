"""The property graph in Neo4j."""
