"""A statement adds nothing of its own, and a heading does not say what a text must."""

from __future__ import annotations

import pytest

from rag.additions import adds, alters_quote
from tests.rag.proving import sides

EXPORTS = "Exports rose by 5 percent to 20 million tonnes in 2023."
MEETING = "The meeting took two hours and the council thanked the staff."
HEADING = ("Proposals rejected by the council: closing the market and selling the ferry to Norway",)


@pytest.mark.parametrize(
    "said",
    [
        "Exports rose by 5 percent, a record.",
        "Exports rose by 5 percent, thanks to smuggling.",
        "Italy, exports rose by 5 percent in 2023.",
    ],
)
def test_what_is_appended_or_set_before_must_be_cited(said: str) -> None:
    assert adds(*sides(said, EXPORTS))


@pytest.mark.parametrize(
    "said",
    ["The council is selling the ferry to Norway.", "The council rejected the sale in Norway."],
)
def test_a_heading_alone_proves_nothing(said: str) -> None:
    assert adds(*sides(said, MEETING, HEADING))


@pytest.mark.parametrize(
    ("said", "cited", "heading"),
    [
        ("In 2023, exports rose by 5 percent to 20 million tonnes.", EXPORTS, ()),
        ("Additionally, exports rose by 5 percent.", EXPORTS, ()),
        ("The harbour's exports rose by 5 percent.", EXPORTS, ("Harbour",)),
        ("The council thanked the staff.", MEETING, HEADING),
        ("The budget is 5 million euros.", "The budget is 5 million euros.", ()),
    ],
)
def test_what_is_cited_adds_nothing(said: str, cited: str, heading: tuple[str, ...]) -> None:
    assert not adds(*sides(said, cited, heading))


@pytest.mark.parametrize("said", ["The budget is 5 million dollars.", "The budget is €5 million."])
def test_a_currency_is_not_invented(said: str) -> None:
    assert adds(*sides(said, "The budget is 5 million."))


def test_marks_of_other_languages_quote_too() -> None:
    cited = "The mayor said that we shall keep the harbour open to every ship."
    altered = "The mayor said: „we shall keep the harbour shut to every ship“."
    true = "The mayor said: «we shall keep the harbour open to every ship»."
    assert alters_quote(*sides(altered, cited))
    assert not alters_quote(*sides(true, cited))
