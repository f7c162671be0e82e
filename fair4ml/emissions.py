"""Amounts of emitted CO2 in prose."""

from __future__ import annotations

import re

_UNITS = {
    **dict.fromkeys(("mg", "milligram", "milligrams"), "mg"),
    **dict.fromkeys(("g", "gr", "gram", "grams"), "g"),
    **dict.fromkeys(("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms"), "kg"),
    **dict.fromkeys(("t", "tonne", "tonnes", "metric ton", "metric tons"), "t"),
    **dict.fromkeys(("ton", "tons"), "tons"),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), "lb"),
}
_NUMBER = r"(?<![\w.,-])(?P<number>\d{1,20}(?:[.,]\d{1,20}){0,5}(?:[eE][+-]?\d{1,3})?)"
_UNIT = rf"(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})"
_CO2 = r"CO[ -]?[2₂](?:eq?)?"
_STATEMENTS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 149.2 kg eq. CO2, 539 tCO2eq
        rf"{_NUMBER} ?{_UNIT}[ -]?(?:(?:of|eq\.?|equivalents? of)[ ]?)?{_CO2}(?! ?/| per )",
        # CO2 Emissions (in grams): 12.3
        rf"(?:{_CO2}|carbon) (?:emissions?|emitted) ?\((?:in )?{_UNIT}(?: ?(?:of )?{_CO2})?\):? ?{_NUMBER}",
        # Carbon Emitted: 5 kg
        rf"carbon (?:emissions?|emitted): ?[~≈]?{_NUMBER} ?{_UNIT}\b",
    )
]


def stated_emissions(text: str) -> list[str]:
    """The different amounts that a text states with number and unit, as ``<number> <unit> CO2e``.

    Args:
        text: plain text. A number alone says nothing.
    """
    found: dict[str, None] = {}
    for statement in _STATEMENTS:
        for match in statement.finditer(text):
            unit = _UNITS[" ".join(match["unit"].lower().split())]
            found[f"{match['number']} {unit} CO2e"] = None
    return list(found)
