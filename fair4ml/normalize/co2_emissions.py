"""Amounts of emitted CO2 in prose.

No amount is better than a wrong one: the intensity of a grid, one end of a range, avoided emissions, and the emissions
of something else are not the emissions of training.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

_UNITS = {
    **dict.fromkeys(("mg", "milligram", "milligrams"), "mg"),
    **dict.fromkeys(("g", "gr", "gram", "grams"), "g"),
    **dict.fromkeys(("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms"), "kg"),
    **dict.fromkeys(("t", "tonne", "tonnes", "metric ton", "metric tons"), "t"),
    **dict.fromkeys(("ton", "tons"), "tons"),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), "lb"),
}
_GROUPS = r"[ ']"
_NUMBER = (
    r"(?<![\w.,-])(?>"
    rf"(?P<grouped>\d{{1,3}}(?:{_GROUPS}\d{{3}}){{1,6}}(?:[.,]\d{{1,20}})?)(?!{_GROUPS}?\d)"
    r"|(?:(?P<mantissa>\d{1,20}(?:\.\d{1,20})?) ?[x*·] ?)?10 ?(?:\^|\*\*) ?\{?(?P<exponent>[+-]?\d{1,2})\}?"
    r"|(?P<plain>\d{1,20}(?:[.,]\d{1,20}){0,5}(?:[eE][+-]?\d{1,3})?))(?![.,]?\d)"
)
# "Mg" is a megagram, that is a tonne; only "mg" is a milligram.
_UNIT = rf"(?-i:(?!M[gG]))(?P<unit>(?>{'|'.join(sorted(_UNITS, key=len, reverse=True))}))"
_CO2 = r"(?>CO[ \-_$\\{}~]{0,4}(?:<sub>)?[2₂](?:[$}~]|</sub>){0,2}|carbon dioxide)"
_EQUAL = r"(?:equivalents?|equiv\.?|eqv?\.?|e)(?![A-Za-z0-9])"
_EQUIVALENT = rf"(?>(?:[ \-]?(?:{_EQUAL}|\({_EQUAL}\)))?)"
_OF_CO2 = rf"(?>[ \-]?\(?(?:(?:of|eq\.?|equivalents?(?: of)?) ?)?{_CO2}{_EQUIVALENT})"
_STATEMENTS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 149.2 kg eq. CO2, 539 tCO2eq
        rf"{_NUMBER} ?{_UNIT}{_OF_CO2}",
        # CO2 Emissions (in grams): 12.3
        rf"(?:{_CO2}{_EQUIVALENT}|carbon) (?:emissions?|emitted) ?\((?:in )?{_UNIT}(?:{_OF_CO2})?\):? ?{_NUMBER}",
        # Carbon Emitted: 5 kg
        rf"(?:{_CO2}{_EQUIVALENT}|carbon) (?:emissions?|emitted): ?[~≈]?{_NUMBER} ?{_UNIT}\b(?:{_OF_CO2})?",
    )
]

_ENERGY = r"(?:[kMG]?Wh|(?:kilo|mega|giga)?watt)"
_TIME_OR_UNIT = (
    r"(?:hour|day|week|month|year|epoch|step|iteration|query|prompt|request|token|image|inference|run|user|gpu|device)"
)
_OTHERS = (
    r"(?:flights?|flying|airplanes?|aircraft|planes?|cars?|driv(?:e|es|ing|en)|vehicles?|households?"
    r"|homes?|passengers?|persons?|people|humans?|americans?|europeans?|citizens?|smartphones?|trees?)"
)
_SPARED = (
    r"(?:avoid\w*|sav(?:e|es|ed|ings?)|reduc\w+|offset\w*|prevent\w*|compensat\w+|captur\w+|sequest\w+|remov\w+|spar\w+"
    r"|less|fewer|lower)"
)
_BOUNDARY = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•|] |[A-Z]))|(?<!approx)(?<!ca)[.!?]\s+(?=[A-Z(*\[])")
_BEFORE = re.compile(
    r"\b(?:"
    r"intensit(?:y|ies)|(?:carbon|grid|electricity)\W+(?:\w+\W+){0,2}efficiency|factors?"
    rf"|(?:per|each|every|an?|one|1)\s+(?:\w+\W+)?{_ENERGY}|(?:per|each|every)\s+(?:\w+\W+)?{_TIME_OR_UNIT}"
    rf"|{_SPARED}|{_OTHERS}|compar\w+|versus|vs|instead|would|could|than"
    r"|(?:base|original|teacher|parent|larger|bigger|full|previous|other)\s+models?|from scratch"
    r")\b",
    re.IGNORECASE,
)
_RIGHT_BEFORE = re.compile(
    r"(?:\b(?:under|over|below|above|beyond|up to|at (?:the )?(?:most|least)|max(?:imum)?\.?(?: of)?"
    r"|min(?:imum)?\.?(?: of)?|within|exceed\w*|between|from)\s*[~≈]?|[<>≤≥±]|[\w)] ?[*^/]|\d ?x|\+/?-|\d "
    rf"|\d ?(?:{'|'.join(_UNITS)})?{_GROUPS}?(?:[-~/…]|\.\.+|to|and|or))\s*$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*(?:[-~/…]|\.\.+|to)\s*", re.IGNORECASE)
_AFTER = re.compile(
    r"[\s,()\[\]*_·|]*(?:"
    rf"/|{_ENERGY}|(?:[a-z]+\.?\s+){{0,4}}(?<!\bas )(?:per|(?:for|in|with|from|of) (?:each|every))\b"
    rf"|(?:for|from|with|in|by) (?:an?|1|one|a single) ?(?:{_ENERGY}|{_TIME_OR_UNIT})"
    rf"|(?:each|every|an?)\s+(?:{_TIME_OR_UNIT}|{_ENERGY})"
    r"|(?:hourly|daily|weekly|monthly|yearly|annually)\b"
    r"|(?:or (?:less|more|fewer)|at (?:most|least)|max)\b|(?:[-~±…+]|\.\.|to)\s?\d"
    r")"
    rf"|[\s()]*(?!which|that|all)(?:[a-z]+\s+){{0,3}}{_SPARED}\b"
    r"|[\s()]*(?!(?:equivalent|equal|which|about|or|like|similar|comparable|roughly|as|the same)\b)"
    rf"(?:[\w'-]+\s+){{0,6}}{_OTHERS}\b",
    re.IGNORECASE,
)
_ASCII = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2009\u202f", " "),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u00d7\u22c5", "*"),
        "\u2019": "'",
    }
)
_TIMES = re.compile(r"\\(?:times|cdot)\b ?")
_SUPERSCRIPTS = re.compile("[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_PLAIN = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")


def stated_emissions(text: str) -> list[str]:
    """The different amounts that a text states with number and unit, as ``<number> <unit> CO2e``.

    Args:
        text: plain text. A number without a unit is ignored.
    """
    readable = _SUPERSCRIPTS.sub(
        lambda match: f"^{match[0].translate(_PLAIN)}", _TIMES.sub("*", text.translate(_ASCII))
    )
    return list(dict.fromkeys(_amounts(readable)))


def _amounts(text: str) -> Iterator[str]:
    for statement in _STATEMENTS:
        end = seen = 0
        for match in statement.finditer(text):
            before, after = _clause(text, max(seen, match.start() - 500), match.start(), match.end())
            joined = end and _JOINED.fullmatch(text, end, match.start())
            qualified = _AFTER.match(after)
            # Words that qualify one amount do not apply to the next.
            end = match.end()
            seen = end + (qualified.end() if qualified else 0)
            if not (joined or qualified or _BEFORE.search(before) or _RIGHT_BEFORE.search(before)):
                unit = _UNITS[" ".join(match["unit"].lower().split())]
                yield f"{_number(match)} {unit} CO2e"


def _clause(text: str, earliest: int, start: int, end: int) -> tuple[str, str]:
    """The texts before and after an amount in the same sentence, starting after the previous amount."""
    before = _BOUNDARY.split(text[earliest:start])[-1]
    after = _BOUNDARY.split(text[end - 1 : end + 200], maxsplit=1)[0][1:]
    return before, after


def _number(match: re.Match[str]) -> str:
    if match["grouped"]:
        return re.sub(_GROUPS, "", match["grouped"])
    if match["exponent"]:
        exponent = int(match["exponent"])
        return f"{Decimal(match['mantissa'] or 1).scaleb(exponent):f}"
    return match["plain"]
