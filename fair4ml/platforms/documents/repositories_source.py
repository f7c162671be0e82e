"""Source model of an exported repository."""

from __future__ import annotations

from typing import Annotated

from fair4ml.describe.source_record import FilePath, NoneSent, Word
from fair4ml.platforms.documents.exported import TextDocument


class ExportedRepository(TextDocument):
    """A repository of source code; its content has the texts of its files by their paths."""

    name: Word | None = None
    other_files: Annotated[list[FilePath | None], NoneSent]
