"""What the mappings of all platforms share: checked source records, drafts of entities, people, articles, licenses."""
