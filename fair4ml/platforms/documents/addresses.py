"""Addresses of documents: each is on the site of whoever published it, so that no host is this platform's."""

from __future__ import annotations

HOSTS: frozenset[str] = frozenset()
"""No host is only this platform's."""
