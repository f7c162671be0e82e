"""GitHub: repositories, CITATION.cff, CodeMeta."""
