"""What is read from sentences: each row says value, unit, measure, change, period and status."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rag.figures import Figure, figure_from_json, figure_to_json, figures_of
from rag.generations import Generations
from rag.index import Index
from rag.models import Document, Passage, Sentence, Span
from rag.period import Status

PUBLISHED = date(2024, 3, 1)


def read(
    text: str, heading: tuple[str, ...] = (), published: date | None = PUBLISHED
) -> list[Figure]:
    """The figures of a text of one passage, its sentences one a line."""
    document = Document("d", "d.txt", "Report", text, "0" * 64, published=published)
    sentences = []
    at = 0
    for line in text.split("\n"):
        sentences.append(Sentence(Span(at, at + len(line)), line))
        at += len(line) + 1
    passage = Passage("p", "d", Span(0, len(text)), heading, text, tuple(sentences))
    return list(figures_of(passage, document))


def measures(text: str) -> list[str]:
    return [figure.measure for figure in read(text)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("GDP grew by 5.2 percent.", [("GDP", True, "up")]),
        ("Revenue reached 4.9 billion dollars.", [("Revenue", False, None)]),
        ("Debt fell to 3 billion dollars.", [("Debt", False, "down")]),
        ("The number of libraries increased by 12 to 340.",
         [("number of libraries", True, "up"), ("number of libraries", False, "up")]),
        ("Output stood at 7 tons, up by 4%.", [("Output", False, None), ("Output", True, "up")]),
        ("Sales went down by 8%.", [("Sales", True, "down")]),
        ("Wages were 9% higher than before.", [("Wages", True, "up")]),
        ("There was an increase of 6% in exports.", [("exports", True, "up")]),
        ("A 6% decline in births followed.", [("births", True, "down")]),
        ("The firm cut emissions by 30%.", [("emissions", True, "down")]),
        ("The mills increased their total output by 2%.",
         [("total output of mills", True, "up")]),
        ("Rents fell by 3%, and wages by 4%.", [("Rents", True, "down"), ("wages", True, "down")]),
    ],
)  # fmt: skip
def test_a_change_is_told_from_a_level_and_both_have_their_subject(
    sentence: str, expected: list[tuple[str, bool, str | None]]
) -> None:
    assert [(f.measure, f.change, f.direction) for f in read(sentence)] == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We built 120,000 housing units.", ["housing units built"]),
        ("Another 40 museums were opened.", ["museums opened"]),
        ("The town will plant 300 trees in schoolyards.", ["plant trees in schoolyards"]),
        ("We opened 5 parks and 3 pools for children.",
         ["parks opened", "pools for children opened"]),
        ("The council started the construction of 12 bridges.", ["construction of bridges"]),
        ("We carried out 9 projects with a total cost of 2 million euros.",
         ["projects carried out", "total cost of projects"]),
        ("A total of 112 kilometers of cables were moved underground.",
         ["cables moved underground"]),
        ("70% of the homes are rented.", ["homes rented"]),
        ("Trade accounts for 12% of jobs.", ["Trade as share of jobs"]),
        ("We will add 300 seats in halls and 70 in tents.",
         ["add seats in halls", "add seats in tents"]),
        ("Pilot projects began in 5 villages.", ["villages"]),
        ("The 34% poverty rate is high.", ["poverty rate"]),
        ("Old mills worth 4 million pounds were sold.", ["worth of Old mills"]),
    ],
)  # fmt: skip
def test_what_is_counted_or_shared_is_the_measure(sentence: str, expected: list[str]) -> None:
    assert measures(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Exports of cars, ships and trains grew by 1, 2 and 3 percent respectively.",
         ["Exports of cars", "Exports of ships", "Exports of trains"]),
        ("The harbor's loans and grants exceeded 20 and 11 million euros respectively.",
         ["harbor's loans", "harbor's grants"]),
        ("Output of mills and farm income grew by 2% and 5% respectively.",
         ["Output of mills", "farm income"]),
        ("5 schools and 3 clinics were added, bringing the totals to 50 and 30 respectively.",
         ["schools added", "clinics added", "totals of schools added",
          "totals of clinics added"]),
    ],
)  # fmt: skip
def test_respectively_deals_the_members_of_a_list_out(sentence: str, expected: list[str]) -> None:
    assert measures(sentence) == expected


def test_a_pronoun_stands_for_the_measure_of_the_sentence_before() -> None:
    figures = read("Household income was 85,000 yuan.\nThis was an increase of 6.6%.")
    assert [(f.measure, f.change) for f in figures] == [
        ("Household income", False),
        ("Household income", True),
    ]


def test_a_sentence_that_goes_on_about_the_one_before_is_of_its_year() -> None:
    figures = read("In 2021 the harbor grew by 3%.\nIt created 300 jobs.\nCranes rose by 2%.")
    assert [set(f.period.years) for f in figures] == [{2021}, {2021}, set()]


def test_a_label_before_a_colon_completes_a_measure_that_says_nothing() -> None:
    (figure,) = read("Tourism: the target is growth of 4%.")
    assert "Tourism" in figure.measure
    assert figure.change


@pytest.mark.parametrize(
    "sentence",
    [
        "On December 18, 2023 the 14th Five-Year Plan was published in Section 4.",
        "The C919 flew along Metro Line 13 with 5G and against COVID-19 in 1923.",
        "Formula “2+2” and “3+6” are explained in note [12].",
        "The “12345” hotline helps the Four Winds Club.",
        "This will go on in the next five years and over the past 3 months.",
        "It has two-way traffic at 10:30.",
        "The abbey was founded in 1066 (rebuilt 1180).",
    ],
)
def test_dates_ordinals_labels_and_names_are_no_figures(sentence: str) -> None:
    assert read(sentence) == []


def test_a_denominator_is_no_figure() -> None:
    assert [f.value for f in read("The number of doctors per 10,000 people rose to 50.2.")] == [
        Decimal("50.2")
    ]


def test_values_units_and_kinds() -> None:
    text = (
        "The port handled 49.158 million TEUs.\nIt earned US$1.27 billion and saved 0.6 percentage"
        " points.\nThe lawn is 15.1 square kilometers.\nSeven buses run."
    )
    assert [(f.value, f.kind, f.unit) for f in read(text)] == [
        (Decimal(49158000), "measure", "TEU"),
        (Decimal(1270000000), "money", "USD"),
        (Decimal("0.6"), "points", "pp"),
        (Decimal("15.1"), "measure", "km²"),
        (Decimal(7), "number", None),
    ]


@pytest.mark.parametrize(
    ("text", "heading", "expected"),
    [
        ("Rents rose by 3% in 2021.", (), [({2021}, "achieved")]),
        ("Rents rose by 3% last year, and we aim for 2% this year.", (),
         [({2023}, "achieved"), ({2024}, "planned")]),
        ("Rents rose from 3 euros in 2019 to 5 euros in 2022.", (),
         [({2019}, "achieved"), ({2022}, "achieved")]),
        ("Rents were 5% more in 2022 than in 2021.", (), [({2022}, "achieved")]),
        ("Rents rose by 3%.", ("Results of 2020",), [({2020}, "achieved")]),
        ("Rents kept within 5%", ("Targets for 2025",), [({2025}, "planned")]),
        ("The city will build 40 parks.", ("Tasks for 2024",), [({2024}, "planned")]),
        ("Measures to boost 40 parks were introduced.", (), [(set(), "achieved")]),
        ("Rents are to rise by 3% in 2030.", (), [({2030}, "planned")]),
        ("It is necessary to build 40 parks.", (), [(set(), "planned")]),
    ],
)  # fmt: skip
def test_period_and_status_come_from_the_clause_before_the_sentence_and_the_heading(
    text: str, heading: tuple[str, ...], expected: list[tuple[set[int], str]]
) -> None:
    found = [(set(f.period.years), f.period.status) for f in read(text, heading)]
    assert found == expected


def test_what_lies_after_the_documents_year_is_planned() -> None:
    (figure,) = read("The bridge carries 400 trains in 2031.")
    assert figure.period.status is Status.PLANNED


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("Rents rose by 3% in July 2022.", {(2022, 7)}),
        ("Rents rose by 3% in the second quarter of 2022.", {(2022, 4), (2022, 5), (2022, 6)}),
        ("In 2022 rents rose by 3% in the first quarter.", {(2022, 1), (2022, 2), (2022, 3)}),
        ("Rents rose by 3% in 2022.", set()),
    ],
)
def test_months_and_quarters_are_kept_where_they_are_told(
    text: str, months: set[tuple[int, int]]
) -> None:
    (figure,) = read(text)
    assert figure.months == months


def test_a_table_row_takes_its_measure_from_label_and_column_and_its_unit_from_brackets() -> None:
    header, row = "Item | 2022 | 2023", "Debt (million euros) | 40 | 1,200"
    text = f"{header}\n{row}"
    span = Span(len(header) + 1, len(text))
    twin = "Item: Debt (million euros); 2022: 40; 2023: 1,200"
    sentence = Sentence(span, twin, (Span(0, len(header)), span))
    document = Document("d", "d.md", "Budget", text, "0" * 64, published=PUBLISHED)
    passage = Passage("p", "d", span, ("Budget",), twin, (sentence,))
    figures = figures_of(passage, document)
    assert [(f.value, f.unit, f.kind, set(f.period.years)) for f in figures] == [
        (Decimal(40000000), "EUR", "money", {2022}),
        (Decimal(1200000000), "EUR", "money", {2023}),
    ]
    assert [f.measure for f in figures] == ["Debt", "Debt"]
    assert [f.text for f in figures] == ["40", "1,200"]


def test_the_span_holds_the_figure_of_the_stored_text_where_it_was_normalised() -> None:
    stored = "In all 15. 1 square\nkilometers and 20  trees were burnt."
    twin = "In all 15.1 square kilometers and 20 trees were burnt."
    document = Document("d", "d.txt", "Report", stored, "0" * 64)
    sentence = Sentence(Span(0, len(stored)), twin)
    passage = Passage("p", "d", Span(0, len(stored)), (), twin, (sentence,))
    figures = figures_of(passage, document)
    assert [f.text for f in figures] == ["15. 1 square\nkilometers", "20"]
    assert [f.value for f in figures] == [Decimal("15.1"), Decimal(20)]
    for figure in figures:
        assert stored[figure.span.start : figure.span.end] == figure.text


def test_a_sentence_that_is_one_long_list_is_read_in_little_time() -> None:
    text = " and ".join(f"the {i} towns, built {i} parks of wood" for i in range(2, 200)) + "."
    began = time.process_time()
    assert len(read(text)) == 396
    assert time.process_time() - began < 10


def test_a_figure_survives_json() -> None:
    text = "Between 4 and 6 million euros were spent in July 2022, about 3% more.\nSeven rose by 2."
    for figure in read(text, ("Report", "Results")):
        row = json.loads(json.dumps(figure_to_json(figure)))
        assert figure_from_json(row) == figure


def test_the_index_holds_the_figures_that_were_built_with_it(toy: Any, toy_index: Index) -> None:
    assert list(toy_index.figures) == list(toy.content.figures)
    assert {f.document_id for f in toy_index.figures} == {"port", "housing"}
    first = toy_index.figures[0]
    found = toy_index.figures_of_sentence("port", first.sentence.start)
    assert first in found
    assert all(f.sentence == first.sentence for f in found)
    assert toy_index.figures_of_sentence("notes", 0) == ()


def test_a_document_without_figures_makes_an_index_without_any(toy: Any, tmp_path: Path) -> None:
    document = replace(toy.document("plain", "Nothing is counted here."))
    folder = Generations(tmp_path).build(toy.contents([document], [toy.passage(document)]))
    index = Index(folder)
    try:
        assert index.figures == ()
    finally:
        index.close()
