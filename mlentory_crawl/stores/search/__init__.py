"""Search: queries, fields and hints that both engines share."""
