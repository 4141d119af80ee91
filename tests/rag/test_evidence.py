"""What the question adds to the evidence: names that stand where the answer does, or nowhere."""

from __future__ import annotations

import pytest

from rag.evidence import answer_evidence
from rag.index import Index
from rag.models import Scored
from rag.question import read_question
from rag.rank import Candidate
from rag.spelling import Speller


def evidence(index: Index, text: str) -> dict[str, float]:
    """The evidence of a question whose best candidate is the first sentence on the port."""
    passage = next(p for p in index.passages.values() if p.document_id == "port")
    best = Candidate(passage, passage.sentences[0])
    return answer_evidence(read_question(text, Speller({}), 2000), [Scored(best, 1.0, {})], index)


@pytest.mark.parametrize(
    "text",
    [
        "How many TEUs were handled in Öland?",
        "how many teus were handled in guangzhou",
        "HOW MANY TEUS WERE HANDLED IN GUANGZHOU",
        "How many TEUs did Shanxi Port handle?",
        "How many TEUs were handled in the U.S.?",
    ],
)
def test_a_name_that_stands_nowhere_is_alien(toy_index: Index, text: str) -> None:
    assert evidence(toy_index, text)["alien"] == 1
    assert evidence(toy_index, text)["names"] < 1


@pytest.mark.parametrize(
    "text",
    [
        "How many TEUs did Shanghai Port handle?",
        "how many teus were handled in shanghai",
        "HOW MANY TEUS DID SHANGHAI PORT HANDLE?",
        "how many teus were handled in total",
    ],
)
def test_a_name_that_stands_there_or_none_is_not(toy_index: Index, text: str) -> None:
    found = evidence(toy_index, text)
    assert (found["alien"], found["names"], found["foreign"]) == (0, 1, 0)


def test_kin_of_a_name_stands_for_it(toy_index: Index) -> None:
    found = evidence(toy_index, "How many TEUs did the Shanghainese port handle?")
    assert (found["alien"], found["names"]) == (0, 1)
