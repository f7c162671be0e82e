"""The hook by which notebooks show answers: the classes of answers stand below what draws them."""

from __future__ import annotations

from functools import singledispatch


@singledispatch
def as_html(answer: object) -> str | None:
    """Return an answer as HTML; None if nothing draws its class, which `mlentory_crawl.notebooks.html` registers."""
    return None


class Shown:
    """An answer that notebooks show as HTML, once `mlentory_crawl.open` was called."""

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        return as_html(self)
