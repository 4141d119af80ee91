from __future__ import annotations

import pytest

from ingest.readers.raised import merged, opening_mark, raised, settled


@pytest.mark.parametrize(
    ("before", "up", "after", "written"),
    [
        ("10", "6", " litres", "10^6 litres"),
        ("2.5 × 10", "-6", " g", "2.5 × 10^-6 g"),
        ("300 m", "2", " of floor", "300 m² of floor"),
        ("45", "3", " thousand", "45[^3] thousand"),
        ("in 2019", "[3]", ".", "in 2019[^3]."),
        ("12.10", "a", "", "12.10[^a]"),
        ("8", "3", " buses", "8[3] buses"),
        ("in 2019", "[3]", "(2020)", "in 2019[^3] (2020)"),
        ("litres", "[3]", "", "litres[3]"),
        ("the 4", "th", " of May", "the 4th of May"),
        ("CO", "2", "", "CO2"),
        ("", "3", " A note", "3 A note"),
    ],
)
def test_a_figure_keeps_its_value_beside_what_is_raised(
    before: str, up: str, after: str, written: str
) -> None:
    assert settled(before + raised(up) + after) == written


def test_the_mark_of_a_note_that_the_page_has_is_a_reference() -> None:
    line = "8" + raised("3") + " buses run" + raised("3") + "."
    assert settled(line, {"3"}) == "8[^3] buses run[^3]."


def test_two_marks_in_a_row_are_no_link() -> None:
    assert settled("2019" + raised("[3]") + raised("[4]")) == "2019[^3] [4]"


def test_parts_of_one_power_are_joined() -> None:
    assert settled(merged("10" + raised("-") + raised("6"))) == "10^-6"


def test_the_mark_that_a_note_begins_with_is_known() -> None:
    assert opening_mark(" " + raised("*") + " Without tax.") == "*"
    assert opening_mark("Costs" + raised("*")) is None
    assert opening_mark("Costs") is None
