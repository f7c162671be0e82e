"""Where the pages of the BioImage Model Zoo are."""

from __future__ import annotations

HOSTS = frozenset({"bioimage.io", "hypha.aicell.io"})
"""Those whose pages are about resources of the zoo."""
