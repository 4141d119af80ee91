from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from eval.corpus import Corpus
from eval.dataset import ExpectedFigure
from eval.metrics import Context
from eval.metrics.figures import (
    figure_accuracy,
    figure_measure,
    figure_period,
    figure_status,
    figure_unit,
    figure_value,
    wrong_period,
)
from rag.models import Document

TEXT = (
    "Last year R&D spending rose to 4.4% of GDP. Spending on schools was 4.4% of GDP. "
    "This year the target for R&D spending is 4.5% of GDP. "
    "|Measure|TEUs|Growth|\n|container throughput|49.158 million|3.9%| "
    "Outlook for next year: parks: 120."
)
RESULT = "Last year R&D spending rose to 4.4% of GDP."
SCHOOLS = "Spending on schools was 4.4% of GDP."
TARGET = "This year the target for R&D spending is 4.5% of GDP."
RD = ExpectedFigure("4.4%", ("R&D expenditure", "R&D spending"), "2023", "achieved")


@pytest.fixture
def city(world: Any) -> Any:
    """The world with one more document, published in February 2024."""
    city = Document("city", "city.txt", "City", TEXT, "0" * 64, None, date(2024, 2, 7))
    return replace(world, documents={**world.documents, "city": city})


def claiming(
    city: Any, text: str, *cited: str, figures: tuple[ExpectedFigure, ...] = (RD,), **case: Any
) -> Context:
    """A context whose answer claims the text, citing these words of the city's document."""
    citations = [city.citation(words, "city") for words in cited]
    expect = tuple((figure.value,) for figure in figures) or (("x",),)
    answer = city.answer((text, citations))
    return city.context(answer, **{"expect": expect, "figures": figures, **case})


def test_the_right_figure_is_right_in_every_respect(city: Any) -> None:
    context = claiming(city, RESULT, RESULT)
    for judge in (figure_accuracy, figure_value, figure_unit, figure_measure, figure_period):
        assert judge(context).value == 1.0, judge(context)
    assert figure_status(context).value == 1.0
    assert wrong_period(context).value is False


def test_a_right_value_from_a_sentence_on_something_else_is_not_right(city: Any) -> None:
    context = claiming(city, SCHOOLS, SCHOOLS)
    assert (figure_value(context).value, figure_measure(context).value) == (1.0, 0.0)
    accuracy = figure_accuracy(context)
    assert (accuracy.value, accuracy.reason) == (0.0, "wrong: 4.4% (another measure)")
    assert wrong_period(context).value is False


def test_the_cited_text_must_be_of_the_measure_whatever_the_claim_says(city: Any) -> None:
    assert figure_measure(claiming(city, RESULT, SCHOOLS)).value == 0.0
    assert figure_measure(claiming(city, "It was 4.4%.", RESULT)).value == 1.0


def test_the_measure_may_stand_in_the_title_or_in_a_heading(city: Any) -> None:
    context = claiming(city, "It was 4.4% of GDP.", "4.4% of GDP.")
    assert figure_measure(context).value == 0.0
    (claim,) = context.answer.claims
    above = replace(claim.citations[0], heading=("Results", "R&D spending"))
    told = replace(context.answer, claims=(replace(claim, citations=(above,)),))
    assert figure_measure(replace(context, answer=told)).value == 1.0
    titled = replace(city.documents["city"], title="Spending on R&D")
    corpus = Corpus({**city.documents, "city": titled})
    assert figure_measure(replace(context, corpus=corpus)).value == 1.0


def test_headings_are_those_of_the_passages_whatever_the_answer_shows(city: Any) -> None:
    words = "4.4% of GDP."
    context = claiming(city, f"It was {words}", words)
    (claim,) = context.answer.claims
    shown = replace(claim.citations[0], heading=("R&D spending",))
    answer = replace(context.answer, claims=(replace(claim, citations=(shown,)),))
    passage = city.passage("p", RESULT, "city")
    for heading, share in ((("Schools",), 0.0), (("Results", "R&D spending"), 1.0)):
        corpus = Corpus(city.documents, {"p": replace(passage, heading=heading)})
        told = replace(context, answer=answer, corpus=corpus)
        assert figure_measure(told).value == share


