from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.difference import Side, difference
from rag.figures import Figure, figures_of
from rag.models import Answer, Citation, Claim, Document, Passage, Sentence, Span, Verdict
from rag.quantities import amounts
from rag.verify import verify
from rag.wire import answer_from_json, answer_to_json

HOUSING_2023 = "In 2023, 0.2 million square meters of dilapidated housing were renovated."
HOUSING_2024 = "The plan is for 1.5 million square meters of dilapidated housing in 2024."
ASKED_2023 = "how much dilapidated housing was renovated in 2023"
ASKED_2024 = "the plan for dilapidated housing in 2024"

values = st.decimals(min_value=Decimal("0.01"), max_value=9999, places=2)
units = st.sampled_from(["tons", "km", "square kilometers", "million yuan", "rental homes"])


def document_of(name: str, text: str, published: date | None = None) -> Document:
    return Document(name, f"{name}.txt", name.title(), text, "0" * 64, published=published)


def quoted(text: str, name: str = "d", published: date | None = None) -> Claim:
    citation = Citation(
        name, f"{name}.txt", name, f"{name}.txt", published, Span(0, len(text)), text, None, (),
        f"{name}.0.{len(text)}.00000000",
    )  # fmt: skip
    return Claim(text, (citation,))


def registered(text: str, name: str = "d", published: date | None = None) -> tuple[Figure, ...]:
    whole = Span(0, len(text))
    passage = Passage(name, name, whole, (), text, (Sentence(whole, text),))
    return figures_of(passage, document_of(name, text, published))


def side(
    question: str,
    text: str,
    name: str = "d",
    span: str | None = None,
    published: date | None = None,
) -> Side:
    figures = registered(text, name, published)
    return Side(question, quoted(text, name, published), span, figures)


def told(one: Side, other: Side) -> str | None:
    claim = difference(one, other)
    return claim.text if claim else None


def housing() -> Claim:
    claim = difference(side(ASKED_2023, HOUSING_2023, "a"), side(ASKED_2024, HOUSING_2024, "b"))
    assert claim is not None
    return claim


DOCUMENTS = {"a": document_of("a", HOUSING_2023), "b": document_of("b", HOUSING_2024)}


def test_the_difference_names_both_figures_with_their_years_and_cites_both_claims() -> None:
    claim = housing()
    assert claim.text == (
        "The difference is 1.3 million square meters (1.5 million square meters in 2024 "
        "against 0.2 million square meters in 2023)."
    )
    assert [c.document_id for c in claim.citations] == ["a", "b"]
    assert claim.computed
    assert verify(claim, DOCUMENTS).verdict is Verdict.SUPPORTED


def test_a_year_is_counted_from_the_date_of_the_document() -> None:
    published = date(2024, 1, 23)
    text = "Last year 30 new parks were opened."
    one = side("parks opened in 2023", text, "a", published=published)
    other = side("parks opened in 2022", "It opened 45 new parks in 2022.", "b")
    assert told(one, other) == (
        "The difference is 15 new parks (45 new parks in 2022 against 30 new parks in 2023)."
    )


@pytest.mark.parametrize(
    ("asked", "one", "other", "result"),
    [
        (
            "output",
            "Output was 6.5%.",
            "Output was 5 percent.",
            "1.5 percentage points (6.5% against 5 percent)",
        ),
        ("output", "Output was 6%.", "Output was 5%.", "1 percentage point (6% against 5%)"),
        (
            "output",
            "Output was $2 billion.",
            "Output was $1.95bn.",
            "$50,000,000 ($2 billion against $1.95bn)",
        ),
        (
            "parks",
            "There are 3 parks.",
            "There are two parks.",
            "1 park (3 parks against two parks)",
        ),
        (
            "cars",
            "It holds about 1,200 cars.",
            "It holds 1,000 cars.",
            "about 200 cars (about 1,200 cars against 1,000 cars)",
        ),
    ],
)
def test_the_result_is_written_in_the_manner_of_the_larger_figure(
    asked: str, one: str, other: str, result: str
) -> None:
    assert told(side(asked, one, "a"), side(asked, other, "b")) == f"The difference is {result}."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It was 6%.", "It was 5 tons."),
        ("It was 6 km.", "It was 5 tons."),
        ("It cost $6 million.", "It cost 5 million yuan."),
        ("It was 6%.", "It was 5 to 7%."),
        ("It was over 6 tons.", "It was 5 tons."),
        ("It was 6 tons.", "It was at least 5 tons."),
        ("It was 6 tons.", "It was 6 tons."),
        ("It was 6 tons.", "It was 6."),
        ("It fell by -0.3%.", "It rose by 2%."),
        ("It was 6 tons.", "It was not told."),
        ("It began in 2023.", "It began in 2021."),
        ("It was 6 tons.", "Four tons of wheat, five tons of rye."),
        ("It rose by 5% to 30%.", "It rose by 4% to 26%."),
        ("It rose from 3 to 5 million.", "It was 2 million."),
    ],
)
def test_what_cannot_be_taken_from_each_other_has_no_difference(one: str, other: str) -> None:
    one, other = (text.replace("It ", "Output ") for text in (one, other))
    assert told(side("output", one, "a"), side("output", other, "b")) is None
    assert told(side("output", other, "b"), side("output", one, "a")) is None


