"""Repositories of source code that records of any platform name by an address."""

from __future__ import annotations

from functools import lru_cache

from fair4ml.entities import Stub
from fair4ml.identifiers import github_name_in, github_repository


@lru_cache(maxsize=16_384)
def code_stub(address: str) -> Stub:
    """The stub of the repository that an address leads into."""
    name = github_name_in(address)
    if name is None:
        return Stub(address, "SoftwareSourceCode", address.partition("://")[2].rstrip("/") or address)
    return Stub(github_repository(name), "SoftwareSourceCode", name)
