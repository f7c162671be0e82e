"""The precedence of GitHub's records among those about the same entity."""

from __future__ import annotations

from fair4ml.merge import Authority

AUTHORITY = Authority(rank=2, first=("repository",))
