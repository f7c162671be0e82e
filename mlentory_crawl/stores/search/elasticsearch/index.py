"""The layout of search documents in Elasticsearch: core types and filters only, which every server 8 and 9 has."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

from fair4ml.read.scripts import IDEOGRAPHS
from fair4ml.write.search_document import EVALUATION_FIELDS, FIELDS, TEXT, FieldType, search_document, searched_text
from mlentory_crawl.changes import Change
from mlentory_crawl.stores.search.analysis import LONGEST_WORD, PART
from mlentory_crawl.stores.search.fields import (
    TEXTS,
    WORDY,
    fields_digest,
    importance,
    stated,
)
from mlentory_crawl.stores.search.query import MAX_HITS

LAYOUT = 4
"""The version of the layout below; raised with each change that does not show in the search fields."""

PRODUCT = "mlentory_crawl"
"""Under this name the metadata of an index say that it is this program's."""

POSITION = "position"
"""The id of the document that is the store's position, and its only field; catalog keys have slashes."""

WEIGHT = "weight"
"""The field by which relevance is multiplied."""

HASH = "hash"
"""The field by which equal documents of the same entity are recognized."""

STATED = "stated"
"""The field with the names of the fields that a document has."""

TERMS = "terms"
"""The words of the facets that are searched too."""

IGNORE_ABOVE = 8191
"""Characters; a longer value may have more than the 32,766 bytes that a term can have. It is stored all the same."""

NESTED_LIMIT = 100_000
"""Evaluations of one model; the server's own limit is a tenth."""


def _keyword(**more: Any) -> dict[str, Any]:
    return {"type": "keyword", "ignore_above": IGNORE_ABOVE, **more}


def _words(analyzer: str, **more: Any) -> dict[str, Any]:
    # Beginnings of words are terms of their own: finding by a prefix reads one list.
    return {"type": "text", "analyzer": analyzer, "index_prefixes": {"min_chars": 2, "max_chars": 10}, **more}


def _mapped(name: str, field: FieldType) -> dict[str, Any]:
    if field.type == "date":
        return {"type": "date", "format": "strict_date_optional_time"}
    if field.type == "number":
        return {"type": "long"}
    if name == "name":
        return _words("words", fields={"parts": _words("parts"), "folded": _keyword(normalizer="folded")})
    if name in TEXTS:
        return {"type": "text", "analyzer": "prose"}
    if not field.facet:
        return _keyword()
    # Facets show values as they were written, filters do not mind the case.
    found = _keyword(fields={"folded": _keyword(normalizer="folded", doc_values=False)})
    return found | {"copy_to": TERMS} if name in WORDY else found


def mappings() -> dict[str, Any]:
    """The mapping of the index, derived from the search fields; nothing is mapped that is not named here."""
    evaluation = {
        name: {"type": "double"} if field.type == "number" else _keyword() for name, field in EVALUATION_FIELDS.items()
    }
    return {
        "dynamic": False,
        "_meta": {PRODUCT: fingerprint()},
        # What somebody wrote is searched, and not kept.
        "_source": {"excludes": [TEXT]},
        "properties": {
            **{name: _mapped(name, field) for name, field in FIELDS.items()},
            "evaluations": {"type": "nested", "dynamic": False, "properties": evaluation},
            TEXT: {"type": "text", "analyzer": "prose"},
            "key": _keyword(),
            STATED: _keyword(doc_values=False),
            TERMS: _words("words"),
            WEIGHT: {"type": "double", "index": False},
            HASH: {"type": "keyword", "index": False},
            POSITION: {
                "properties": {"catalog": _keyword(), "run": _keyword(), "sequence": {"type": "long"}},
            },
        },
    }


def fingerprint() -> dict[str, Any]:
    """The versions that an index must have to be usable as it is."""
    return {"layout": LAYOUT, "fields": fields_digest()}


def settings() -> dict[str, Any]:
    """The settings of the index."""
    fold = ["short", "lowercase", "asciifolding"]
    word = f"[{IDEOGRAPHS}]|[\\p{{IsAlphabetic}}\\p{{N}}&&[^{IDEOGRAPHS}]]+"
    return {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        # The store refreshes when it is complete up to its position, and only then.
        "refresh_interval": "-1",
        "max_result_window": MAX_HITS,
        "mapping": {"coerce": False, "nested_objects": {"limit": NESTED_LIMIT}},
        "analysis": {
            "tokenizer": {
                "word": {"type": "pattern", "pattern": word, "group": 0},
                "part": {"type": "pattern", "pattern": PART, "group": 0},
            },
            "filter": {
                "short": {"type": "length", "max": LONGEST_WORD - 1},
                "stem": {"type": "stemmer", "language": "porter2"},
            },
            "analyzer": {
                "words": {"type": "custom", "tokenizer": "word", "filter": fold},
                "parts": {"type": "custom", "tokenizer": "part", "filter": fold},
                "prose": {"type": "custom", "tokenizer": "word", "filter": [*fold, "stem"]},
            },
            "normalizer": {"folded": {"type": "custom", "filter": ["lowercase"]}},
        },
    }


def operation(change: Change) -> tuple[list[bytes], str | None]:
    """A change in a bulk request: two lines to write its document, one to delete it; and its `HASH`.

    Args:
        change: of which the last state counts; what is gone or a tombstone is deleted, and has no hash.

    Raises:
        TypeError, ValueError: a value that JSON cannot hold, such as half a surrogate pair.
    """
    target = {"_id": change.key}
    if change.state is None or change.deleted_at is not None:
        return [orjson.dumps({"delete": target})], None
    source = search_document(change.state)
    if (written := searched_text(change.state)) is not None:
        source[TEXT] = written
    source["key"] = change.key
    source[WEIGHT], source[STATED] = importance(source), stated(source)
    text = orjson.dumps(source)
    digest = blake2b(text, digest_size=16).hexdigest()
    return [orjson.dumps({"index": target}), b'%s,"%s":"%s"}' % (text[:-1], HASH.encode(), digest.encode())], digest
