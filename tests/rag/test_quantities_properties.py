from __future__ import annotations

import time
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.amounts import amounts_in
from rag.numerals import numbers
from rag.quantities import Quantity, amounts, holds_amount, missing_from, quantities
from rag.role import Role
from rag.unit_names import compatible

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
).split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
UNITS = {
    "km": ["km", "kilometres", "kilometers"],
    "m²": ["m²", "square meters", "square metres", "sq m", "m2"],
    "kWh": ["kWh", "kilowatt-hours", "kilowatt hours"],
    "t": ["t", "tonnes", "metric tons"],
    "ha": ["ha", "hectares"],
    "person": ["people", "persons", "inhabitants"],
    "home": ["homes", "new homes"],
    "CNY": ["yuan", "RMB", "renminbi"],
    "USD": ["US dollars", "USD"],
    "EUR": ["euros", "EUR"],
}
SIGNS = {"CNY": ["RMB", "CNY "], "USD": ["US$", "USD"], "EUR": ["€", "EUR "]}
SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "bn": 9, "mn": 6}

whole = st.integers(min_value=2101, max_value=10**12)  # no year
figures = st.decimals(min_value=2, max_value=999, places=2)
spelled_units = st.sampled_from([(unit, name) for unit, names in UNITS.items() for name in names])
pieces = st.sampled_from(
    "5 1,234 2023 3.5 1. % percent points basis million bn 万 亿 $ US$ RMB € yuan km people about"
    " over from to between and - – ' \u2009 , . ( ) July Article half a two hundred third one 第 年"
    " twenty thirds per square + or more st th no. 1'234 12 ½".split(" ")
)
jumbles = st.lists(st.tuples(pieces, st.sampled_from(["", " ", " ", "\n"])), max_size=25).map(
    lambda parts: "".join(piece + blank for piece, blank in parts)
)
texts = st.one_of(st.text(max_size=120), jumbles)


@pytest.fixture(autouse=True, scope="module")
def _tables_are_read() -> None:
    """The tables are made when first asked, which no deadline of an example is meant for."""
    quantities("5 new parks")


