from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.bound import Bound
from rag.quantities import amounts, missing_from, quantities
from rag.role import Role

SCALES = {"thousand": 3, "million": 6, "mn": 6, "billion": 9, "bn": 9, "trillion": 12, "tn": 12}

whole = st.integers(min_value=0, max_value=10**15)
decimals = st.decimals(min_value=0, max_value=10**6, places=3)
scales = st.sampled_from(sorted(SCALES))


@pytest.fixture(autouse=True, scope="module")
def _tables_are_read() -> None:
    """The tables are made when first asked, which no deadline of an example is meant for."""
    quantities("5 new parks")


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
        ("$5 billion", "5 billion yuan"),
        ("€5", "£5"),
        ("5 km", "5 kg"),
        ("5 m", "5 m²"),
        ("5 yuan per ton", "5 yuan"),
        ("two thirds", "one third"),
        ("eleven years", "12 years"),
        ("234", "1\u202f234"),
        ("234", "1'234"),
        ("50 basis points", "50 percentage points"),
        ("5 to 6 percent", "5 percent"),
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
        ["RMB5 billion", "¥5bn", "5 billion yuan", "CNY 5,000,000,000", "50亿元", "50亿"],
        ["$5 billion", "US$5bn", "5 billion US dollars", "USD 5 billion", "5,000 million dollars"],
        [
            "1234567.5",
            "1,234,567.5",
            "1\u2009234\u2009567.5",
            "1\u202f234\u202f567.5",
            "1'234'567.5",
        ],
        ["1.2 km", "1.2 kilometres", "1.2 kilometers", "1.2-kilometer", "1.2km", "1.2公里"],
        ["3 km²", "3 square kilometers", "3 sq km", "3 sq. km", "3 km2", "three square kilometres"],
        [
            "2.5 million people",
            "two and a half million people",
            "2.5 million persons",
            "2½ million",
        ],
        ["50 basis points", "0.5 percentage points", "50bp", "0.5个百分点", "fifty basis points"],
        ["500 million", "5 hundred million", "five hundred million", "half a billion", "5亿"],
        ["12", "twelve", "a dozen"],
        ["90 km/h", "90 kilometers per hour", "90 kph"],
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
        ("from 5% to 6%", [(Decimal(5), "percent"), (Decimal(6), "percent")]),
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


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("built 70,000 rental homes in 2024", "home"),
        ("13 million new urban jobs were added", "job"),
        ("12 sports venues", "venue"),
        ("4 businesses, 3 of them new", "business"),
        ("some 300 people died", "person"),
        ("49.158 million TEUs in 2023", "TEU"),
        ("5 million twenty-foot equivalent units", "TEU"),
        ("a 5-year plan", "year"),
        ("for 11 consecutive years", "year"),
        ("RMB5 billion yuan", "CNY"),
        ("HK$20 million", "HKD"),
        ("¥300 per ton", "¥/ton"),
        ("128 people per square kilometer", "person/km²"),
        ("a population of 24.8 million makes it the largest", None),
        ("5 try to leave", None),
        ("5 and dozens of shops", None),
        ("5, cars", None),
        ("5 in", None),
        ("5%", None),
        ("10,000 new ones", None),
        ("(36.7 in) of rain", "inch"),
        ("36.7 in Imphal", None),
    ],
)
def test_the_unit_is_what_is_measured_or_counted(text: str, unit: str | None) -> None:
    assert quantities(text)[0].unit == unit


@pytest.mark.parametrize(
    ("text", "low", "high", "kind", "unit"),
    [
        ("grows by 3 to 5 percent", "3", "5", "percent", None),
        ("rose by 3 to 5 percent", "3", "5", "percent", None),
        ("grows by 5-6%", "5", "6", "percent", None),
        ("from 5%–6%", "5", "6", "percent", None),
        ("between 10 and 12 million tonnes", "10000000", "12000000", "number", "t"),
        ("$3 to $5 million", "3000000", "5000000", "number", "$"),
        ("5 km to 10 km", "5", "10", "number", "km"),
        ("three to five years", "3", "5", "number", "year"),
        ("a 3-to-5-year plan", "3", "5", "number", "year"),
        ("two to three million jobs", "2000000", "3000000", "number", "job"),
        ("ranging from 900,000 to 1.2 million", "900000", "1200000", "number", None),
    ],
)
def test_a_range_is_one_quantity_both_ends_with_scale_and_unit(
    text: str, low: str, high: str, kind: str, unit: str | None
) -> None:
    (found,) = quantities(text)
    assert (found.value, found.high) == (Decimal(low), Decimal(high))
    assert (found.kind, found.unit) == (kind, unit)


