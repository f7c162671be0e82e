"""The precedence of OpenML's records among those about the same entity."""

from __future__ import annotations

from fair4ml.merge import Authority

AUTHORITY = Authority(rank=3)
