"""The files of a resource of the BioImage Model Zoo, and the addresses that it gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from fair4ml.describe.draft import Draft
from fair4ml.entities import DataDownload
from fair4ml.identifiers import IRI_MAX_LENGTH, part_iri
from fair4ml.platforms.ai4life.manifest import Weights

_WEB_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f<>\"{}|\\^`]+")
_PATH = re.compile(r"(?!/)[^\x00-\x1f:?#\\]+\.\w{1,8}")


def addresses(draft: Draft, place: str, stated: str | None) -> list[str]:
    """The web address that a field holds, if any."""
    address = (stated or "").strip()
    if not address:
        return []
    if not _WEB_ADDRESS.fullmatch(address):
        draft.issue(place, "is not a web address")
        return []
    return [address]


def file_address(draft: Draft, place: str, stated: str | None) -> str | None:
    """The address of a file; a path leads to one of the artifact's own files."""
    given = (stated or "").strip()
    if _WEB_ADDRESS.fullmatch(given):
        address = given
    elif _PATH.fullmatch(given) and ".." not in given:
        address = f"{draft.iri}/files/{quote(given.removeprefix('./'))}"
    else:
        address = ""
    if given and (not address or len(address) > IRI_MAX_LENGTH):
        draft.issue(place, "is not a web address")
    return address if 0 < len(address) <= IRI_MAX_LENGTH else None


def weights_file(draft: Draft, name: str, weights: Weights) -> str:
    """The IRI of the weights in one format, as a download."""
    url = file_address(draft, f"manifest.weights.{name}.source", weights.source)
    part = DataDownload(
        iri=part_iri(draft.iri, "file", name),
        name=name or None,
        content_url=url,
        encoding_format=name or None,
        sha256=None if weights.sha256 is None else weights.sha256.lower(),
    )
    return draft.part(part)


def weight_values(draft: Draft, formats: Mapping[str, Weights]) -> list[str]:
    """Values for the software that each format of the weights was made with."""
    values = []
    for name, weights in formats.items():
        for what in ("opset_version", "pytorch_version", "tensorflow_version"):
            value = getattr(weights, what)
            if value is not None:
                values.append(draft.value(what, value, name=name))
    return values
