"""Source model of an exported user."""

from __future__ import annotations

from fair4ml.describe.source_record import Word
from fair4ml.platforms.documents.exported import Exported


class ExportedUser(Exported):
    """Somebody who writes, or for whom texts were collected."""

    first_name: Word | None = None
    last_name: Word | None = None
    full_name: Word | None = None