@pytest.mark.parametrize(
    "text",
    [
        "rose from 3 percent to 5 percent",
        "rose from 3 to 5 percent",
        "rose by 5 percent to 30 percent",
        "revenue fell $2 million to $30 million",
        "5 km to 10 kg",
        "5 percent and 6 percent",
        "won 3-1 at home",
        "the plan for 2023-2026",
        "5 percent to 6 percentage points",
    ],
)
def test_two_figures_that_are_no_range_stay_two(text: str) -> None:
    assert [q.high for q in quantities(text)] == [None, None]


def test_the_first_figure_of_a_change_takes_scale_and_kind_from_the_second() -> None:
    assert values("rose from 3 to 5 percent") == [(Decimal(3), "percent"), (Decimal(5), "percent")]
    assert values("fell from 15 to 12 million") == [number("15000000"), number("12000000")]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("about 5%", Bound.ABOUT),
        ("nearly a dozen", Bound.ABOUT),
        ("over US$3 million", Bound.OVER),
        ("more than 5,000 people", Bound.OVER),
        ("at least 5", Bound.AT_LEAST),
        ("no fewer than 5", Bound.AT_LEAST),
        ("10 or more hospitals", Bound.AT_LEAST),
        ("500+ parks", Bound.AT_LEAST),
        ("up to 5 km", Bound.AT_MOST),
        ("no more than 5", Bound.AT_MOST),
        ("less than 5", Bound.UNDER),
        ("moreover 5", None),
        ("about it, 5", None),
    ],
)
def test_a_hedge_is_kept_as_a_mark(text: str, bound: Bound | None) -> None:
    (found,) = quantities(text)
    assert found.bound is bound


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("in 2023", Role.DATE),
        ("In 2023 sales rose", Role.DATE),
        ("July 4", Role.DATE),
        ("the 4th of July", Role.DATE),
        ("on 2023-07-04", Role.DATE),
        ("at 10:30", Role.DATE),
        ("the 1990s", Role.DATE),
        ("fiscal 2023", Role.DATE),
        ("Q3 2023", Role.DATE),
        ("the 1609 logbook", Role.DATE),
        ("The 2010 games", Role.DATE),
        ("in 1541, 1563 and 1581", Role.DATE),
        ("under the Five-Year Plan", Role.LABEL),
        ("2023-24", Role.DATE),
        ("2023年7月4日", Role.DATE),
        ("the sixth version", Role.ORDINAL),
        ("the twenty-first", Role.ORDINAL),
        ("the 14th plan", Role.ORDINAL),
        ("第5次", Role.ORDINAL),
        ("Article 5 says", Role.LABEL),
        ("page 5", Role.LABEL),
        ("COVID-19", Role.LABEL),
        ("omega-3 fatty acids", Role.LABEL),
        ("by 3-to-5 percent", Role.AMOUNT),
        ("5G", Role.LABEL),
        ("1. Aims", Role.LABEL),
        ("about 2000 people", Role.AMOUNT),
        ("1,998", Role.AMOUNT),
        ("2023 million", Role.AMOUNT),
        ("in 2000 km", Role.AMOUNT),
        ("$2023", Role.AMOUNT),
        ("July 4 million", Role.AMOUNT),
    ],
)
def test_dates_ordinals_and_labels_are_no_amounts(text: str, role: Role) -> None:
    assert {q.role for q in quantities(text)} == {role}
    assert bool(amounts(text)) is (role is Role.AMOUNT)


@pytest.mark.parametrize("text", ["FY2023", "FY23", "Q3", "H1", "the first", "one of the best"])
def test_what_tells_no_number_is_none(text: str) -> None:
    assert not quantities(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one hundred and twenty-three thousand four hundred and five", ["123405"]),
        ("two or three", ["2", "3"]),
        ("nineteen ninety", ["19", "90"]),
        ("seventeen hundred", ["1700"]),
        ("a million and a half", ["1500000"]),
        ("forty-five and a half", ["45.5"]),
        ("two dozen", ["24"]),
        ("zero", ["0"]),
        ("one year", ["1"]),
        ("hundreds of millions", []),
        ("someone often weighs", []),
    ],
)
def test_numbers_in_words_are_read(text: str, expected: list[str]) -> None:
    assert [q.value for q in quantities(text)] == [Decimal(value) for value in expected]


def test_a_stray_blank_within_a_number_is_closed_but_not_between_sentences() -> None:
    assert values("by 15. 1 square kilometers") == [number("15.1")]
    assert values("up 28. 1%") == [(Decimal("28.1"), "percent")]
    assert values("fell to 15. 3 cars") == [number("15"), number("3")]
    assert values("in 2022. 5 percent of") == [number("2022"), (Decimal(5), "percent")]


def test_a_sign_is_part_of_the_value_and_a_dash_is_not() -> None:
    assert values("by -0.3% or −5 °C") == [(Decimal("-0.3"), "percent"), number("-5")]
    assert values("the G-20 and a - 5") == [number("20"), number("5")]
