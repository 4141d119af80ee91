from __future__ import annotations

import pytest

from rag.period import Status, months_in, period_of, status_of, without_months, without_years
from rag.period import years_in as years


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 2023", {2023}),
        ("In 2035.", {2035}),
        ("FY2023 and 2024年", {2023, 2024}),
        ("the plan for 2023-2026", {2023, 2024, 2025, 2026}),
        ("2023–2025", {2023, 2024, 2025}),
        ("from 2023 to 2025", {2023, 2024, 2025}),
        ("between 1998 and 2005", {1998, 2005}),
        ("2026-2023", {2023, 2026}),
        ("", set()),
    ],
)
def test_named_years_are_found_and_ranges_filled(text: str, expected: set[int]) -> None:
    assert years(text, None) == expected
    assert years(text, 1999) == expected


@pytest.mark.parametrize(
    "text",
    ["2,023", "2023.5", "$2024", "12023", "20235", "2050 million", "2000 yuan", "2024%", "1,2023"],
)
def test_an_amount_is_no_year(text: str) -> None:
    assert years(text, None) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "About 2000 jobs were created",
        "About 2000 were created",
        "They paid 2000 dollars",
        "1999 tons",
        "1999 homes were built",
        "In 2000 tons of it",
        "nearly 1900 of them",
        "more than 2000 were trained",
        "over 2000 jobs",
        "1750 men",
        "rose from 1200 to 1500 yuan",
        "between 1200 and 1500 people",
        "one in 1000",
        "a depth of 1750",
    ],
)
def test_a_figure_that_counts_something_is_no_year(text: str) -> None:
    assert years(text, None) == frozenset()
    assert without_years(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 1750", {1750}),
        ("Since 1066 and until 1485.", {1066, 1485}),
        ("the year 1492", {1492}),
        ("between 1650 and 1700", {1650, 1700}),
        ("from 1795 to 1798", {1795, 1796, 1797, 1798}),
        ("in about 1900", {1900}),
        ("the 2023 results", {2023}),
        ("By 2025 people will live longer", {2025}),
        ("fiscal 2023 sales", {2023}),
        ("the 2023 year-end", {2023}),
        ("5% over 2022", {2022}),
        ("growth of 3 points over 2019", {2019}),
        ("the second half of 2022 saw", {2022}),
        ("Beijing 2022 second half", {2022}),
    ],
)
def test_a_year_is_one_where_a_word_dates_it(text: str, expected: set[int]) -> None:
    assert years(text, None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last year", 2023),
        ("the previous year", 2023),
        ("this year", 2024),
        ("The current year", 2024),
        ("next year", 2025),
        ("the coming year", 2025),
    ],
)
def test_relative_years_count_from_the_reference_or_not_at_all(text: str, expected: int) -> None:
    assert years(text, 2024) == {expected}
    assert years(text, None) == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("July 2023", {(2023, 7)}),
        ("on 4 July 2023", {(2023, 7)}),
        ("on December 18, 2023", {(2023, 12)}),
        ("Sept. 2023 and 2024-01-23", {(2023, 9), (2024, 1)}),
        ("May 2024", {(2024, 5)}),
        ("it may rise; 2024", set()),
        ("2023-2026", set()),
        ("2023-13-01", set()),
    ],
)
def test_months_are_found_with_their_year(text: str, expected: set[tuple[int, int]]) -> None:
    assert months_in(text) == expected


def test_years_and_months_are_taken_out() -> None:
    assert without_years("growth in 2023 and last year, not 12%") == "growth in and , not 12%"
    assert "2023" not in without_months("the plenum of July 2023")
    assert "2024" in without_months("the plenum of July 2023 on 2024")


@pytest.mark.parametrize(
    "text",
    [
        "The city will build 5 homes.",
        "Growth is expected to reach 5%.",
        "What is the target?",
        "The city aims to lead.",
        "It has been planned.",
        "Efforts must be made.",
    ],
)
def test_what_is_to_be_done_is_planned(text: str) -> None:
    assert status_of(text) is Status.PLANNED


@pytest.mark.parametrize(
    "text", ["Growth reached 5%.", "It was built.", "Results of 2023", "It rose.", "We have led."]
)
def test_what_was_done_is_achieved(text: str) -> None:
    assert status_of(text) is Status.ACHIEVED


@pytest.mark.parametrize(
    "text", ["GDP growth", "One hundred homes", "the speed of trains", "an unprecedented rate", ""]
)
def test_what_tells_neither_is_open(text: str) -> None:
    assert status_of(text) is None


def test_a_sentence_speaks_before_the_nearest_heading_and_that_before_the_outer() -> None:
    headings = ("Major Tasks in 2024", "Results of 2022")
    own = period_of("It reached 5% in 2023.", headings, None)
    assert (own.years, own.status) == ({2023}, Status.ACHIEVED)
    nearest = period_of("Growth of 5%.", headings, None)
    assert (nearest.years, nearest.status) == ({2022}, Status.ACHIEVED)
    outer = period_of("Growth of 5%.", ("Targets for 2024", "Trade"), None)
    assert (outer.years, outer.status) == ({2024}, Status.PLANNED)


def test_nothing_told_leaves_the_period_open() -> None:
    period = period_of("Growth of 5%.", ("Trade",), 2024)
    assert (period.years, period.status) == (frozenset(), None)
