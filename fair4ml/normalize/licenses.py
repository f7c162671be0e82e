"""License identifiers of platforms, matched to SPDX or to the Hugging Face Hub's own licenses."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.resources import files

from fair4ml.entities import Stub
from fair4ml.identifiers import hugging_face_license, spdx
from fair4ml.normalize.license_addresses import license_id

_DATA = files("fair4ml") / "data"
_SPDX_TABLE = json.loads((_DATA / "spdx.json").read_bytes())
_HUB_TABLE = json.loads((_DATA / "licenses.json").read_bytes())

SPDX_IDS: frozenset[str] = frozenset(_SPDX_TABLE["current"] + _SPDX_TABLE["deprecated"])
"""Every identifier of the SPDX License List, including deprecated ones: they stay valid, and ``GPL-3.0`` does not state
whether ``-only`` or ``-or-later`` is meant."""

HUB_LICENSES: dict[str, str] = _HUB_TABLE["hub"]
"""The Hugging Face Hub's identifiers for licenses that SPDX does not have, with their full names."""

OTHER = "other"
"""The value that the Hub and its Croissant use for a license that is not in the Hub's list."""

_SPDX_BY_LOWER_CASE: dict[str, str] = {spdx_id.lower(): spdx_id for spdx_id in SPDX_IDS} | _HUB_TABLE["spdx"]
_BY_SLUG: dict[str, str] = {id.replace(".", "-"): spdx_id for id, spdx_id in _SPDX_BY_LOWER_CASE.items()}
_OSI_SLUGS: dict[str, str] = _HUB_TABLE["opensource.org"]
_UNSPECIFIED = frozenset(_HUB_TABLE["unspecified"])
_NOTHING = frozenset(_HUB_TABLE["nothing"])
_PLACEHOLDER = re.compile(r"\{\{.*\}\}|\[.*needed\]", re.DOTALL)


@lru_cache(maxsize=4096)
def license_stub(text: str) -> Stub | None:
    """The license that an identifier or an address means, or None if it means no particular one or is not known.

    Args:
        text: the value after ``license:`` in a tag or in a card's ``license``, in any case: an SPDX identifier, one of
            the Hub's own, or the address of a page that publishes a license.
    """
    at = license_id(text)
    folded = _folded(text if at is None else at)
    spdx_id = _SPDX_BY_LOWER_CASE.get(folded)
    if spdx_id is None and at is not None:
        folded = _OSI_SLUGS.get(folded, folded)
        bare = folded.removesuffix("-license")
        spdx_id = _BY_SLUG.get(folded.replace(".", "-")) or _BY_SLUG.get(bare.replace(".", "-"))
    if spdx_id is not None:
        return Stub(spdx(spdx_id), "License", spdx_id)
    if folded in HUB_LICENSES:
        return Stub(hugging_face_license(folded), "License", folded)
    return None


def is_unspecified(text: str) -> bool:
    """Check whether a text is known to name no license (``other``, ``unknown``), so that finding none is no issue."""
    return _folded(license_id(text) or text) in _UNSPECIFIED


def is_other(text: str) -> bool:
    """Check whether a text states that there is a license without naming it."""
    return _folded(license_id(text) or text) == OTHER


def names_nothing(text: str) -> bool:
    """Check whether a value in place of a license names none: ``n/a``, or the placeholder of a template."""
    folded = _folded(license_id(text) or text)
    return folded in _NOTHING or not any(map(str.isalnum, folded)) or _PLACEHOLDER.fullmatch(folded) is not None


def folded_name(name: str) -> str:
    """The name of a license for comparison: case-folded, with single spaces."""
    return " ".join(name.split()).casefold()


def _folded(text: str) -> str:
    return text.strip().lower()
