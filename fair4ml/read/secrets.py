"""Tokens and keys that somebody left in a text by mistake."""

from __future__ import annotations

import re
from typing import Any

MARK = "[secret removed]"
"""The text in place of a secret."""
MARK_IN_ADDRESS = "secret-removed"
DEEPEST = 20

# Only shapes that their services give to such tokens and that no words have.
_SHAPES = (
    r"hf_[A-Za-z0-9]{30,64}",
    # Code hosts, in two generations.
    r"gh[pousr]_[A-Za-z0-9]{36,255}",
    r"[a-z]{6}_pat_[A-Za-z0-9_]{60,255}",
    r"glpat-[A-Za-z0-9_-]{20,64}",
    # Services with language models.
    r"sk-(?:[A-Za-z0-9]{40,255}|(?:proj|svcacct|admin|ant|or)-[A-Za-z0-9_-]{40,255})",
    # Clouds, chats, payments.
    r"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}",
    r"AIza[A-Za-z0-9_-]{35}",
    r"xox[abeoprs]-[A-Za-z0-9-]{20,255}",
    r"[sr]k_live_[A-Za-z0-9]{16,255}",
    # Registries of packages.
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-AgE[A-Za-z0-9_-]{36,255}",
    # JSON Web Tokens.
    r"eyJ[A-Za-z0-9_-]{17,4096}\.eyJ[A-Za-z0-9_-]{17,4096}\.[A-Za-z0-9_-]{20,1024}",
)
_TOKEN = re.compile(rf"(?<![A-Za-z0-9_-])(?:{'|'.join(_SHAPES)})(?![A-Za-z0-9_-])")
_KEY = re.compile(
    r"-----BEGIN (?P<kind>(?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?)-----"
    # Without its end, the key is what follows in lines of its alphabet.
    r"(?:(?:[^-]|-(?!----)){0,20000}-----END (?P=kind)-----|(?:\s{0,4}[A-Za-z0-9+/=]{30,100})*)"
)


# It has no shape of its own, but a name.
_NAMED = re.compile(
    r"(secret_?access_?key[\"']?\s{0,3}[=:]\s{0,3}[\"']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def masked(text: str) -> str:
    """Return a text with a mark in place of each private key and of each token of a well-known shape."""
    return _NAMED.sub(rf"\1{MARK}", _TOKEN.sub(MARK, _KEY.sub(MARK, text)))


def has_secret(text: str) -> bool:
    """Check whether a text has something in it that `masked` replaces."""
    return any(shape.search(text) is not None for shape in (_TOKEN, _KEY, _NAMED))


def is_key(value: str) -> bool:
    """Check whether the value of a parameter of an address is, or was, a key to a service."""
    return MARK_IN_ADDRESS in value or has_secret(value)


def masked_values(value: Any, depth: int = DEEPEST) -> Any:
    """Return decoded JSON with its texts masked; in addresses, the mark is one that addresses may have.

    Args:
        value: the text, number, list or object; it is not changed.
        depth: the number of levels to go down: what is deeper no record reads.
    """
    if isinstance(value, str):
        if not has_secret(value):
            return value
        return masked(value).replace(MARK, MARK_IN_ADDRESS) if _ADDRESS.fullmatch(value) else masked(value)
    if depth and isinstance(value, list):
        return [masked_values(each, depth - 1) for each in value]
    if depth and isinstance(value, dict):
        return {masked_values(name): masked_values(each, depth - 1) for name, each in value.items()}
    return value
