"""Languages that pages state."""

from __future__ import annotations

import re

from fair4ml.normalize.languages import parse_language

_LONGEST = 200
_AFTER_LOCALE = re.compile(r"\s*[.@;].*", re.DOTALL)


def stated_language(text: str) -> str | None:
    """The tag of the one language that a text states, also as a locale of programs, or first in a list of its forms.

    Args:
        text: a tag of BCP 47, a name, a locale (``en_US.UTF-8``), or several of these with commas.
    """
    parts = [_AFTER_LOCALE.sub("", part.strip()) for part in text[:_LONGEST].split(",")]
    found = [language for part in parts if (language := parse_language(part)) is not None]
    if not found or len(found) < len(parts) or len({language.stub.iri for language in found}) > 1:
        return None
    return found[0].tag
