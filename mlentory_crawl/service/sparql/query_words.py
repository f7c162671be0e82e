"""Words of queries that ask for what is not given: the library that runs a query shows no more of it than a result."""

from __future__ import annotations

import re

SERVICE = "SERVICE: this endpoint asks no others"
FROM = "FROM: there is one graph, the default one; leave the clause out"
_NO_WORDS = re.compile(
    r"""<[^<>"{}|^`\\\x00-\x20]*>|\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}"""
    r"""|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'|\#[^\n\r]*""",
    re.DOTALL,
)
"""Addresses, texts and comments."""
_WORD = re.compile(r"(?<![\w:?$@-])[A-Za-z]+(?![\w:-])")
"""A word that is no name: of a variable, of a prefix, or behind one."""
_ANYWHERE = re.compile(r"\bSERVICE\b", re.IGNORECASE)
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
_PROLOGUE = {"BASE", "PREFIX", "VERSION"}


def words(query: str) -> list[str]:
    """Return the words of a query that are no names, in capitals."""
    return [word.upper() for word in _WORD.findall(_NO_WORDS.sub(" ", query))]


def what_is_refused(query: str, *, may_be_service: bool) -> str | None:
    """Return the reason why a query is refused; None if it is not.

    Args:
        query: the query.
        may_be_service: True where nothing else would keep it from asking others: the word is then refused wherever it
            stands.
    """
    found = words(query)
    if "SERVICE" in found or (may_be_service and _ANYWHERE.search(query)):
        return SERVICE
    return FROM if "FROM" in found else None


def is_update(query: str) -> bool:
    """Check whether a text that is no query begins as an update does."""
    first = next((word for word in words(query) if word not in _PROLOGUE), None)
    return first in _UPDATES
