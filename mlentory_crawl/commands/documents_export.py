"""One export of the texts in the catalog, as documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from fair4ml.merge import State
from fair4ml.write.document_classes import Document, MongoDocument
from fair4ml.write.documents import class_of_text, documents_of
from mlentory_crawl.catalog.stored import Stored
from mlentory_crawl.commands.catalog_export import CatalogExport
from mlentory_crawl.exporters.base import Format
from mlentory_crawl.exporters.documents import left_out, row


class DocumentsExport(CatalogExport):
    """Writes texts with what is known of them, unless the catalog does not have them or their pages forbid it.

    Attributes:
        left_out: the number of texts that were left out, by reason.
    """

    VOCABULARIES: ClassVar[dict[str, str]] = {}
    TERMS: ClassVar[str] = (
        "Each text belongs to its author; its license says under which terms its page publishes it, where the page"
        " says so. Texts whose pages say noai are left out."
    )

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.left_out: Counter[str] = Counter()

    def _write_one(self, out: Format, state: State, records: Sequence[Stored]) -> bool:
        if class_of_text(state) is not None and (reason := self._left_out(state)):
            self.left_out[reason] += 1
            return False
        leading = next(stored for stored in records if stored.key == state["key"])
        return self._write_documents(out, state, documents_of(state, leading.provenance))

    def _left_out(self, state: State) -> str | None:
        return left_out(state)

    def _write_documents(self, out: Format, state: State, found: list[MongoDocument]) -> bool:
        if not found or not isinstance(found[0], Document):
            return False
        out.write(row(state, found[0]))
        return True

    def reasons(self) -> list[str]:
        told = [f"{count:,} left out ({reason})" for reason, count in sorted(self.left_out.items())]
        return [*told, *super().reasons()]

    def _options(self) -> dict[str, Any]:
        return {"documents": True, "left_out": dict(sorted(self.left_out.items()))}


class LlmTwinExport(DocumentsExport):
    """Writes texts and users in files for the readers of LLM Twin (`LlmTwinFiles`)."""

    def _left_out(self, state: State) -> str | None:
        return left_out(state, with_files=True)

    def _write_documents(self, out: Format, state: State, found: list[MongoDocument]) -> bool:
        if found:
            out.write({"documents": found})
        return bool(found)
