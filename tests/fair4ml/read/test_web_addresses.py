"""Web addresses in texts without markup."""

from __future__ import annotations

import pytest

from fair4ml.read.web_addresses import MOST_LINKS, addresses_in

ADDRESS = "https://terns.test/a?b=c,d"


@pytest.mark.parametrize(
    "text",
    [
        "See {}.", "({})", "<{}>", "[terns]({})", '"{}"', "\u201c{}\u201d", "\u2018{}\u2019", "\u00ab{}\u00bb",
        "\u300c{}\u300d", "{}\u3002", "{}\uff0c", "\uff08{}\uff09", "{}\u2026", "{}\u00a0and more", "{}; {}",
    ],
)  # fmt: skip
def test_an_address_ends_where_its_text_goes_on(text: str) -> None:

    assert addresses_in(text.replace("{}", ADDRESS)) == [ADDRESS]


def test_addresses_keep_the_letters_of_all_scripts() -> None:
    assert addresses_in("https://terns.test/\u6570\u9ce5/\u0441 and") == ["https://terns.test/\u6570\u9ce5/\u0441"]


def test_addresses_have_a_maximum_number() -> None:
    assert len(addresses_in(" ".join(f"https://terns.test/{n}" for n in range(MOST_LINKS + 9)))) == MOST_LINKS
