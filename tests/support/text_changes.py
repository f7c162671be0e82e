"""Made-up texts as the catalog hands them to stores."""

from __future__ import annotations

from typing import Any

from fair4ml.document import Document
from mlentory_crawl.changes import Change

BLOG = "https://blog.example/"
PROVENANCE = {"source": BLOG, "fetched_at": "2026-11-20T10:11:12Z"}


def text_document(name: str, cls: str = "Article", **facts: Any) -> Document:
    """The document of a text.

    Args:
        name: its name, from which its IRI follows.
        cls: its class.
        facts: its ``text``; ``authors``, as pairs of an address, or the name of a part, and a name; properties.
    """
    iri = facts.pop("iri", BLOG + name)
    text = facts.pop("text", f"The text of {name}.")
    named = {where if "/" in where else f"{iri}#{where}": who for where, who in facts.pop("authors", ())}
    document: Document = {
        "root": {"iri": iri, "class": cls, "name": name, "url": iri, "author": list(named), **facts},
        "parts": [{"iri": where, "class": "Person", "name": who} for where, who in named.items() if "#" in where],
        "stubs": [{"iri": where, "class": "Agent", "name": who} for where, who in named.items() if "#" not in where],
    }
    if text is not None:
        document["text"] = text
    return document


def text_change(key: str, name: str | None, cls: str = "Article", kind: str = "article", **facts: Any) -> Change:
    """A change of a text; None for the name: it is gone.

    Args:
        key: its native id.
        name: as in `text_document`.
        cls: its class.
        kind: the kind of its record.
        facts: as in `text_document`.
    """
    catalog_key = f"article/{kind}/{key}"
    if name is None:
        return Change(catalog_key, f"{BLOG}{key}", None)
    document = text_document(name, cls, **facts)
    return Change(
        catalog_key,
        document["root"]["iri"],
        {**document, "key": catalog_key, "counters": {}, "platforms": ["article"], "conflicts": {}},
        provenance=PROVENANCE,
    )
