"""Contents of exported documents: texts by the names of their parts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fair4ml.describe.writing import LONGEST_TEXT

_README = re.compile(r"(?:.*/)?readme(?:\.\w+)?", re.IGNORECASE)


def readme_of(content: Mapping[str, str | None]) -> str | None:
    """The text of the README among files, the one nearest to the top; None if there is none."""
    found = [path for path, text in content.items() if _README.fullmatch(path) and text and text.strip()]
    return content[min(found, key=len)] if found else None


def text_of(content: Mapping[str, str | None]) -> str | None:
    """The text of a content: its only part, else all parts, each after its name."""
    texts = {path: text for path, text in content.items() if text and text.strip()}
    if len(texts) < 2:
        return next(iter(texts.values()), None)
    return "\n\n".join(f"{path}\n\n{text}" for path, text in sorted(texts.items()))[:LONGEST_TEXT]
