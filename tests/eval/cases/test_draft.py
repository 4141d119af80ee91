"""Drafts stand on the documents, are stable, and their twins are really absent."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from eval.cases import KINDS
from eval.cases.check import check_cases
from eval.cases.draft import draft_cases
from eval.cases.sentences import Sentences
from eval.cases.twins import content_terms
from eval.dataset import Case, case_to_json, parse_case
from eval.jsonl import Place
from eval.text import contains, tokens
from rag.period import years_in
from tests.eval.cases.conftest import MakeCorpus

REPORT = [
    "The port of Lyon handled 4.75 million tons.",
    "In Lyon, 2,310 new jobs were created.",
    "In Lyon, 95 bridges were repaired.",
    "Retail sales in Lyon grew by 3.1%.",
    "The council of Lyon plans to build 118 homes in 2021.",
]


@pytest.fixture(scope="module")
def drafts(sample: Sentences) -> list[Case]:
    return draft_cases(sample)


def stem(case: Case) -> str:
    return case.id.rsplit("-", 1)[0]


def test_the_sample_documents_give_some_hundred_drafts_of_every_kind(drafts: list[Case]) -> None:
    assert len(drafts) >= 250
    assert {case.kind for case in drafts} == set(KINDS)
    assert len({case.id for case in drafts}) == len(drafts)


def test_every_draft_is_proved_by_the_documents(drafts: list[Case], sample: Sentences) -> None:
    assert [f for f in check_cases(drafts, sample) if f.severity == "error"] == []


def test_every_draft_is_a_case_in_the_format(drafts: list[Case], tmp_path: object) -> None:
    import json
    from pathlib import Path

    for case in drafts:
        value = json.loads(json.dumps(case_to_json(case)))
        assert parse_case(value, Place(Path("drafts"), 1)) == case


def test_the_reference_is_the_sentence_that_says_the_figure(
    drafts: list[Case], sample: Sentences
) -> None:
    texts = {document.name: document.text for document in sample.documents.values()}
    for case in (case for case in drafts if not case.absent):
        spans = [texts[r.document][r.start : r.end] for r in case.references]
        assert any(contains(span, case.figures[0].value) for span in spans), case.id
        assert all(contains(span, anchor) for span in spans for anchor in case.evidence), case.id


def test_an_anchor_pins_one_sentence(drafts: list[Case], sample: Sentences) -> None:
    for case in (case for case in drafts if not case.absent):
        assert len(sample.saying(case.evidence[0])) == 1, case.id


def test_wordings_and_twins_of_a_figure_are_in_one_split(drafts: list[Case]) -> None:
    splits = defaultdict(set)
    for case in drafts:
        splits[stem(case)].add(case.split)
    assert all(len(found) == 1 for found in splits.values())
    held_out = sum(found == {"held-out"} for found in splits.values())
    assert 0.2 < held_out / len(splits) < 0.47


def test_the_same_documents_give_the_same_drafts(drafts: list[Case], sample: Sentences) -> None:
    again = Sentences(sample.corpus, sample.version)
    assert draft_cases(again) == drafts


def test_the_order_of_documents_does_not_matter(corpus_of: MakeCorpus) -> None:
    notes = ["A total of 61 libraries were closed.", "Rail freight rose by 4.2%."]
    one = draft_cases(corpus_of(report=REPORT, notes=notes))
    other = draft_cases(corpus_of(notes=notes, report=REPORT))
    assert one == other
    assert one


def test_no_two_drafts_ask_the_same(drafts: list[Case]) -> None:
    questions = [tokens(case.question) for case in drafts]
    assert len(set(questions)) == len(questions)


def test_questions_are_whole_and_hold_no_open_slot(drafts: list[Case]) -> None:
    for case in drafts:
        assert re.fullmatch(r"[A-Z“\"].*[?.]", case.question), case.question
        assert not re.search(r"[{}]|  | [?.,]", case.question), case.question


def test_a_period_twin_asks_for_a_year_that_no_like_sentence_speaks_of(
    drafts: list[Case], sample: Sentences
) -> None:
    twins = [case for case in drafts if case.near_miss == "period"]
    assert len(twins) > 40
    for twin in twins:
        asked = years_in(twin.question, None)
        near = sample.speaking_of(content_terms(twin.question), 0.5)
        assert len(asked) == 1
        assert not any(asked & place.period.years for place in near), twin.question


def test_a_place_twin_names_what_the_documents_never_mention(
    drafts: list[Case], sample: Sentences
) -> None:
    twins = [case for case in drafts if case.near_miss == "place"]
    text = " ".join(document.text for document in sample.documents.values())
    assert len(twins) > 40
    for twin in twins:
        names = re.findall(r"(?<=\s)[A-Z][a-z]+", twin.question)
        assert any(name not in text for name in names), twin.question


def test_a_result_is_not_moved_into_the_future_nor_a_plan_into_the_past(
    drafts: list[Case],
) -> None:
    years = {stem(case): case.figures[0] for case in drafts if case.figures}
    for twin in (case for case in drafts if case.near_miss == "period"):
        figure, asked = years[stem(twin)], min(years_in(twin.question, None))
        later = asked > int(figure.period)
        assert later == (figure.status == "planned"), twin.question


def test_two_sentences_that_answer_one_question_differently_give_no_draft(
    corpus_of: MakeCorpus,
) -> None:
    once = corpus_of(report=["Rail freight rose by 4.2%."])
    twice = corpus_of(report=["Rail freight rose by 4.2%."], notes=["Rail freight rose by 6.9%."])
    assert draft_cases(once)
    assert [case for case in draft_cases(twice) if not case.absent] == []


def test_a_place_named_in_passing_is_not_where_things_happened(corpus_of: MakeCorpus) -> None:
    lines = [
        "Delegates met in Lyon.",
        "Talks were held in Turin.",
        "The choir sang in Lyon and in Turin.",
        "A total of 61 libraries were closed.",
    ]
    questions = [case.question for case in draft_cases(corpus_of(report=lines))]
    assert any("libraries" in question for question in questions)
    assert not any("Lyon" in question or "Turin" in question for question in questions)


def test_a_count_is_expected_in_few_words_and_its_figure_in_all(corpus_of: MakeCorpus) -> None:
    lines = ["A total of 51,000 new electric vehicle charging piles were built."]
    (draft, *_) = (case for case in draft_cases(corpus_of(report=lines)) if not case.absent)
    assert draft.expect == (("51,000",), ("piles",))
    assert draft.figures[0].value == "51,000 new electric vehicle charging piles"
    said = "The number of charging piles for cars grew by 51,000."
    assert all(contains(said, phrase) for (phrase,) in draft.expect)


@pytest.mark.corpus
def test_the_original_documents_give_as_many(original_index: object) -> None:
    sentences = Sentences.read(original_index.index_dir)  # type: ignore[attr-defined]
    drafts = draft_cases(sentences)
    assert len(drafts) >= 250
    assert [f for f in check_cases(drafts, sentences) if f.severity == "error"] == []
