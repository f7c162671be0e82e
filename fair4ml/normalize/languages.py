"""Languages as platforms declare them: BCP 47 tags, ISO 639 codes and English names."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fair4ml.entities import Stub

_DATA = files("fair4ml") / "data"
_TABLE: dict[str, Any] = json.loads((_DATA / "languages.json").read_bytes())
_BY_HAND: dict[str, Any] = json.loads((_DATA / "language_corrections.json").read_bytes())

_TWO_LETTERS = frozenset(_TABLE["bare"]["iso639-1"].split())
_BARE = _TWO_LETTERS.union(_TABLE["bare"]["iso639-3"].split())
_FAMILIES = frozenset(_TABLE["families"].split())
_TAG_BY_NAME: dict[str, str] = _TABLE["names"] | {
    mistaken: correction["tag"] for mistaken, correction in _BY_HAND["corrections"].items()
}
_FAITHFUL: dict[str, dict[str, str]] = _BY_HAND["faithful"]
_NOT_LANGUAGES: dict[str, str] = _BY_HAND["not_languages"]
_LOWER_CASE_LOCALES = frozenset(_BY_HAND["lower_case_locales"])
_BARE_LOWER_CASE = frozenset(_BY_HAND["bare_lower_case"])

_TWO_CODES = re.compile(r"([a-z]{2,3})[-_]([a-z]{2})", re.IGNORECASE)
_PRIVATE_USE = re.compile(r"q[a-t][a-z]")
_BARE_WITH_SUBTAGS = re.compile(r"([a-z]{2,3})(?=[-_])(?:[-_][A-Z][a-z]{3})?(?:[-_](?:[A-Z]{2}|\d{3}))?", re.ASCII)
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class LanguageTag:
    """A language as declared.

    Attributes:
        tag: the normalized BCP 47 tag, such as ``pt-BR``.
        stub: the language itself, without script or region: an ISO 639-3 language or an ISO 639-5 family.
    """

    tag: str
    stub: Stub


@lru_cache(maxsize=16_384)
def parse_language(tag: str) -> LanguageTag | None:
    """The language that a declared value means, or None if it means no single language.

    Pairs (``en-de``), ``multilingual``, ``code`` and the codes for several, an undetermined or no language give None.

    Args:
        tag: a BCP 47 tag, also with underscores, an ISO 639 code, or an English name, in any case. A country code that
            is often mistaken for a language code is corrected if ``data/language_corrections.json`` lists it.
    """
    text = tag.strip()
    key = text.casefold()
    if len(text) > _LONGEST or key in _NOT_LANGUAGES or _is_pair(text):
        return None
    return _parsed(_TAG_BY_NAME.get(key, text))


@lru_cache(maxsize=16_384)
def is_language_tag(tag: str) -> bool:
    """Check whether a bare tag, among tags of all kinds, is a language.

    True for the codes of ISO 639-1 and for those three-letter codes of ISO 639-3 that have no two-letter code, for
    which CLDR counts speakers, and that are neither an English word nor the name of a technique; in lower case, alone
    or with script and region in their usual case. The Hub's own list has every code of ISO 639-3, but among its models'
    tags ``trl``, ``mlx``, ``jax``, ``mtp``, ``moe``, ``act``, ``vit``, ``asr``, ``ner`` and ``tts``, which are all
    language codes, hardly ever mean a language.
    """
    if tag in _BARE:
        return True
    match = _BARE_WITH_SUBTAGS.fullmatch(tag)
    if match is None:
        return tag.replace("_", "-") in _BARE_LOWER_CASE
    return match[1] in _BARE and parse_language(tag) is not None


def _is_pair(text: str) -> bool:
    match = _TWO_CODES.fullmatch(text)
    if match is None:
        return False
    language, second = match[1], match[2].lower()
    written_as_region = language.islower() and match[2].isupper()
    conventional = second == language.lower() or f"{language}-{second}".lower() in _LOWER_CASE_LOCALES
    return second in _TWO_LETTERS and not written_as_region and not conventional


def _parsed(text: str) -> LanguageTag | None:
    # Its data take longer to load than the rest of the package.
    from langcodes import Language
    from langcodes.tag_parser import LanguageTagError

    code = re.split("[-_]", text, maxsplit=1)[0].lower()
    faithful = _FAITHFUL.get(code)
    try:
        if faithful is None:
            language = Language.get(text)
            alpha3 = language.to_alpha3()
        else:
            language = Language.get(faithful["tag"] + text[len(code) :], normalize=False)
            alpha3 = faithful["alpha3"]
    except (LanguageTagError, LookupError):
        return None
    code = language.language or ""
    if not language.is_valid() or code in _NOT_LANGUAGES or _PRIVATE_USE.fullmatch(code):
        return None
    if language.extlangs or language.extensions or language.private:
        return None
    part = "5" if code in _FAMILIES else "3"
    name = Language.get(code, normalize=False).language_name()
    return LanguageTag(
        language.simplify_script().to_tag(), Stub(f"http://lexvo.org/id/iso639-{part}/{alpha3}", "Language", name)
    )
