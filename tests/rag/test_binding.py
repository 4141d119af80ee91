"""Words that stand with one figure of a sentence are not lent to another."""

from __future__ import annotations

import pytest

from rag.binding import bound_together, segments
from rag.models import Verdict

SHARES = "Wheat takes 46% of the land, barley in Aldmoor 29% and oats in Brent 21%."
DATES = "Ada Lund resigned on 3 May 2020; Per Holm was elected on 8 June 2021."
FLOW = "The flow is 131 litres at Hall and 214 litres at Dorr."
PART = "The road is 587 miles long, of which 74 miles lie in Vost."


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("Oats in Brent take 21% of the land.", SHARES),
        ("Per Holm was elected on 8 June 2021.", DATES),
        ("Ada Lund resigned in May 2020.", DATES),
        ("At Dorr the flow is 214 litres.", FLOW),
        ("The road is 587 miles long.", PART),
        ("74 miles of the road lie in Vost.", PART),
        ("Mill Bank was closed in 1990.", "Mill Bank was closed in 1990."),
        ("Rome and Oslo built 5 and 7 parks.", "Rome and Oslo built 5 and 7 parks."),
    ],
)
def test_what_stands_together_may_be_said_together(said: str, cited: str) -> None:
    assert bound_together(said, [cited]) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("Barley in Aldmoor takes 21% of the land.", SHARES),
        ("Per Holm was elected on 3 May 2020.", DATES),
        ("Ada Lund resigned in June 2021.", DATES),
        ("At Dorr the flow is 131 litres.", FLOW),
        ("The road is 74 miles long.", PART),
    ],
)
def test_words_of_another_figure_do_not_hold(said: str, cited: str) -> None:
    assert bound_together(said, [cited]) is Verdict.MEASURE_CLASH


def test_a_sentence_is_cut_around_its_figures_and_dates() -> None:
    assert [segment.text for segment in segments(SHARES)] == [
        "Wheat takes 46% of the land",
        ", barley in Aldmoor 29%",
        "and oats in Brent 21%",
        ".",
    ]
