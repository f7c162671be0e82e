"""Amounts of CO2 in prose: what is one, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from fair4ml.normalize.co2_emissions import stated_emissions


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Carbon Emitted: 149.2 kg eq. CO2", ["149.2 kg CO2e"]),
        ("539 tCO2eq in all", ["539 t CO2e"]),
        ("about 1,000 tonnes of CO2 equivalents", ["1,000 t CO2e"]),
        ("15 kg CO₂e", ["15 kg CO2e"]),
        ("CO2 Emissions (in grams): 0.25", ["0.25 g CO2e"]),
        ("Carbon Emitted: ~5 kg", ["5 kg CO2e"]),
        ("3 kg CO2 here, 4 kg CO2 there", ["3 kg CO2e", "4 kg CO2e"]),
        ("3 kg CO2 here, 3 kg CO2 there", ["3 kg CO2e"]),
        ("5 KG CO2eq", ["5 kg CO2e"]),
        ("2 mg CO2", ["2 mg CO2e"]),
        ("3 lbs of CO2", ["3 lb CO2e"]),
        ("2 metric  tons CO2", []),
        ("2 metric tons CO2", ["2 t CO2e"]),
        ("Carbon Emitted: 5kg", ["5 kg CO2e"]),
        ("CO2 emissions: 7 g", ["7 g CO2e"]),
        ("5 kg eq.CO2", ["5 kg CO2e"]),
        ("12 kg of carbon dioxide equivalent", ["12 kg CO2e"]),
        ("CO2 emission (in grams) 12.3", ["12.3 g CO2e"]),
        ("carbon emitted (kg CO2eq): 8", ["8 kg CO2e"]),
        ("7.5 kgCO$_2$eq and 7.5 kgCO$_{2}$eq", ["7.5 kg CO2e"]),
        ("9 kg CO<sub>2</sub>eq", ["9 kg CO2e"]),
        ("1e-3 kg CO2", ["1e-3 kg CO2e"]),
        ("= 6.8 kg CO2", ["6.8 kg CO2e"]),
    ],
)
def test_emissions_are_stated_with_number_and_unit(text: str, amounts: list[str]) -> None:
    assert stated_emissions(text) == amounts


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("5 678 kg CO2eq", "5678 kg CO2e"),
        ("5\u202f678,5 kg CO2eq", "5678,5 kg CO2e"),
        ("12'345'678 g CO2eq", "12345678 g CO2e"),
        ("3.75 \u00d7 10^4 kg CO2", "37500 kg CO2e"),
        ("3.75x10^2 kg CO2", "375 kg CO2e"),
        ("4·10³ kg CO2", "4000 kg CO2e"),
        ("2.5 * 10**-3 t CO2", "0.0025 t CO2e"),
        ("2.5 \\times 10^{3} kg CO2", "2500 kg CO2e"),
        ("2.5 \\cdot 10^{3} kg CO2", "2500 kg CO2e"),
        ("2.5 10^3 kg CO2", None),
        ("6 \u00d7 10^{2} kg CO2", "600 kg CO2e"),
        ("10⁻² kg CO2", "0.01 kg CO2e"),
    ],
)
def test_a_grouped_number_and_a_power_of_ten_are_read_as_a_whole(text: str, amount: str | None) -> None:
    assert stated_emissions(text) == ([] if amount is None else [amount])


@pytest.mark.parametrize(
    "rate",
    [
        "kg CO2/kWh",
        "kg CO2eq/kWh",
        "kgCO$_2$eq/kWh",
        "kg CO2e / kWh",
        "kg CO2 eq. per kWh",
        "kg CO2eq per kWh",
        "kg CO2 eqv. per kWh",
        "kg CO2eq (per kWh)",
        "kg CO2 equivalents per kWh",
        "kg CO2 equivalent for each kWh",
        "kg CO2eq kWh-1",
        "kg CO2eq kWh⁻¹",
        "kg CO2eq·kWh^-1",
        "kg CO2-eq (kWh)^-1",
        "kg CO2eq for every kWh",
        "kg of CO2 are emitted for every kWh",
        "kg CO2 emitted per kilowatt hour",
        "kg CO2eq a year",
        "kg CO2eq per epoch",
    ],
)
def test_what_is_emitted_for_each_of_something_is_no_amount(rate: str) -> None:
    assert stated_emissions(f"The grid has 0.31 {rate}.") == []
    assert stated_emissions(f"With 0.31 {rate} and 40 hours we emitted 9.3 kg CO2eq.") == ["9.3 kg CO2e"]


@pytest.mark.parametrize(
    "text",
    [
        "Carbon intensity: 310 g CO2eq",
        "The carbon efficiency of the grid is 0.31 kg CO2eq.",
        "An emission factor of 0.31 kg CO2eq was used",
        "Each kWh emits 0.31 kg CO2",
        "Carbon Emitted: 5 kg/kWh",
        "Carbon Emitted: 5 kg CO2eq/kWh",
    ],
)
def test_the_intensity_of_a_grid_is_no_amount(text: str) -> None:
    assert stated_emissions(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "between 7 and 9 kg CO2eq",
        "7-9 kg CO2eq",
        "7 \u2013 9 kg CO2eq",
        "7 to 9 kg CO2eq",
        "7 or 9 kg CO2eq",
        "7..9 kg CO2eq",
        "from 7 kg to 9 kg CO2eq",
        "7 kg CO2 to 9 kg CO2",
        "7 kg CO2eq\u2026 9 kg CO2eq",
        "7 kg CO2eq \u20269 kg CO2eq",
        "Carbon Emitted: 7-9 kg",
        "CO2 Emissions (in grams): 7 to 9",
        "9 ± 2 kg CO2eq",
        "9 +/- 2 kg CO2eq",
        "< 9 kg CO2",
        "under 9 kg CO2",
        "up to 9 kg CO2",
        "more than 9 kg CO2",
        "9 kg CO2 or less",
    ],
)
def test_one_end_of_a_range_is_no_amount(text: str) -> None:
    assert stated_emissions(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "We avoided 40 kg CO2 by fine-tuning.",
        "This saves 40 kg CO2eq.",
        "40 kg CO2 were saved",
        "40 kg of CO2 savings",
        "The provider offset 40 kg CO2",
        "A car emits 400 kg CO2",
        "400 kg CO2 for a flight to Rome",
        "For comparison, GPT-3 emitted 552 tonnes CO2eq",
        "Training from scratch would emit 400 kg CO2",
        "The base model emitted 400 kg CO2",
    ],
)
def test_what_was_avoided_and_what_others_emit_is_no_amount(text: str) -> None:
    assert stated_emissions(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Estimated total emissions were 21 kg CO2eq, 100% of which were offset by a program.",
        "21 kg CO2eq of which 50 percents were directly offset",
        "21 kg CO2eq, equivalent to driving 80 km by car",
        "We used 64 kWh, which emitted 21 kg CO2eq.",
        "It emitted 21 kg CO2eq. Per-epoch costs vary.",
        "A flight emits much. Training emitted 21 kg CO2eq",
        "We avoid waste.\n\n- Carbon Emitted: 21 kg",
        "~21 kg CO2eq",
        "We avoid waste\n- Carbon Emitted: 21 kg",
        "We avoid waste\n  * Carbon Emitted: 21 kg",
        "A flight emits much\nTraining emitted 21 kg CO2eq",
    ],
)
def test_what_is_said_beside_an_amount_leaves_it(text: str) -> None:
    assert stated_emissions(text) == ["21 kg CO2e"]


@pytest.mark.parametrize(
    "text",
    [
        "Carbon Emitted: 149.2",
        "64.8 CO2eq",
        "12 GB of memory, 5 kg of flour",
        "Carbon Emitted: unknown",
        "3.x kg CO2",
        "-3 kg CO2",
        "v1.2.3kg CO",
        "3 million kg CO2",
        "3 Mg CO2",
        "3 \u00d7 105 kg CO2",
        "3 x 5 kg CO2",
        "In 2021 234 kg CO2",
    ],
)
def test_what_is_no_whole_amount_is_none(text: str) -> None:
    assert stated_emissions(text) == []


WORDS = st.sampled_from(
    [
        "1",
        " ",
        "234",
        "'",
        "\u00d7",
        "10^3",
        "kg",
        "t",
        "CO2",
        "CO$_2$",
        "eq",
        ".",
        "/kWh",
        "per",
        "a",
        "flight",
        "\n",
        "-",
        "(",
    ]
)


@given(st.lists(WORDS, max_size=40).map("".join) | st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    assert all(amount.endswith(" CO2e") for amount in stated_emissions(text))
