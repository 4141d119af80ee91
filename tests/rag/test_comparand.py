"""A figure that another is compared with has a time of its own."""

from __future__ import annotations

import pytest

from rag.amounts import amounts_in
from rag.comparand import comparands, is_year_before
from rag.figures import figures_of
from rag.grammar.clauses import Sentence
from rag.models import Document, Passage, Span
from rag.models import Sentence as Quoted


def read(text: str) -> Sentence:
    amounts = amounts_in(text)
    return Sentence(
        text, [(a.start, a.end) for a in amounts], [a.unit is not None for a in amounts]
    )


def years(text: str) -> list[tuple[str, list[int]]]:
    whole = Span(0, len(text))
    passage = Passage("p", "d", whole, (), text, (Quoted(whole, text),))
    found = figures_of(passage, Document("d", "d.txt", "Report", text, "0" * 64))
    return [(figure.text, sorted(figure.period.years)) for figure in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sales were 5 tons, compared with 4 tons in 2021.", ["compared with 4 tons in 2021"]),
        ("Costs fell to 3% in 2020, down from 7% a year earlier.", ["from 7% a year earlier"]),
        ("The rate rose from 3.1% in 1990 to 4.4% in 2000.", ["from 3.1% in 1990"]),
        ("We took 12 trips, after 9, and met 40 people.", ["after 9"]),
        ("The school took 12 children from the village.", []),
        ("It grew by 5% from 2019 to 2021.", []),
        ("After 3 men had died, 12 nets were hung.", []),
        ("Against the wind it took 5 hours.", []),
    ],
)  # fmt: skip
def test_a_comparison_is_told_from_what_only_looks_like_one(text: str, expected: list[str]) -> None:
    sentence = read(text)
    found = [
        text[sentence.tokens[c.start].start : sentence.tokens[c.end - 1].end]
        for c in comparands(sentence)
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Exports were 80 tons in 2022, against 70 tons the year before.",
            [("80 tons", [2022]), ("70 tons", [2021])],
        ),
        (
            "The yield came to 80 tons, compared with 70 tons in 1999.",
            [("80 tons", []), ("70 tons", [1999])],
        ),
        (
            "In 2022 the margin improved from 12.8% to 13.4%.",
            [("12.8%", []), ("13.4%", [2022])],
        ),
        (
            "In 2022 the margin rose by 2% and wages by 3%.",
            [("2%", [2022]), ("3%", [2022])],
        ),
    ],
)
def test_each_figure_has_its_own_year(text: str, expected: list[tuple[str, list[int]]]) -> None:
    assert years(text) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("4 percent a year earlier", True),
        ("34 in the year before", True),
        ("in the previous fiscal year", True),
        ("before the year was over", False),
        ("each year", False),
    ],
)
def test_the_year_before_is_told_in_several_ways(text: str, told: bool) -> None:
    assert is_year_before(text) is told
