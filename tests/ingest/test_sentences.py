from __future__ import annotations

import pytest

from ingest.mapped import Mapped
from ingest.normalise import normalise
from ingest.sentences import split_sentences
from rag.models import Span


def sentences(text: str) -> list[str]:
    source = normalise(Mapped.of(text, [Span(0, len(text))]))
    return [part.text for part in split_sentences(source)]


@pytest.mark.parametrize(
    "whole",
    [
        "Dr. J. A. Smith met Mr. Hill at No. 5 High St. on Jan. 3.",
        "The U.S. Navy paid $3.5 million vs. $2.1 million.",
        "Acme Inc. Chairman Bob Hill left at 5 p.m. on Friday.",
        "It grew by 3.5%, i.e. more than e.g. Spain (cf. Ref. 12).",
        "She works, among others, for the E.U. commission in Paris.",
        "“We must go,” he said.",
        "Was it “done?” he asked.",
        "1. First comes the plan.",
    ],
)
def test_a_stop_inside_a_sentence_does_not_end_it(whole: str) -> None:
    assert sentences(whole) == [whole]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It rose to 50.2. Third, it fell.", ["It rose to 50.2.", "Third, it fell."]),
        ("Built in 2023. 12 new ones.", ["Built in 2023.", "12 new ones."]),
        ("They did.We will.It is so.", ["They did.", "We will.", "It is so."]),
        ("The work.wantContinue on.", ["The work.", "want Continue on."]),
        ("“We go.” He left. (It was late.) So.", ["“We go.”", "He left.", "(It was late.)", "So."]),
        ("Oil, gas, etc. Support follows.", ["Oil, gas, etc.", "Support follows."]),
        ("He left at 5 p.m. The dollar fell.", ["He left at 5 p.m.", "The dollar fell."]),
        ("今年增长5%。我们说：“好！”明年呢？", ["今年增长5%。", "我们说：“好！”", "明年呢？"]),
        ("Really?! Yes… No.", ["Really?!", "Yes…", "No."]),
    ],
)
def test_sentences_end_where_they_end(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_stray_ornaments_make_no_sentence() -> None:
    assert sentences("Done. . * * *") == ["Done."]
