from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quantities import missing_from, quantities

SCALES = {"thousand": 3, "million": 6, "mn": 6, "billion": 9, "bn": 9, "trillion": 12, "tn": 12}

whole = st.integers(min_value=0, max_value=10**15)
decimals = st.decimals(min_value=0, max_value=10**6, places=3)
scales = st.sampled_from(sorted(SCALES))


def values(text: str) -> list[tuple[Decimal, str]]:
    return [(q.value, q.kind) for q in quantities(text)]


def number(value: str) -> tuple[Decimal, str]:
    return Decimal(value), "number"


@given(whole)
def test_thousands_marks_do_not_change_a_value(value: int) -> None:
    assert values(f"about {value:,} of them") == values(f"about {value} of them")
    assert values(f"{value:,}") == [(Decimal(value), "number")]


@given(decimals, scales)
def test_a_scale_word_means_the_written_out_number(value: Decimal, scale: str) -> None:
    expected = [(value.scaleb(SCALES[scale]), "number")]
    written_out = f"{value.scaleb(SCALES[scale]):f}"
    assert values(f"{value} {scale}") == expected
    assert values(f"{value}{scale}") == expected
    assert values(f"a {value}-{scale} plan") == expected
    assert values(f"{value} {scale.title()}") == expected
    assert values(written_out) == expected


@given(decimals)
def test_a_scale_letter_counts_only_when_it_touches(value: Decimal) -> None:
    assert values(f"{value}M") == [(value.scaleb(6), "number")]
    assert values(f"{value}k") == [(value.scaleb(3), "number")]
    assert values(f"{value} M of length") == [(value, "number")]


@given(decimals, st.integers(min_value=1, max_value=6))
def test_trailing_zeros_do_not_change_a_value(value: Decimal, zeros: int) -> None:
    assert not missing_from(f"{value}{'0' * zeros}%", f"{value}%")


@given(st.integers(min_value=0, max_value=10**12), st.integers(min_value=1, max_value=9))
def test_a_number_is_not_found_inside_a_longer_one(value: int, digit: int) -> None:
    for longer in (f"{digit}{value:,}", f"{value}{digit}", f"{digit}.{value}", f"{value}.{digit}"):
        if Decimal(longer.replace(",", "")) != value:
            assert missing_from(f"{value:,}", longer)


@pytest.mark.parametrize(
    ("claimed", "quoted"),
    [
        ("1,215", "11,215"),
        ("1,215", "1,2155"),
        ("215", "1,215"),
        ("6%", "0.6%"),
        ("6%", "16%"),
        ("6%", "6.5%"),
        ("49.158 million", "149.158 million"),
        ("49.158 million", "49.158"),
        ("5 billion", "5 million"),
        ("2", "1.2.3"),
        ("919", "C919"),
        ("2023", "12023"),
        ("5%", "5"),
        ("5", "5%"),
        ("5%", "5 percentage points"),
        ("5 points", "5%"),
    ],
)
def test_another_figure_does_not_support_this_one(claimed: str, quoted: str) -> None:
    assert missing_from(claimed, quoted)


@pytest.mark.parametrize(
    "forms",
    [
        ["49.158 million", "49,158,000", "49.158M", "49158000", "49.158 mn", "49.158 Million"],
        ["5%", "5 %", "5 percent", "5 per cent", "5.0%", "5 Percent", "5％"],
        ["2 percentage points", "2 percent points", "2 percentage point"],
        ["4.72 trillion", "4,720 billion", "4,720,000,000,000", "4.72tn", "4.72万亿"],
        ["2.5万", "25,000", "25k", "25 thousand"],
        ["RMB5 billion", "¥5bn", "5 billion yuan", "$5,000,000,000", "USD5bn", "50亿"],
    ],
)
def test_one_value_in_all_its_forms(forms: list[str]) -> None:
    for one in forms:
        assert quantities(one)
        for other in forms:
            assert not missing_from(one, other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the plan for 2023-2026", [number("2023"), number("2026")]),
        ("from 5%-6%", [(Decimal(5), "percent"), (Decimal(6), "percent")]),
        ("on December 18, 2023.", [number("18"), number("2023")]),
        ("In 2023,the rise", [number("2023")]),
        ("met by citizens.15 projects", [number("15")]),
        ("同比增长5%，达2023万", [(Decimal(5), "percent"), number("20230000")]),
        ("the C919, the R2 and a COVID19 test", []),
        ("no figure here", []),
        ("", []),
    ],
)
def test_every_number_of_a_text_is_found_in_order(
    text: str, expected: list[tuple[Decimal, str]]
) -> None:
    assert values(text) == expected


@given(decimals, st.text(alphabet="abc ,;", max_size=10))
def test_offsets_point_at_the_number(value: Decimal, before: str) -> None:
    text = f"{before} {value}% more"
    (found,) = quantities(text)
    assert text[found.start : found.end] == f"{value}%"


@pytest.mark.parametrize(
    ("claimed", "quoted"),
    [
        ("15.1 square kilometers", "by 15. 1 square kilometers"),
        ("28.1%", "up by 28. 1%."),
        ("1.2 Million", "some 1. 2 Million"),
    ],
)
def test_a_stray_blank_within_the_quoted_number_is_closed(claimed: str, quoted: str) -> None:
    assert not missing_from(claimed, quoted)


def test_what_is_missing_is_named() -> None:
    (gone,) = missing_from("it rose by 5% to 1,215", "it rose by 5% to 1,216")
    assert gone.value == 1215


@given(st.text(max_size=200))
def test_any_text_can_be_read_and_supports_itself(text: str) -> None:
    assert not missing_from(text, text)


def test_a_very_long_number_is_read_exactly() -> None:
    digits = "1234567890" * 5
    assert values(digits) == [number(digits)]
    assert missing_from(f"{digits}1 million", f"{digits}2 million")
