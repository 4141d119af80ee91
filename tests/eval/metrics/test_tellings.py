from __future__ import annotations

import pytest

from eval.metrics.tellings import (
    ACHIEVED,
    PLANNED,
    UNCLEAR,
    Period,
    expected_period,
    told_period,
    told_status,
)


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
    assert told_period(text, 2024).years == years


def test_without_a_date_relative_years_tell_nothing() -> None:
    assert told_period("Last year it grew.", None) == Period()


@pytest.mark.parametrize(
    ("text", "period", "meets"),
    [
        ("On 4 July 2023 it met.", "2023-07", True),
        ("On July 4, 2023 it met.", "2023-07", True),
        ("In July 2023 it met.", "2023-08", False),
        ("In 2023 it met.", "2023-08", True),
        ("In 2023 it met.", "2021-2025", True),
        ("In 2026 it met.", "2021-2025", False),
        ("Released 2023-08-01.", "2023-08", True),
    ],
)
def test_periods_meet_in_a_year_and_where_told_in_a_month(
    text: str, period: str, meets: bool
) -> None:
    assert told_period(text, None).meets(expected_period(period)) is meets


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
        ("增长了5%", ACHIEVED),
    ],
)
def test_status_is_read_from_verbs_then_nouns(text: str, status: str | None) -> None:
    assert told_status(text) == status


def test_a_participle_alone_tells_nothing_in_less_than_a_sentence() -> None:
    assert told_status("kept within 5%", whole=False) is None
    assert told_status("kept within 5%") == ACHIEVED
