"""Where arXiv's pages are."""

from __future__ import annotations

HOSTS = frozenset({"arxiv.org", "export.arxiv.org"})
"""Those whose pages are about articles."""