@pytest.mark.parametrize(
    ("asked", "one", "also", "other"),
    [
        ("growth of exports of electric vehicles", "Exports of electric vehicles rose by 43.9%.",
         "growth of transactions at the fair", "Transactions at the fair rose by 6.7%."),
        ("exports in 2022", "Exports reached 80 million tons in 2022.",
         "exports in 2023", "Exports rose by 5 million tons in 2023."),
        ("the rate in 2022", "The rate fell to 4.5% in 2022.",
         "the rate in 2023", "The rate fell by 0.5% in 2023."),
        ("how much did exports change in 2022", "Exports rose by 4% in 2022.",
         "how much did exports change in 2023", "Exports fell by 3% in 2023."),
        ("the profit in 2022", "The firm made a profit of 30 million yuan in 2022.",
         "the profit in 2023", "The firm made a loss of 20 million yuan in 2023."),
        ("throughput in 2022", "Throughput was 1.2 million tons in 2022.",
         "throughput in 2023", "Throughput was 150,000 tons a month in 2023."),
        ("income in 2022", "Income was $3,000 in 2022.",
         "income in 2023", "Income per head was $2,000 in 2023."),
        ("throughput in 2022", "Throughput was 12 tons in 2022.",
         "throughput in 2023", "Throughput was 5 tons in May 2023."),
        ("the age of the bridge", "The bridge is 12 years old.",
         "the age of the bridge", "The bridge took 30 years."),
        ("exports of cars", "Exports were 5 tons.", "exports of ships", "Exports were 7 tons."),
    ],
)  # fmt: skip
def test_figures_that_measure_unlike_things_have_no_difference(
    asked: str, one: str, also: str, other: str
) -> None:
    assert told(side(asked, one, "a"), side(also, other, "b")) is None
    assert told(side(also, other, "b"), side(asked, one, "a")) is None


def test_a_figure_that_the_register_does_not_have_has_no_difference() -> None:
    one, other = side("output", "Output was 6 tons."), side("output", "Output was 5 tons.")
    assert told(one, other) is not None
    assert told(replace(one, figures=()), other) is None
    assert told(one, replace(other, figures=())) is None


def test_a_figure_of_another_year_is_not_taken() -> None:
    one = side("output in 2022", "Output was 7 tons in 2023.", "a")
    assert told(one, side("output in 2021", "Output was 5 tons in 2021.", "b")) is None


def test_the_year_singles_out_one_of_several_figures() -> None:
    text = "Output rose from 5 tons in 2022 to 7 tons in 2023."
    one, other = side("output in 2022", text), side("output in 2023", text)
    assert told(one, other) == "The difference is 2 tons (7 tons in 2023 against 5 tons in 2022)."


def test_the_measure_singles_out_one_of_several_figures() -> None:
    one = "Wheat reached 7 tons, and rye reached 3 tons."
    claim = told(side("how much wheat", one, "a"), side("how much wheat", "Wheat was 5 tons.", "b"))
    assert claim == "The difference is 2 tons (7 tons against 5 tons)."


def test_the_words_that_answer_single_out_one_of_several_figures() -> None:
    one = side("output", "Output rose by 5% to 30%.", "a", span="30%")
    assert told(one, side("output", "Output was 26%.", "b")) == (
        "The difference is 4 percentage points (30% against 26%)."
    )


