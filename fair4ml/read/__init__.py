"""Readers of texts that people write: Markdown, model cards, front matter, BibTeX, web pages, dates, damaged JSON."""
