"""Shared parts of all platforms' mappings: checked source records, drafts of entities, people, articles, licenses."""