def test_the_sides_question_has_no_say_where_one_kind_of_figure_is_left() -> None:
    one = side("growth of output", "It employs 300 people and output grew by 6%.", "a")
    assert told(one, side("growth of output", "Output grew by 5%.", "b")) == (
        "The difference is 1 percentage point (6% against 5%)."
    )


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("1.3 million square", "1.4 million square"),
        ("1.3 million square", "about 1.3 million square"),
        ("1.3 million square meters", "1.3 million square feet"),
        ("(1.5 million", "(1.6 million"),
        ("1.5 million square meters in 2024", "1.5 million square meters in 2023"),
        ("0.2 million square meters in 2023", "0.2 million square meters in 2022"),
        ("0.2 million square meters", "0.2 million homes"),
        ("The difference is", "The gap is"),
        ("in 2024 against", "of ruins in 2024 against"),
        (").", "), sadly."),
        (").", ")"),
    ],
)
def test_a_computed_claim_that_was_altered_does_not_hold(was: str, becomes: str) -> None:
    claim = housing()
    assert claim.text.count(was) == 1
    altered = replace(claim, text=claim.text.replace(was, becomes))
    assert verify(altered, DOCUMENTS).verdict in (
        Verdict.FIGURE_NOT_IN_SPAN,
        Verdict.TEXT_NOT_IN_SPAN,
    )


def test_a_computed_claim_needs_both_its_citations_and_exact_quotes() -> None:
    claim = housing()
    for citation in claim.citations:
        alone = replace(claim, citations=(citation,))
        assert verify(alone, DOCUMENTS).verdict is Verdict.FIGURE_NOT_IN_SPAN
    assert verify(replace(claim, citations=()), DOCUMENTS).verdict is Verdict.UNCITED
    forged = replace(claim.citations[0], quote=HOUSING_2023.replace("0.2", "0.3"))
    altered = replace(claim, citations=(forged, claim.citations[1]))
    assert verify(altered, DOCUMENTS).verdict is Verdict.QUOTE_ALTERED


def test_a_quoted_claim_is_not_let_off_by_calling_it_computed_nor_the_other_way() -> None:
    quote = replace(quoted(HOUSING_2023, "a"), computed=True)
    assert verify(quote, DOCUMENTS).verdict is Verdict.TEXT_NOT_IN_SPAN
    passed_off = replace(housing(), computed=False)
    assert verify(passed_off, DOCUMENTS).verdict is not Verdict.SUPPORTED


def test_a_computed_claim_comes_back_from_json_and_is_told_apart_there() -> None:
    claims = (quoted(HOUSING_2023, "a"), housing())
    answer = Answer("i", "q", claims, False, None, 0.5, (), "extractive", None, "v", {"total": 1.0})
    value = answer_to_json(answer)
    assert [c.get("computed") for c in value["claims"]] == [None, True]
    assert answer_from_json(value).claims == claims


@given(values, values, units)
def test_every_difference_is_exact_and_verified(one: Decimal, other: Decimal, unit: str) -> None:
    texts = f"In 2023 output was {one:,} {unit}.", f"In 2024 output was {other:,} {unit}."
    asked = "rental homes" if "homes" in unit else "output"
    sides = [side(f"{asked} in {y}", t, t[3:7]) for y, t in zip((2023, 2024), texts, strict=True)]
    claim = difference(sides[0], sides[1])
    if one == other:
        assert claim is None
        return
    assert claim is not None
    result, *operands = amounts(claim.text)
    scale = 10**6 if "million" in unit else 1
    assert result.value == abs(one - other) * scale
    assert [q.value for q in operands] == [max(one, other) * scale, min(one, other) * scale]
    documents = {t[3:7]: document_of(t[3:7], t) for t in texts}
    assert verify(claim, documents).verdict is Verdict.SUPPORTED
    wrong = replace(claim, text=claim.text.replace("difference is ", "difference is 1", 1))
    assert verify(wrong, documents).verdict is not Verdict.SUPPORTED


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=30))
def test_any_claims_can_be_compared(one: str, other: str, question: str) -> None:
    told(side(question, one, "a", other[:5]), side(question, other, "b"))


@given(st.text(max_size=60))
def test_no_made_up_sentence_passes_as_computed(text: str) -> None:
    made = replace(housing(), text=f"The difference is {text} ({text} against {text}).")
    assert verify(made, DOCUMENTS).verdict is not Verdict.SUPPORTED
