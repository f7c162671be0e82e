"""The keys that a tantivy index holds while it is written: its deletions do not report whether there was one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tantivy import Query, Searcher

from mlentory_crawl.stores.search.tantivy.index import KEY, schema


class HeldKeys:
    """The keys that were written or deleted since the last commit, before which the index itself can be asked."""

    def __init__(self) -> None:
        self._held: dict[str, bool] = {}

    def reset(self) -> None:
        """Begin anew, after a commit or without what came since the last one."""
        self._held.clear()

    def absent(self, taken: Iterable[tuple[str, bool]], committed: Callable[[], Searcher | None]) -> int:
        """The number of deletions that found nothing to delete.

        Args:
            taken: the keys in order, each with whether its document was written, else it was deleted.
            committed: gives the last commit; None where that counts no more.
        """
        absent, unknown = 0, []
        for key, is_written in taken:
            held = self._held.get(key)
            if not is_written and held is None:
                unknown.append(key)
            elif not is_written and not held:
                absent += 1
            self._held[key] = is_written
        searcher = committed() if unknown else None
        if searcher is not None:
            query = Query.term_set_query(schema(), KEY, unknown)
            absent -= int(searcher.search(query, 1).count)  # type: ignore[attr-defined]
        return absent + len(unknown)
