"""The search index in Elasticsearch."""