MEASURES = [
    # what is cited, what is claimed (the same if empty), the number, its measure, whether it fits
    ("Imports grew by 3.9% in 2023.", "Exports grew by 3.9% in 2023.", "3.9%", "imports", False),
    ("Imports grew by 3.9% in 2023.", "Exports grew by 3.9% in 2023.", "3.9%", "exports", False),
    ("Imports grew by 3.9% in 2023.", "In 2023, imports rose 3.9%.", "3.9%", "imports", True),
    ("Imports grew by 3.9% in 2023.", "It grew by 3.9%.", "3.9%", "imports", True),
    ("Imports of cars grew by 3.9%.", "Imports grew by 3.9%.", "3.9%", "imports of cars", True),
    ("Retail sales grew by 5%, and GDP grew by 6%.", "", "5%", "GDP", False),
    ("Retail sales grew by 5%, and GDP grew by 6%.", "", "6%", "GDP", True),
    ("Retail sales grew by 5% and GDP by 6%.", "", "5%", "GDP", False),
    ("Retail sales grew by 5% and GDP by 6%.", "", "6%", "retail sales", False),
    ("Retail sales grew by 5% while GDP fell.", "", "5%", "GDP", False),
    ("Imports grew by 3%, exports fell.", "", "3%", "exports", False),
    ("Imports grew by 3%. Exports grew by 4%.", "", "3%", "exports", False),
    ("Retail sales grew by 5%, GDP by 6%.", "GDP grew by 5%.", "5%", "retail sales", False),
    ("Retail sales reached 1.8 trillion yuan, up 12.6%.", "", "12.6%", "retail sales", True),
    ("Retail sales came to 1.8 trillion, an increase of 12.6%.", "", "12.6%", "retail sales", True),
    ("Exports of cars, batteries, and cells rose by 3%, 4% and 5%.", "", "3%", "exports", True),
    ("Exports of cars, batteries, and cells rose by 3%, 4% and 5%.", "", "4%", "exports", True),
    ("Exports of cars rose by 3%, and of cells by 5%.", "", "5%", "exports of cells", True),
    ("We built 120 new parks, 200 kilometers of greenway.", "", "200", "new parks", False),
    ("We built 26 new elementary, middle schools, and kindergartens.", "", "26", "schools", True),
    ("Targets: growth of 5%; inflation of 3%.", "", "3%", "growth", False),
    ("Targets: growth of 5%; inflation of 3%.", "", "3%", "inflation", True),
    (
        "Firms opened 65 offices in 2023, so that the city had 956 of them.",
        "",
        "956",
        "offices",
        True,
    ),
    ("Income was 85 yuan. This was an increase of 6.6%.", "", "6.6%", "income", True),
    ("Income was 85 yuan. Trade had an increase of 6.6%.", "", "6.6%", "income", False),
    ("We added 5 beds for the old and 41 canteens for the young.", "", "41", "beds", False),
    ("We added 5 beds for the old and 41 canteens for the young.", "", "5", "canteens", False),
    ("We added 5 beds for the old and 41 canteens for the young.", "", "41", "canteens", True),
    (
        "Deposits and loans came to 20 bn yuan and 11 bn yuan respectively.",
        "",
        "11 bn",
        "loans",
        True,
    ),
    ("Three hundred and twenty people found jobs.", "", "320", "jobs", True),
    (
        "65 head offices and 30 labs opened, bringing them to 956 and 561.",
        "",
        "956",
        "offices",
        True,
    ),
    ("|Exports|3.9%|5.1%|", "", "5.1%", "exports", True),
]


@pytest.mark.parametrize(("cited", "claimed", "value", "measure", "fits"), MEASURES)
def test_a_number_is_of_what_its_own_clause_is_about(
    world: Any, cited: str, claimed: str, value: str, measure: str, fits: bool
) -> None:
    paper = Document("paper", "paper.txt", "Paper", cited, "0" * 64)
    of = replace(world, documents={"paper": paper})
    answer = of.answer((claimed or cited, [of.citation(cited, "paper")]))
    figures = (ExpectedFigure(value, (measure,)),)
    context = of.context(answer, expect=((value,),), figures=figures)
    assert figure_measure(context).value == float(fits)


def test_a_pronoun_stands_for_the_sentence_before_what_is_cited(world: Any) -> None:
    said = "This was an increase of 6.6%."
    for before, fits in (("Income was 85 yuan.", 1.0), ("Income grew. Trade was 85 yuan.", 0.0)):
        paper = Document("paper", "paper.txt", "Paper", f"{before} {said}", "0" * 64)
        of = replace(world, documents={"paper": paper})
        figures = (ExpectedFigure("6.6%", ("income",)),)
        context = of.context(of.quoting(said, "paper"), expect=(("6.6%",),), figures=figures)
        assert figure_measure(context).value == fits


def test_a_claim_without_a_citation_is_judged_by_its_own_clause(world: Any) -> None:
    answer = world.answer(("Retail sales grew by 5%, and GDP grew by 6%.", []))
    for measure, fits in (("GDP", 0.0), ("retail sales", 1.0)):
        figures = (ExpectedFigure("5%", (measure,)),)
        assert figure_measure(world.context(answer, expect=(("5%",),), figures=figures)).value == (
            fits
        )


def test_an_altered_number_in_the_right_sentence_is_not_said(city: Any) -> None:
    context = claiming(city, RESULT.replace("4.4%", "4.6%"), RESULT)
    assert (figure_value(context).value, figure_accuracy(context).value) == (0.0, 0.0)
    assert figure_unit(context).value is figure_measure(context).value is None


