"""License identifiers of platforms, matched to SPDX or to the Hugging Face Hub's own licenses."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

from fair4ml.entities import Stub
from fair4ml.identifiers import hugging_face_license, spdx

_DATA = files("fair4ml") / "data"
_SPDX_TABLE = json.loads((_DATA / "spdx.json").read_bytes())
_HUB_TABLE = json.loads((_DATA / "licenses.json").read_bytes())

SPDX_IDS: frozenset[str] = frozenset(_SPDX_TABLE["current"] + _SPDX_TABLE["deprecated"])
"""Every identifier of the SPDX License List, the deprecated ones too: they stay valid, and ``GPL-3.0`` does not say
whether ``-only`` or ``-or-later`` is meant."""

HUB_LICENSES: dict[str, str] = _HUB_TABLE["hub"]
"""The Hugging Face Hub's identifiers that mean no SPDX license, with their full names."""

_SPDX_BY_LOWER_CASE: dict[str, str] = {spdx_id.lower(): spdx_id for spdx_id in SPDX_IDS} | _HUB_TABLE["spdx"]
_UNSPECIFIED = frozenset(_HUB_TABLE["unspecified"])


@lru_cache(maxsize=4096)
def license_stub(hub_id: str) -> Stub | None:
    """The license that an identifier means, or none where it means no particular one or is not known.

    Args:
        hub_id: what stands after ``license:`` in a tag or in a card's ``license``, in any case: an SPDX identifier or
            one of the Hub's own.
    """
    folded = hub_id.strip().lower()
    if (spdx_id := _SPDX_BY_LOWER_CASE.get(folded)) is not None:
        return Stub(spdx(spdx_id), "License", spdx_id)
    if folded in HUB_LICENSES:
        return Stub(hugging_face_license(folded), "License", folded)
    return None


def is_unspecified(hub_id: str) -> bool:
    """Whether an identifier is known to name no license (``other``, ``unknown``), so that finding none is no issue."""
    return hub_id.strip().lower() in _UNSPECIFIED
