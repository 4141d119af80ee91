from fractions import Fraction

import pytest

from rag.notation import is_told_otherwise, same_value, shares
from rag.quantities import quantities


@pytest.mark.parametrize(
    ("value", "unit", "other", "other_unit", "same"),
    [
        ("1.8", "km", "1800", "m", True),
        ("36", "km/hour", "10", "m/second", True),
        ("24", "month", "2", "year", True),
        ("100", "ha", "1", "km²", True),
        ("5", "m", "5", "mm", False),
        ("5", "L", "5", "kg", False),
        ("5", None, "5", "kg", True),
    ],
)
def test_values_of_one_scale_are_the_same(
    value: str, unit: str | None, other: str, other_unit: str, same: bool
) -> None:
    assert same_value(Fraction(value), unit, Fraction(other), other_unit) is same


def test_shares_are_read_however_they_are_written() -> None:
    text = "A fifth of the money, 3.4 percent, half the staff, 95 cases out of a hundred"
    assert shares(text) == {Fraction(1, 5), Fraction("0.034"), Fraction(1, 2), Fraction("0.95")}


@pytest.mark.parametrize(
    ("said", "cited", "context", "told"),
    [
        ("20 percent of it", "a fifth of it", "", True),
        ("25 percent of it", "a fifth of it", "", False),
        ("rejected two times", "rejected twice", "", True),
        ("rejected three times", "rejected twice", "", False),
        ("every 100 hours", "tighten the bolts", "6.2 Every 100 hours", True),
        ("every 100 days", "tighten the bolts", "6.2 Every 100 hours", False),
        ("6.2 bolts", "tighten the bolts", "6.2 Every 100 hours", False),
        ("3.4% from 3.9%", "3.4 percent, after 3.9", "", True),
        ("it stands at 3.9%", "3.4 percent, after 3.9", "", False),
    ],
)
def test_a_number_may_stand_in_another_notation(
    said: str, cited: str, context: str, told: bool
) -> None:
    last = quantities(said)[-1]
    assert is_told_otherwise(last, said, cited, context) is told
