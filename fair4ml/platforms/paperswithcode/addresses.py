"""Where the pages of Papers with Code are."""

from __future__ import annotations

HOSTS = frozenset({"paperswithcode.co"})
"""Those whose pages are about papers, tasks and benchmarks."""
