"""Languages that texts are in, as far as their script leaves no choice."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_BEYOND_LATIN = re.compile(r"[\u0370-\u1fff\u3041-\ud7a3]")
_OTHERS = {
    "el": re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"),
    "hy": re.compile(r"[\u0531-\u0556\u0561-\u0587]"),
    "ka": re.compile(r"[\u10d0-\u10ff]"),
    "th": re.compile(r"[\u0e01-\u0e2e]"),
}
_ENOUGH = 5_000
_FEWEST = 50


def is_in_latin_script(tag: str) -> bool:
    """Check whether a language is usually written in Latin letters.

    Args:
        tag: the language in BCP 47.
    """
    # Its data take long to load.
    from langcodes import Language

    return Language.get(tag).maximize().script == "Latn"


def language_by_script(text: str) -> str | None:
    """The language of a text whose letters only one language of today is written in; None for all others.

    Chinese is told from Japanese, which has syllables between the characters that both share.

    Args:
        text: running text, in which some words may be in Latin letters.
    """
    beginning = text[:_ENOUGH]
    if len(_BEYOND_LATIN.findall(beginning)) * 10 < len(beginning):
        return None
    letters = sum(map(str.isalpha, beginning))
    han, kana, hangul = (len(script.findall(beginning)) for script in (_HAN, _KANA, _HANGUL))
    if letters < _FEWEST:
        return None
    # A Latin word has several letters, and one of these often is a word.
    if (han + kana + hangul) * 3 > letters:
        if kana * 20 > han + kana and kana > hangul:
            return "ja"
        if hangul > han:
            return "ko"
        return "zh" if kana * 100 < han and hangul * 100 < han else None
    counts = {language: len(script.findall(beginning)) for language, script in _OTHERS.items()}
    language = max(counts, key=lambda each: counts[each])
    return language if counts[language] * 2 > letters else None
