"""Numbers as people read them, exactly what the register has."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.ui.figures.made import made_register
from ui.figures.amounts import amount_text, value_text
from ui.words import words


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        ("0", "0", "0"),
        ("0.5", "0.5", "0.5"),
        ("-0.5", "-0.5", "-0.5"),
        ("-1234.5", "-1,234.5", "-1,234.5"),
        ("9999", "9,999", "9,999"),
        ("51000", "51,000", "5.1 万"),
        ("1250000", "1.25 million", "125 万"),
        ("193570000000", "193.57 billion", "1,935.7 亿"),
        ("4720000000000", "4.72 trillion", "4.72 万亿"),
        ("1234567", "1,234,567", "123.4567 万"),
        ("4.72E+12", "4.72 trillion", "4.72 万亿"),
    ],
)
def test_large_numbers_get_the_words_of_the_language_and_nothing_is_rounded(
    value: str, english: str, chinese: str
) -> None:
    assert value_text(Decimal(value), words("en")) == english
    assert value_text(Decimal(value), words("zh")) == chinese


def test_ranges_bounds_and_percentages_are_told() -> None:
    told = {f.text: amount_text(f, words("en")) for f in made_register().figures}
    assert told["30 and 40"] == "30 to 40"
    assert told["5%"] == "at most 5%"
    assert told["4.72 trillion yuan"] == "4.72 trillion"
    chinese = {f.text: amount_text(f, words("zh")) for f in made_register().figures}
    assert chinese["5%"] == "至多 5%"
