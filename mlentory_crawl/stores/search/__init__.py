"""Search: the queries, fields, text analysis and hints that both engines share."""
