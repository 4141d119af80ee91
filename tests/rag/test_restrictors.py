"""What narrows a figure or a noun is kept with it."""

from __future__ import annotations

import pytest

from rag.restrictors import narrows_otherwise
from tests.rag.proving import sides

TAX = "Profit before tax was 12 million euros."
HALL = "The hall is 300 metres long and 20 metres wide."
PEOPLE = "Anna Berg earned 50,000 euros and Carl Holm 40,000 euros."


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("Profit after tax was 12 million euros.", TAX),
        ("Tax was 12 million euros.", TAX),
        ("The hall is 300 metres wide.", HALL),
        ("600 houses were damaged.", "Of the 600 houses, 61 were damaged."),
        ("In 2023 revenue fell by 3.9 percent.",
         "In the first half of 2023 revenue fell by 3.9 percent."),
        ("Exports of coal rose by 7 percent.", "Excluding coal, exports rose by 7 percent."),
        ("The ferry carried 400 passengers in 2023.",
         "The ferry carried 400 passengers per day on average in 2023."),
        ("Exports from Norway rose by 5 percent.", "Exports to Norway rose by 5 percent."),
        ("Carl Berg earned 50,000 euros.", PEOPLE),
    ],
)  # fmt: skip
def test_nothing_is_widened_or_moved(said: str, cited: str) -> None:
    assert narrows_otherwise(*sides(said, cited))


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("Before tax, profit was 12 million euros.", TAX),
        ("The hall is 20 metres wide.", HALL),
        ("61 of the 600 houses were damaged.", "Of the 600 houses, 61 were damaged."),
        ("On average the ferry carried 400 passengers a day in 2023.",
         "The ferry carried 400 passengers per day on average in 2023."),
        ("Exports to Norway grew by 5 percent.", "Exports to Norway rose by 5 percent."),
        ("Mayor Anna Berg opened the fair in May 2023.",
         "Anna Berg, mayor of Port Ardley, opened the fair on 3 May 2023."),
        ("In 2023, debt fell to 246 million euros.",
         "Debt fell from 288 million euros in 2022 to 246 million euros in 2023."),
    ],
)  # fmt: skip
def test_what_is_kept_holds(said: str, cited: str) -> None:
    assert not narrows_otherwise(*sides(said, cited))
