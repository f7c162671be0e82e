"""IRIs that every RDF parser takes, whatever a source wrote."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import quote

# RFC 3987, section 2.2: what an IRI may hold besides ASCII; private characters may stand in a query only.
_UCSCHAR = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef" + "".join(
    f"{chr((plane << 16) + (0x1000 if plane == 14 else 0))}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 15)
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_NAME = rf"A-Za-z0-9._~!$&'()*+,;=\-{_UCSCHAR}"

# Not all that is allowed, but what nearly all IRIs are: they need no second look.
_PLAIN_PATH = r"A-Za-z0-9._~!$&'()*+,;=:@/\-"
_PLAIN = re.compile(rf"[a-z]+://[A-Za-z0-9.\-]++(?:/[{_PLAIN_PATH}]*+)?(?:\?[{_PLAIN_PATH}?]*+)?(?:#[A-Za-z0-9\-]*+)?")

_COMPONENTS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*:)?(?://(?P<authority>[^/?#]*))?(?P<path>[^?#]*)"
    r"(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.DOTALL,
)
# Compiled at their first use, which few commands come to: it takes tens of milliseconds.
_AUTHORITY = (
    rf"(?!.*\s)(?:(?:[{_NAME}:]|%[0-9A-Fa-f]{{2}})*@)?(?P<host>\[[^\]]*\]|(?:[{_NAME}]|%[0-9A-Fa-f]{{2}})*)(?::[0-9]*)?"
)
# Spaces of other scripts are allowed, but parsers that read lines by words stumble over them.
_NEVER = r"%(?![0-9A-Fa-f]{2})|\s"
_NOT_IN_A_NAME = rf"{_NEVER}|[^{_NAME}%]"
_NOT_IN_A_PATH = rf"{_NEVER}|[^{_NAME}:@/%]"
_NOT_IN_A_QUERY = rf"{_NEVER}|[^{_NAME}{_PRIVATE}:@/?%]"
_NOT_IN_A_FRAGMENT = rf"{_NEVER}|[^{_NAME}:@/?%]"


def _encoded(match: re.Match[str]) -> str:
    return quote(match[0], safe="", errors="surrogatepass")


def _safe_authority(authority: str) -> str:
    match = re.fullmatch(_AUTHORITY, authority)
    if match is None:
        return re.sub(_NOT_IN_A_NAME, _encoded, authority)
    if match["host"].startswith("["):
        try:
            IPv6Address(match["host"][1:-1])
        except AddressValueError:
            return re.sub(_NOT_IN_A_NAME, _encoded, authority)
    return authority


@lru_cache(maxsize=16_384)
def safe_iri(iri: str) -> str:
    """The IRI itself where it follows RFC 3987, else with the characters percent-encoded that break the rules.

    A text without a scheme can name nothing; it becomes ``urn:invalid:`` and the text, so that no reader resolves it
    against an address of its own.
    """
    if _PLAIN.fullmatch(iri):
        return iri
    match = _COMPONENTS.fullmatch(iri)
    assert match is not None
    scheme, authority, path, query, fragment = match.group("scheme", "authority", "path", "query", "fragment")
    if scheme is None:
        return f"urn:invalid:{re.sub(_NOT_IN_A_NAME, _encoded, iri)}"
    safe = scheme
    if authority is not None:
        safe += f"//{_safe_authority(authority)}"
    safe += re.sub(_NOT_IN_A_PATH, _encoded, path)
    if query is not None:
        safe += f"?{re.sub(_NOT_IN_A_QUERY, _encoded, query)}"
    if fragment is not None:
        safe += f"#{re.sub(_NOT_IN_A_FRAGMENT, _encoded, fragment)}"
    return safe
