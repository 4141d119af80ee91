"""The texts of other kinds and their questions: counts, anchors and proofs."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from eval.cases.check import check_cases
from eval.cases.sentences import Sentences
from eval.dataset import Case, read_cases
from eval.text import contains
from ingest.pipeline import ingest
from rag.embedding import Embedder
from rag.settings import Settings

NAMED = {"list", "definition", "why"}
PAIRED = {"two-facts", "comparison"}
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|\n")


@dataclass(frozen=True)
class TextSet:
    """The texts of one folder by the first word of their names, and the cases about them."""

    folder: Path
    texts: dict[str, str]
    cases: list[Case]

    def kinds(self, wanted: set[str]) -> int:
        return sum(case.kind in wanted for case in self.cases)

    def text_of(self, case: Case) -> str:
        return self.texts[_subject(case)]


@dataclass(frozen=True)
class Counts:
    """What a set promises."""

    split: str
    texts: int
    words: range
    cases: int
    absent: int
    near_misses: int
    follow_ups: int
    informal: int
    typo: int
    named: int
    paired: int


COUNTS = {
    "held_out": Counts("held-out", 5, range(1200, 2501), 75, 20, 15, 6, 10, 4, 12, 5),
    "tuned": Counts("tuned", 3, range(900, 1501), 45, 12, 9, 4, 6, 2, 8, 3),
}


def _subject(case: Case) -> str:
    return case.id.partition("-")[0]


@pytest.fixture(scope="module", params=sorted(COUNTS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def counts(name: str) -> Counts:
    return COUNTS[name]


@pytest.fixture(scope="module")
def texts(repository: Path, name: str) -> TextSet:
    folder = repository / "eval" / "texts" / name
    found = {
        path.name.partition("-")[0]: path.read_text(encoding="utf-8")
        for path in sorted(folder.glob("*.md"))
    }
    return TextSet(folder, found, read_cases(folder.with_suffix(".jsonl")))


def test_a_set_holds_what_its_readme_says(texts: TextSet, counts: Counts) -> None:
    cases = texts.cases
    assert {case.split for case in cases} == {counts.split}
    assert len(cases) == counts.cases
    assert sum(case.absent for case in cases) == counts.absent
    assert sum(bool(case.near_miss) for case in cases) == counts.near_misses
    assert sum(bool(case.history) for case in cases) == counts.follow_ups
    assert texts.kinds({"follow-up"}) == counts.follow_ups
    assert texts.kinds({"informal"}) == counts.informal
    assert texts.kinds({"typo"}) == counts.typo
    assert texts.kinds(NAMED) == counts.named
    assert texts.kinds(PAIRED) == counts.paired


def test_each_text_has_fifteen_questions_of_which_four_are_absent(
    texts: TextSet, counts: Counts
) -> None:
    assert len(texts.texts) == counts.texts
    assert Counter(map(_subject, texts.cases)) == dict.fromkeys(texts.texts, 15)
    absent = Counter(_subject(case) for case in texts.cases if case.absent)
    assert absent == dict.fromkeys(texts.texts, 4)


def test_texts_are_as_long_as_meant(texts: TextSet, counts: Counts) -> None:
    lengths = {subject: len(text.split()) for subject, text in texts.texts.items()}
    assert {s: n for s, n in lengths.items() if n not in counts.words} == {}


def test_evidence_stands_in_the_text_that_the_case_is_about_and_in_no_other(
    texts: TextSet,
) -> None:
    held = {
        (case.id, anchor): {subject for subject, text in texts.texts.items() if anchor in text}
        for case in texts.cases
        for anchor in case.evidence
    }
    wrong = {key: found for key, found in held.items() if found != {key[0].partition("-")[0]}}
    assert held
    assert wrong == {}


def test_every_case_with_an_answer_names_its_evidence(texts: TextSet) -> None:
    assert [case.id for case in texts.cases if not case.absent and not case.evidence] == []


def test_what_is_expected_or_rejected_is_said_by_the_text(texts: TextSet) -> None:
    unsaid = [
        (case.id, group)
        for case in texts.cases
        for group in (*case.expect, *((phrase,) for phrase in case.reject))
        if not any(contains(texts.text_of(case), phrase) for phrase in group)
    ]
    assert unsaid == []


def test_the_evidence_can_be_quoted_without_what_is_rejected(texts: TextSet) -> None:
    clashing = [
        (case.id, anchor)
        for case in texts.cases
        for anchor in case.evidence
        if not any(
            anchor in sentence and not any(contains(sentence, phrase) for phrase in case.reject)
            for sentence in _SENTENCE_END.split(texts.text_of(case))
        )
    ]
    assert clashing == []


def test_both_sets_share_neither_ids_nor_questions(repository: Path) -> None:
    folder = repository / "eval" / "texts"
    cases = read_cases(*(folder / f"{name}.jsonl" for name in COUNTS))
    told = {(case.question, case.history) for case in cases}
    assert len(told) == len(cases) == sum(counts.cases for counts in COUNTS.values())


def test_the_projects_own_check_finds_no_error(
    texts: TextSet, tmp_path: Path, embedder: Embedder
) -> None:
    settings = Settings(index_dir=tmp_path / "index")
    ingest([texts.folder], settings, embedder=embedder)
    findings = check_cases(texts.cases, Sentences.read(settings.index_dir))
    assert [finding for finding in findings if finding.severity == "error"] == []
