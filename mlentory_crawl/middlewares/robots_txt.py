"""The rules of a robots.txt for this crawler (RFC 9309)."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from scrapy.robotstxt import ProtegoRobotParser

LARGEST = 500 * 1024
"""The size in bytes up to which a robots.txt is read; RFC 9309 requires at least this."""
EVERYBODY = "*"
_AGENT = re.compile(r"user[ -]?agent\b\s*:?\s*(.*)", re.IGNORECASE)
_PRODUCT = re.compile(r"[a-z_-]+")
_OF_THE_SITE = re.compile(r"(?:site-?maps?|host)\b", re.IGNORECASE)
"""The lines that belong to no group, wherever they stand."""


def product(user_agent: str) -> str:
    """Return the product token of a User-Agent header; everybody's if it has none."""
    token = _PRODUCT.match(user_agent.strip().lower())
    return token[0] if token else EVERYBODY


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a host for this crawler.

    Attributes:
        text: the rules, as one group for everybody; empty if everything is allowed.
        delay: the seconds that it asks for between two requests; None if it does not.
    """

    text: str = ""
    delay: float | None = None

    @classmethod
    def of(cls, body: bytes, token: str) -> Rules:
        """Return the rules in a robots.txt: those for a product token, or else those for everybody."""
        text = "\n".join(_group(_text(body).splitlines(), token))
        if not text:
            return cls()
        text = f"User-agent: {EVERYBODY}\n{text}"
        return cls(text, _parsed(text).crawl_delay(EVERYBODY))

    def allows(self, url: str) -> bool:
        """Check whether an address may be requested."""
        return not self.text or _parsed(self.text).allowed(url, EVERYBODY)


@lru_cache(maxsize=8)
def _parsed(text: str) -> ProtegoRobotParser:
    # Parsed rules take up to 40 times as much memory as their text, which is parsed in less than a millisecond.
    return ProtegoRobotParser(text.encode(), None)


def _text(body: bytes) -> str:
    if len(body) > LARGEST:
        end = max(body.rfind(b"\n", 0, LARGEST), body.rfind(b"\r", 0, LARGEST))
        body = body[: max(end, 0)]  # half a rule may forbid more than the whole one
    if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Addresses have the bytes of the file or, percent-encoded by browsers, its letters: the rules hold for both.
        return f"{body.decode('utf-8', 'replace')}\nUser-agent:\n{body.decode('latin-1')}"


def _group(lines: Iterable[str], token: str) -> list[str]:
    """Return the rules for a product token; those for everybody if no group names it.

    Which groups there are is decided here, since the parser compares every rule with every name: a few kilobytes of
    both would take it hours.
    """
    ours: list[str] = []
    everybodys: list[str] = []
    is_ours = is_everybodys = is_named = has_ours = False
    for line in (each.partition("#")[0].strip() for each in lines):
        if agent := _AGENT.fullmatch(line):
            if not is_named:
                is_ours = is_everybodys = False
            is_named = True
            is_ours |= product(agent[1]) == token
            is_everybodys |= agent[1] == EVERYBODY
            has_ours |= is_ours
        elif line and not _OF_THE_SITE.match(line):
            is_named = False
            if is_ours:
                ours.append(line)
            if is_everybodys:
                everybodys.append(line)
    return ours if has_ours else everybodys
