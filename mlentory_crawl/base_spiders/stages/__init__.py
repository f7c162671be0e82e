"""Steps that follow a crawl's lists: deletions, and entities that records name and the catalog lacks."""
