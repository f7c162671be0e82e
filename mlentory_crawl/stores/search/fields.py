"""The fields that the indices of all search engines are made from."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from fair4ml.write.search_document import EVALUATION_FIELDS, FIELDS, MARKS

TEXTS = tuple(name for name, field in FIELDS.items() if field.type == "text")
NUMBERS = tuple(name for name, field in FIELDS.items() if field.type == "number")
DATES = tuple(name for name, field in FIELDS.items() if field.type == "date")
FACETS = tuple(name for name, field in FIELDS.items() if field.facet)
STATABLE = (*(name for name in FIELDS if name not in ("iri", "type", "has")), "evaluations")
"""The fields of which a search can require that a document has them, or that it has not."""

REQUIRABLE = tuple(dict.fromkeys((*STATABLE, *MARKS)))
"""The same, and what the field ``has`` can say."""

# Nobody who types "huggingface" means nearly all documents, nor the models derived from bert who types "bert".
_WORDLESS = frozenset({"type", "platform", "access", "base_model", "derivation", "has"})

WORDY = frozenset(FACETS) - _WORDLESS
"""The facets whose words are searched too: somebody who types "fill mask french" means these."""

FACET_VALUES = 50
"""The most values of a facet that an answer counts."""


def stated(source: Mapping[str, Any]) -> list[str]:
    """The fields of which a search document has a value, and what its field ``has`` says."""
    fields = [name for name in STATABLE if source.get(name) not in (None, "", [])]
    return list(dict.fromkeys((*fields, *source.get("has", ()))))


def fields_digest() -> str:
    """A hash of the fields: with another one an index has to be made anew."""
    fields = [
        (name, field.type, field.multi, field.facet)
        for some in (FIELDS, EVALUATION_FIELDS)
        for name, field in some.items()
    ]
    return blake2b(json.dumps(fields).encode(), digest_size=8).hexdigest()


def seconds(moment: str) -> int:
    """A date or time in ISO 8601 as seconds since 1970; one without a zone is UTC."""
    parsed = datetime.fromisoformat(moment)
    return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp())


def importance(source: Mapping[str, Any]) -> float:
    """The factor of the relevance of a search document: models first, then a little for what many use."""
    downloads = source.get("downloads", 0)
    return (2 if source.get("type") == "MLModel" else 1) * (1 + 0.1 * math.log10(1 + max(downloads, 0)))
