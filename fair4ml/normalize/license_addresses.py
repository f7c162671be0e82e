"""Addresses at which licenses are published, read as the identifiers that they stand for."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from fair4ml.identifiers import hugging_face_license_id

# Each address is matched without its scheme, "www.", query and fragment.
_START = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_ID = r"(?P<id>[\w.+-]+?)"
_CC_ENDING = r"(?:/(?:legalcode|deed|rdf)[\w.-]*)?"
_GNU_ENDING = r"(?:-standalone)?(?:\.[a-z]{2}(?:-[a-z]{2})?)?(?:\.(?:html?|txt|md|tex|xml|odt|rtf))?"
_ENDING = r"(?:[.-](?:html?|php|txt|json|md))?"


def _stated(match: re.Match[str]) -> str:
    return unquote(match["id"])


def _creative_commons(match: re.Match[str]) -> str:
    """The identifier of SPDX, where the license was ported also with the place."""
    return "-".join(filter(None, ("cc", match["id"], match["version"], match["place"])))


def _gnu(match: re.Match[str]) -> str:
    family = "gfdl" if match["id"].lower() == "fdl" else match["id"]
    return "-".join(filter(None, (family, match["version"])))


_PAGES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
    (re.compile(pattern, re.IGNORECASE | re.ASCII), read)
    for pattern, read in (
        (rf"choosealicense\.com/licenses/{_ID}", _stated),
        (rf"spdx\.org/licenses/{_ID}(?:\.(?:html|json|txt|jsonld|rdf))?", _stated),
        # https://opensource.org/license/apache-2-0, of old /licenses/apache2.0.php
        (rf"opensource\.org/licenses?/{_ID}{_ENDING}", _stated),
        (
            rf"creativecommons\.org/licenses/(?P<id>[a-z-]+)/(?P<version>\d\.\d)(?:/(?P<place>(?!rdf\b)[a-z]{{2,3}}))?{_CC_ENDING}",
            _creative_commons,
        ),
        (rf"creativecommons\.org/publicdomain/zero/1\.0{_CC_ENDING}", lambda _: "cc0-1.0"),
        (rf"creativecommons\.org/licenses/publicdomain{_CC_ENDING}", lambda _: "cc-pddc"),
        (rf"creativecommons\.org/publicdomain/mark/1\.0{_CC_ENDING}", lambda _: "cc-pdm-1.0"),
        # https://www.gnu.org/licenses/old-licenses/lgpl-2.1.en.html; without a version it is the family
        (
            rf"gnu\.org/(?:licenses|copyleft)/(?:old-licenses/)?(?P<id>a?gpl|lgpl|fdl)(?:-(?P<version>\d\.\d))?{_GNU_ENDING}",
            _gnu,
        ),
        (r"apache\.org/licenses/license-(?P<id>\d\.\d)(?:\.(?:html?|txt))?", lambda match: f"apache-{match['id']}"),
        # Each has one version only.
        (
            r"opendatacommons\.org/licenses/(?P<id>by|odbl|pddl)(?:/(?:1[.-]0|summary))?",
            lambda match: "odc-by" if match["id"].lower() == "by" else match["id"],
        ),
        (r"mozilla\.org/(?:[a-z]{2}(?:-[a-z]{2})?/)?mpl/(?P<id>\d\.\d)(?:/.*)?", lambda match: f"mpl-{match['id']}"),
        (r"unlicense\.org", lambda _: "unlicense"),
        (r"boost\.org/license_1_0\.txt", lambda _: "bsl-1.0"),
    )
]


def license_id(address: str) -> str | None:
    """The identifier of the license that is published at an address, as the address spells it; None elsewhere.

    Args:
        address: of the Web, with or without its scheme, query and fragment.
    """
    whole = _START.sub("", address.strip(), count=1)
    for place in dict.fromkeys((whole, re.split("[?#]", whole, maxsplit=1)[0].rstrip("/"))):
        for page, read in _PAGES:
            if (match := page.fullmatch(place)) is not None:
                return read(match)
    return hugging_face_license_id(whole)
