"""Faults are found where they are, and nowhere else."""

from __future__ import annotations

import pytest

from eval.cases.check import check_cases
from eval.cases.finding import Finding
from eval.cases.sentences import Sentences
from eval.dataset import Case, ExpectedFigure, Reference
from rag.models import Turn
from tests.eval.cases.conftest import MakeCorpus

LINES = [
    "Rail freight rose by 4.2% in 2019.",
    "A total of 61 libraries were closed.",
    "The mayor opened a bridge.",
    "Rail freight is to reach 88 million tons in 2021.",
    *(f"The garden in district {n} was opened by its friends." for n in range(3, 40)),
]
GOOD = Case(
    "freight",
    "By what percentage did rail freight rise in 2019?",
    expect=(("4.2%",),),
    evidence=("rose by 4.2%",),
    figures=(ExpectedFigure("4.2%", ("rail freight",), "2019", "achieved"),),
    references=(Reference("report.md", 0, 34),),
)


@pytest.fixture(scope="module")
def sentences(corpus_of: MakeCorpus) -> Sentences:
    return corpus_of(report=LINES)


def case(**changes: object) -> Case:
    values = {"id": "c", "question": "How many?", "expect": (("61",),), **changes}
    return Case(**values)  # type: ignore[arg-type]


def found(sentences: Sentences, *cases: Case) -> list[tuple[str, str]]:
    return [(f.severity, f.text) for f in check_cases(cases, sentences)]


def only(sentences: Sentences, *cases: Case) -> Finding:
    findings = check_cases(cases, sentences)
    assert len(findings) == 1, findings
    return findings[0]


def test_a_good_case_has_no_fault(sentences: Sentences) -> None:
    assert check_cases([GOOD], sentences) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"evidence": ("62 libraries",)}, "'62 libraries' stands in no document"),
        ({"references": (Reference("other.md", 0, 5),)}, "'other.md', which the index does not"),
        ({"references": (Reference("report.md", 0, 99_999),)}, "ends at 99999"),
        ({"expect": (("63",),)}, "no sentence says the expected '63'"),
        (
            {"expect": (("rector",),), "evidence": ("61 libraries",)},
            "'rector' does not follow from the evidence",
        ),
        (
            {"reject": ("61",), "evidence": ("61 libraries",)},
            "the rejected '61' is part of the expected '61'",
        ),
        (
            {"reject": ("closed",), "evidence": ("61 libraries",)},
            "'closed' stands in every sentence of the evidence",
        ),
        (
            {"figures": (ExpectedFigure("64 libraries"),), "evidence": ("61 libraries",)},
            "the figure '64 libraries' is in no sentence of the evidence",
        ),
        ({"expect": (("garden",),)}, "of all sentences without its evidence would pass"),
    ],
)
def test_a_fault_is_an_error_that_says_what_is_wrong(
    sentences: Sentences, changes: dict[str, object], says: str
) -> None:
    finding = only(sentences, case(**changes))
    assert finding.severity == "error"
    assert finding.case_id == "c"
    assert says in finding.text


def test_a_figure_dated_otherwise_than_its_sentence_is_told(sentences: Sentences) -> None:
    wrong = case(
        expect=(("88 million",),),
        evidence=("88 million tons",),
        figures=(ExpectedFigure("88 million tons", period="2019"),),
    )
    finding = only(sentences, wrong)
    assert finding.severity == "warning"
    assert "is dated 2019, its sentence 2021" in finding.text


def test_a_figure_with_another_word_for_its_unit_is_only_a_warning(sentences: Sentences) -> None:
    loose = case(evidence=("61 libraries",), figures=(ExpectedFigure("61 reading rooms"),))
    assert only(sentences, loose).severity == "warning"


def test_few_chance_passes_are_a_warning_and_the_sentence_with_evidence_is_none(
    corpus_of: MakeCorpus,
) -> None:
    rest = [f"Nothing of note came from ward {n}." for n in range(3, 60)]
    sentences = corpus_of(report=["Nine ferries sank.", "Ferries are blue.", *rest])
    finding = only(sentences, case(expect=(("ferries",),), evidence=("Nine ferries",)))
    assert finding.severity == "warning"
    assert "'Ferries are blue.'" in finding.text


def test_a_rejected_string_keeps_a_sentence_from_passing_by_chance(sentences: Sentences) -> None:
    assert check_cases([case(expect=(("garden",),), reject=("district",))], sentences) == []


def test_an_alternative_in_the_evidence_is_enough(sentences: Sentences) -> None:
    assert not found(sentences, case(expect=(("sixty-two", "61"),), evidence=("61 libraries",)))


def test_the_same_question_twice_is_an_error_however_it_is_written(sentences: Sentences) -> None:
    again = Case("again", "by what percentage did rail freight rise in 2019", expect=(("4.2%",),))
    finding = only(sentences, GOOD, again)
    assert (finding.case_id, finding.severity) == ("again", "error")
    assert "asks the same as 'freight'" in finding.text


def test_the_same_words_after_other_turns_are_another_question(sentences: Sentences) -> None:
    one = case(id="one", question="And of those?", history=(Turn("How many libraries?", "61"),))
    other = case(id="other", question="And of those?", history=(Turn("Which bridges?", ""),))
    assert found(sentences, one, other) == []


def test_a_slip_of_the_pen_is_a_near_duplicate_and_another_year_is_not(
    sentences: Sentences,
) -> None:
    words = "How many public libraries were closed in the whole region in 2019"
    one = case(id="one", question=f"{words}?")
    slip = case(id="two", question=f"{words.replace('libraries', 'libaries')}?")
    assert only(sentences, one, slip).severity == "warning"
    year = case(id="three", question=f"{words[:-4]}2018?")
    assert found(sentences, one, year) == []


def test_a_near_miss_of_a_year_that_is_told_is_an_error(sentences: Sentences) -> None:
    told = Case("told", "Rail freight in 2021?", absent=True, near_miss="period")
    untold = Case("untold", "Rail freight in 2016?", absent=True, near_miss="period")
    finding = only(sentences, told, untold)
    assert (finding.case_id, finding.severity) == ("told", "error")
    assert "speaks of it for 2021" in finding.text


def test_documents_limit_where_evidence_is_looked_for(corpus_of: MakeCorpus) -> None:
    both = corpus_of(report=LINES, notes=["A total of 12 ferries sank."])
    right = case(expect=(("12 ferries",),), evidence=("12 ferries",), documents=("notes.md",))
    wrong = case(expect=(("12 ferries",),), evidence=("12 ferries",), documents=("report.md",))
    assert not found(both, right)
    assert found(both, wrong)