def spell(value: int) -> str:
    """A whole number in English words."""
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand")):
        if value >= size:
            rest = f" {spell(value % size)}" if value % size else ""
            return f"{spell(value // size)} {name}{rest}"
    if value >= 100:
        rest = f" and {spell(value % 100)}" if value % 100 else ""
        return f"{ONES[value // 100]} hundred{rest}"
    if value < 20:
        return ONES[value]
    return TENS[value // 10] + (f"-{ONES[value % 10]}" if value % 10 else "")


def only(text: str) -> Quantity:
    (found,) = quantities(text)
    return found


@given(whole, st.sampled_from(",\u2009\u202f'’"))
def test_every_thousands_mark_gives_the_same_value(value: int, mark: str) -> None:
    assert only(f"in all {value:,} of them".replace(",", mark)).value == value


@given(st.integers(min_value=2, max_value=10**11))
def test_a_number_in_words_is_the_number_in_digits(value: int) -> None:
    found = only(f"There are {spell(value)} here.")
    assert (found.value, found.kind) == (value, "number")
    assert not missing_from(spell(value), f"{value:,}")
    assert not missing_from(f"{value:,}", spell(value))
    assert missing_from(spell(value), spell(value + 1))


@given(figures, st.sampled_from(sorted(SCALES)), spelled_units)
def test_scale_and_unit_are_read_however_the_unit_is_spelled(
    value: Decimal, scale: str, spelled: tuple[str, str]
) -> None:
    unit, name = spelled
    found = only(f"it had {value} {scale} {name}, it says")
    assert found.value == value.scaleb(SCALES[scale])
    assert found.unit == unit
    other = only(f"{value.scaleb(SCALES[scale]):f} {UNITS[unit][0]}")
    assert found.same_as(other)
    assert other.same_as(found)


@given(figures, st.sampled_from([(u, s) for u, signs in SIGNS.items() for s in signs]))
def test_a_currency_before_is_the_currency_after(value: Decimal, sign: tuple[str, str]) -> None:
    unit, written = sign
    before = only(f"spent {written}{value} million on it")
    assert before.unit == unit
    assert all(before.same_as(only(f"spent {value} million {name} on")) for name in UNITS[unit])


@given(figures, spelled_units, spelled_units)
def test_values_in_different_units_are_different(
    value: Decimal, one: tuple[str, str], other: tuple[str, str]
) -> None:
    first, second = only(f"{value} {one[1]}"), only(f"{value} {other[1]}")
    assert first.same_as(second) is (one[0] == other[0])


@given(
    st.integers(min_value=2, max_value=400),
    st.integers(min_value=1, max_value=400),
    st.sampled_from(["{} to {} {}", "{}-{} {}", "{}–{} {}", "between {} and {} {}"]),
    st.sampled_from(["percent", "million tonnes", "km", "rental homes", "billion yuan"]),
)
def test_a_range_has_both_its_ends(low: int, step: int, form: str, after: str) -> None:
    found = only(form.format(low, low + step, after))
    lower, upper = only(f"{low} {after}"), only(f"{low + step} {after}")
    assert (found.value, found.high) == (lower.value, upper.value)
    assert (found.kind, found.unit) == (upper.kind, upper.unit)


@given(
    st.integers(min_value=2, max_value=400),
    st.integers(min_value=1, max_value=400),
    st.sampled_from(["{}{}-{} {}", "{}{}–{} {}", "{}{} to {} {}", "between {}{} and {} {}"]),
    st.sampled_from(["$", "US$", "£", "€", "RMB ", "CNY", "USD "]),
    st.sampled_from(["million", "billion", "million grants", "billion in loans", "bn"]),
)
def test_a_range_keeps_the_currency_before_it(
    low: int, step: int, form: str, sign: str, after: str
) -> None:
    found = only(form.format(sign, low, low + step, after))
    lower, upper = only(f"{sign}{low} {after}"), only(f"{sign}{low + step} {after}")
    assert (found.value, found.high) == (lower.value, upper.value)
    assert found.unit == lower.unit
    (amount,) = amounts_in(f"It costs {form.format(sign, low, low + step, after)}.")
    assert (amount.kind, amount.unit) == ("money", lower.unit)


@given(st.integers(min_value=1000, max_value=10**11), st.sampled_from(["people", "new homes"]))
def test_plain_blanks_between_groups_of_three_are_thousands_marks(value: int, noun: str) -> None:
    found = only(f"It has {value:,} {noun} now".replace(",", " "))
    assert (found.value, found.role) == (value, Role.AMOUNT)


@given(st.sampled_from(["in their {}s", "an iPhone {}s", "the Boeing {}s"]), st.integers(2, 99))
def test_an_s_that_touches_a_figure_is_no_second(form: str, value: int) -> None:
    assert only(form.format(value)).unit is None
    assert only(f"it took {value} s").unit == only(f"it took {value}.5s").unit == "second"


@given(st.one_of(texts, st.sampled_from(["5 homes, 2023", "Article 5", "two-thirds in 2023"])))
def test_a_text_with_an_amount_among_its_quantities_holds_one(text: str) -> None:
    if amounts(text):
        assert holds_amount(text)


@pytest.mark.parametrize(
    "text",
    (
        "about 2000 jobs|1999 homes|a total of 1850 tons|Thirteen clinics|Sixty homes|zero deaths"
        "|Ninety percent|One person|a third of voters|rose tenfold|a 3-fold rise|it doubled"
        "|was halved|twice the size|dozens of firms|hundreds were hurt|half of them|a dozen homes"
    ).split("|"),
)
def test_what_tells_how_many_holds_an_amount(text: str) -> None:
    assert holds_amount(text)


@pytest.mark.parametrize(
    "text",
    (
        "Section 3.2|at 9 p.m.|COVID-19|Article 5(2)|in 2023|July 4, 2023|the third pillar|5G"
        "|the first half of 2023|a scaffold|manifold|One of them|nothing"
    ).split("|"),
)
def test_what_dates_ranks_or_names_holds_none(text: str) -> None:
    assert not holds_amount(text)


@given(figures)
def test_a_hundred_basis_points_are_a_percentage_point(value: Decimal) -> None:
    basis, points = only(f"{value} basis points"), only(f"{value.scaleb(-2)} percentage points")
    assert basis.same_as(points)


@given(texts)
def test_any_text_can_be_read_and_its_offsets_point_at_it(text: str) -> None:
    found = quantities(text)
    for quantity in found:
        assert quantity.whole is not None
        assert 0 <= quantity.whole.start <= quantity.start
        assert quantity.start < quantity.end <= quantity.whole.end <= len(text)
        assert text[quantity.start : quantity.end].strip() == text[quantity.start : quantity.end]
    for one, other in pairwise(found):
        assert one.end <= other.start


@given(texts)
def test_any_text_supports_itself(text: str) -> None:
    assert not missing_from(text, text)


@given(texts)
@example("0¼0")
def test_no_number_in_digits_begins_or_ends_within_a_run_of_digits(text: str) -> None:
    for number in numbers(text):
        assert not text[: number.start][-1:].isdecimal()
        assert not text[number.end :][:1].isdecimal()


@given(jumbles, jumbles)
def test_comparing_is_symmetric_and_equals_oneself(one: str, other: str) -> None:
    for first in quantities(one):
        assert first.same_as(first)
        for second in quantities(other):
            assert first.same_as(second) is second.same_as(first)


units_and_none = st.sampled_from([None, "$", "USD", "HKD", "¥", "JPY", "pound", "lb", "CNY/t"])


@given(units_and_none, units_and_none)
def test_units_are_compatible_both_ways(one: str | None, other: str | None) -> None:
    assert compatible(one, other) is compatible(other, one)
    assert compatible(one, one)


@given(st.lists(st.integers(min_value=2101, max_value=10**6), min_size=1, max_size=5), st.data())
def test_the_order_of_the_quoted_numbers_does_not_matter(
    values: list[int], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(values))
    one, other = ("; ".join(f"{v:,} cars" for v in order) for order in (values, shuffled))
    assert not missing_from(one, other)
    assert missing_from(f"{one}; {max(values) + 1:,} cars", other)


@given(st.integers(min_value=2, max_value=10**9), st.integers(min_value=2, max_value=10**9))
def test_another_number_is_never_supported(one: int, other: int) -> None:
    if one != other:
        assert missing_from(f"It has {one:,} parks.", f"It has {other:,} parks.")
        assert missing_from(f"It has {spell(one)} parks.", f"It has {other:,} parks.")


@pytest.mark.parametrize(
    "text",
    [
        "1," * 20_000,
        "1.2" * 20_000,
        "1 " * 20_000,
        "one hundred and " * 5_000,
        "twenty-" * 10_000,
        "a " * 30_000 + "5",
        "5 " + " " * 50_000 + "percent",
        "July " * 10_000,
        "2023-" * 10_000,
        "1'234" * 10_000,
        "5. 1 " * 5_000,
        "more than " * 5_000 + "5",
        "123 " * 10_000,
        "123 456 people" * 3_000,
    ],
)
def test_a_hostile_text_is_read_in_linear_time(text: str) -> None:
    started = time.process_time()
    quantities(text)
    holds_amount(text)
    missing_from(text, text[:2000])
    assert time.process_time() - started < 10
