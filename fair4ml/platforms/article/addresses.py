"""Addresses of pages on the web: each is about itself."""

from __future__ import annotations

HOSTS: frozenset[str] = frozenset()
"""No host is only this platform's: it is asked last."""
