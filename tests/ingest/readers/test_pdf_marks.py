from __future__ import annotations

import pytest
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph

from ingest.readers.pdf import READER
from ingest.readers.pdf_marks import resolved
from tests.ingest.readers.writers import built

TEXT = getSampleStyleSheet()["BodyText"]


def read(text: str) -> str:
    return READER.read(built([Paragraph(text, TEXT)], "The running head"), "a.pdf").text


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("78<super>1</super> buses", "78 buses"),
        ("for 45<super>12</super>, and", "for 45, and"),
        ("buses<super>3</super> and vans.<super>4</super> It", "buses and vans. It"),
        ("1,200<super>*</super> people", "1,200 people"),
        ("1.5 x 10<super>6</super> litres", "1.5 x 10^6 litres"),
        ("10<super>-3</super> litres", "10^-3 litres"),
        ("2<super>32</super> values", "2^32 values"),
        ("40 km<super>2</super> of land", "40 km^2 of land"),
        ("5 m<super>3</super> of sand", "5 m^3 of sand"),
        ("the 4<super>th</super> bus", "the 4th bus"),
        ("3<super>1</super>/2 miles", "3 1 /2 miles"),
        ("CO<sub>2</sub> here", "CO2 here"),
        ("12 vans in 2023", "12 vans in 2023"),
    ],
)
def test_a_raised_mark_does_not_change_the_figure_before_it(marked: str, plain: str) -> None:
    assert f"There {plain} end." in read(f"There {marked} end.")


def test_digits_that_are_raised_by_their_code_are_marks_behind_figures() -> None:
    assert resolved("78¹", {2}) == "78"
    assert resolved("10⁶", {2}) == "10^6"
    assert "has 78 buses" in read("It has 78\u00b9 buses.")
    assert "has 78 km\u00b2 of land" in read("It has 78 km\u00b2 of land.")