def test_a_share_of_several_figures_is_counted(city: Any) -> None:
    both = (RD, ExpectedFigure("4.5%", ("R&D spending",), "2024", "planned"))
    context = claiming(city, RESULT, RESULT, figures=both)
    assert (figure_value(context).value, figure_accuracy(context).value) == (0.5, 0.5)
    assert figure_period(context).value == 1.0
    assert "4.5% (not said)" in figure_accuracy(context).reason


def test_relative_years_count_from_the_date_of_the_cited_document(city: Any) -> None:
    context = claiming(city, RESULT, RESULT, figures=(replace(RD, period="2022"),))
    assert (figure_period(context).value, wrong_period(context).value) == (0.0, True)
    undated = claiming(city, RESULT, figures=(replace(RD, period="2022"),))
    assert figure_period(undated).value is None


def test_the_best_of_several_claims_counts(city: Any) -> None:
    context = claiming(city, RESULT, RESULT)
    wrong = claiming(city, SCHOOLS, SCHOOLS).answer.claims
    answer = replace(context.answer, claims=(*wrong, *context.answer.claims))
    assert figure_accuracy(replace(context, answer=answer)).value == 1.0


def test_a_target_in_place_of_a_result_is_a_wrong_period(city: Any) -> None:
    context = claiming(city, TARGET, TARGET, reject=("4.5%",))
    score = wrong_period(context)
    assert (score.value, score.reason) == (True, "4.5% in place of 4.4%")


def test_a_rejected_figure_of_the_same_period_is_another_mistake(city: Any) -> None:
    other = "In 2023 growth fell to 4.5%."
    assert wrong_period(claiming(city, other, reject=("4.5%",))).value is False


def test_a_result_reported_as_a_plan_is_a_wrong_period(city: Any) -> None:
    context = claiming(city, TARGET, TARGET, figures=(ExpectedFigure("4.5%", status="achieved"),))
    assert (figure_status(context).value, wrong_period(context).value) == (0.0, True)


def test_near_misses_of_the_period_must_not_be_answered(city: Any) -> None:
    miss = {"absent": True, "near_miss": "period"}
    assert wrong_period(city.context(city.quoting(TARGET, "city"), **miss)).value is True
    assert wrong_period(city.context(city.abstention(), **miss)).value is False
    other = {"absent": True, "near_miss": "place"}
    assert wrong_period(city.context(city.quoting(TARGET, "city"), **other)).value is None


def test_no_period_is_wrong_where_none_matters_or_nothing_is_said(city: Any) -> None:
    plain = (ExpectedFigure("4.4%"),)
    assert wrong_period(claiming(city, RESULT, figures=plain)).value is None
    refused = city.context(city.abstention(), expect=(("4.4%",),), figures=(RD,))
    assert wrong_period(refused).value is False
    assert (figure_accuracy(refused).value, figure_period(refused).value) == (0.0, None)
    assert figure_accuracy(city.context(city.abstention(), expect=(("x",),))).value is None


def test_a_row_of_a_table_has_its_units_in_the_header(city: Any) -> None:
    header, row = "|Measure|TEUs|Growth|", "|container throughput|49.158 million|3.9%|"
    figure = ExpectedFigure("49.158 million TEUs", ("container throughput",))
    for text in ("Measure: container throughput; TEUs: 49.158 million", "It was 49.158 million."):
        context = claiming(city, text, header, row, figures=(figure,))
        assert figure_accuracy(context).value == 1.0
    context = claiming(city, "It was 49.158 million.", row, figures=(figure,))
    assert figure_unit(context).value == 0.0


def test_what_is_nearest_to_the_number_tells_first(city: Any) -> None:
    text = "It was 4.4% in 2023, and it will be 4.5% in 2024."
    for value, period, status in (("4.4%", "2023", "achieved"), ("4.5%", "2024", "planned")):
        right = ExpectedFigure(value, period=period, status=status)
        assert figure_accuracy(claiming(city, text, figures=(right,))).value == 1.0
        year = {"2023": "2024", "2024": "2023"}[period]
        wrong = replace(right, period=year)
        assert figure_period(claiming(city, text, figures=(wrong,))).value == 0.0


def test_headings_tell_what_the_text_leaves_open(city: Any) -> None:
    context = claiming(city, "parks: 120", "parks: 120", figures=())
    (claim,) = context.answer.claims
    cited = replace(claim.citations[0], heading=("Results of 2023", "Tasks for 2024"))
    answer = replace(context.answer, claims=(replace(claim, citations=(cited,)),))
    for figure, share in (
        (ExpectedFigure("120", period="2024", status="planned"), 1.0),
        (ExpectedFigure("120", period="2023", status="achieved"), 0.0),
    ):
        told = replace(context, answer=answer, case=replace(context.case, figures=(figure,)))
        assert (figure_period(told).value, figure_status(told).value) == (share, share)
