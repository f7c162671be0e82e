"""Steps that follow a crawl's list: deletions, and what records name and the catalog lacks."""
