"""Write fair4ml/data/languages.json from langcodes (IANA language subtag registry) and language_data (Unicode CLDR).

Usage: python tools/make_languages.py
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import langcodes
from langcodes.registry_parser import parse_registry

TARGET = Path(__file__).parent.parent / "fair4ml" / "data" / "languages.json"

TRAPS = {
    "also names of techniques, tools and measures in tags of models": """
        ada alt cps doi ext gag gan jam kde knn lad len lua mad mag mai mas mic min mls moe nan ppl prd rng sas sat sms
        tog tru tts ttt vec""",
    "also English words or names": """
        ace ban bar bin bug bum cop den fan fit fur gay ken koi kos lag lis lol man men moh mus nap new pap raj rob rug
        shi sid sly war yap""",
}
"""Three-letter codes that CLDR counts speakers of, and that a bare tag is not taken for."""


def main() -> None:
    """Writes the codes that are languages even as bare tags, the codes of families, and English names."""
    registered = {
        entry["Subtag"]: entry
        for entry in parse_registry()  # type: ignore[no-untyped-call]
        if entry["Type"] == "language" and ".." not in entry["Subtag"] and "Deprecated" not in entry
    }
    individual = {code: entry for code, entry in registered.items() if entry.get("Scope") in (None, "macrolanguage")}
    # "sh" has left ISO 639-1; registries never forget.
    two_letters = sorted(code for code in individual if len(code) == 2 and code != "sh")
    traps = {code for codes in TRAPS.values() for code in codes.split()}
    three_letters = sorted(
        code
        for code in individual
        if len(code) == 3 and code not in traps and langcodes.Language.get(code).speaking_population() > 0
    )
    table = {
        "generated_by": "python tools/make_languages.py",
        "origin": f"langcodes {version('langcodes')} and language_data {version('language_data')}, MIT: "
        "IANA language subtag registry and Unicode CLDR",
        "bare": {"iso639-1": " ".join(two_letters), "iso639-3": " ".join(three_letters)},
        "families": " ".join(sorted(code for code, entry in registered.items() if entry.get("Scope") == "collection")),
        "names": names({code: individual[code] for code in two_letters + three_letters}),
    }
    TARGET.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", "utf-8")


def names(languages: dict[str, Any]) -> dict[str, str]:
    """Codes by lower-case English name; a name of two languages, or as short as a code, is left out."""
    found: dict[str, set[str]] = {}
    for code, entry in languages.items():
        own = langcodes.Language.get(code, normalize=False).language_name()
        for name in {own, *entry["Description"]}:
            found.setdefault(name.casefold(), set()).add(code)
    return {
        name: min(codes)
        for name, codes in sorted(found.items())
        if len(codes) == 1 and len(name) > 3 and "(" not in name
    }


if __name__ == "__main__":
    main()
