"""Where the pages of the BioImage Model Zoo are."""

from __future__ import annotations

HOSTS = frozenset({"bioimage.io", "hypha.aicell.io"})
"""Those whose pages are about resources of the zoo."""

_ARTIFACTS = "https://hypha.aicell.io/bioimage-io/artifacts/"
ALIASES = {_ARTIFACTS: _ARTIFACTS}
"""A resource has the id of an older collection, too."""
