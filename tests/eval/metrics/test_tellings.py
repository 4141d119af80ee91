from __future__ import annotations

import pytest

from eval.metrics.tellings import (
    ACHIEVED,
    MISSED,
    PLANNED,
    UNCLEAR,
    expected_period,
    governing,
    told_periods,
    told_status,
)
from rag.models import Span


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("In 2023 it grew.", {2023}),
        ("Between 2021-2023 it grew.", {2021, 2022, 2023}),
        ("From 2021 to 2023 it grew.", {2021, 2022, 2023}),
        ("Last year it grew.", {2023}),
        ("It will grow this year and next year.", {2024, 2025}),
        ("In 2022, unlike last year, it grew.", {2022}),
        ("It grew by 5% over 2022.", set()),
        ("It grew faster than last year.", set()),
        ("In 2023 it grew more than in 2019.", {2023}),
        ("It was up from 2022 to 2023.", {2022, 2023}),
        ("2023年增长。", {2023}),
        ("It cost 2,023 yuan, 2023.5 dollars, $2023 and 2023 million.", set()),
        ("It grew.", set()),
    ],
)
def test_years_are_read_from_numbers_and_words(text: str, years: set[int]) -> None:
    told = [mention.period.years for mention in told_periods(text, 2024)]
    assert frozenset().union(*told) == years


def test_without_a_date_relative_years_tell_nothing() -> None:
    assert told_periods("Last year it grew.", None) == ()


@pytest.mark.parametrize(
    ("text", "period", "meets"),
    [
        ("On 4 July 2023 it met.", "2023-07", True),
        ("On July 4, 2023 it met.", "2023-07", True),
        ("In July 2023 it met.", "2023-08", False),
        ("In 2023 it met.", "2023-08", False),
        ("In 2023 it met.", "2021-2025", False),
        ("In 2026 it met.", "2021-2025", False),
        ("In 2021-2025 it meets.", "2021-2025", True),
        ("From 2021 to 2025 it meets.", "2021-2025", True),
        ("From 2019 to 2023, it met.", "2023", False),
        ("From 2019 to 2023, it met.", "2021-2025", False),
        ("By December 2023 it met.", "2023", None),
        ("By December 2022 it met.", "2023", False),
        ("Released 2023-08-01.", "2023-08", True),
    ],
)
def test_a_period_meets_only_one_that_is_as_long(
    text: str, period: str, meets: bool | None
) -> None:
    (told,) = told_periods(text, None)
    assert told.period.meets(expected_period(period)) is meets


@pytest.mark.parametrize(
    ("number", "year"), [("5%", "2023"), ("8%", "2021"), ("Growth", "2023"), ("", None)]
)
def test_of_several_years_the_nearest_governs_a_number(number: str, year: str | None) -> None:
    text = "Growth slowed to 5% in 2023 from 8% in 2021"
    at = [Span(text.index(number), text.index(number) + len(number))] if number else []
    period = governing(told_periods(text, None), at)
    assert period == (expected_period(year) if year else None)


def test_two_years_that_are_as_near_govern_nothing() -> None:
    text = "in 2022, 5% in 2023"
    assert governing(told_periods("2022 5% 2023", None), [Span(5, 7)]) is None
    assert governing(told_periods(text, None), [Span(9, 11)]) == expected_period("2022")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("It will rise by 5%.", PLANNED),
        ("It is to be improved by 5%.", PLANNED),
        ("The target is 5%.", PLANNED),
        ("It rose by 5%.", ACHIEVED),
        ("It increased by 5%.", ACHIEVED),
        ("Results of 2023", ACHIEVED),
        ("Tasks for 2024", PLANNED),
        ("Results of 2023 and tasks for 2024", UNCLEAR),
        ("It was 5%, the target 6%.", UNCLEAR),
        ("We achieved 4.4% and will reach 4.5%.", PLANNED),
        ("Parks: 120", None),
        ("A growth target of about 5% was set for 2023.", PLANNED),
        ("The city set a new target of 5%.", PLANNED),
        ("Growth is projected at 5%.", PLANNED),
        ("Growth of 5% was planned.", PLANNED),
        ("Growth was officially forecast at 5%.", PLANNED),
        ("Officials had hoped for 5%.", PLANNED),
        ("GDP growth did not reach 5%.", MISSED),
        ("GDP growth didn't reach 5%.", MISSED),
        ("GDP fell short of 5%.", MISSED),
        ("GDP growth failed to meet 5%.", MISSED),
        ("GDP growth was not 5%, it reached 6%.", ACHIEVED),
        ("GDP growth did not reach 5%, but hit 4.8%.", UNCLEAR),
        ("增长了5%", ACHIEVED),
    ],
)
def test_status_is_read_from_verbs_then_nouns(text: str, status: str | None) -> None:
    assert told_status(text) == status


def test_a_participle_alone_tells_nothing_in_less_than_a_sentence() -> None:
    assert told_status("kept within 5%", whole=False) is None
    assert told_status("kept within 5%") == ACHIEVED
