"""An explanation tells what the trace holds: every score, every reason, nothing made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from rag.models import Answer, Claim, Span, Trace, Verdict, Weighed
from tests.ui.fake_pipeline import NOTICE, QUAY, RECORD, REPORT, cite
from ui.explain import explanation

DOCUMENTS = {document.id: document for document in (REPORT, NOTICE)}


def weighed(words: str, score: float, **parts: float) -> Weighed:
    start = REPORT.text.index(words)
    return Weighed("p1", REPORT.id, Span(start, start + len(words)), score, parts)


def answer(*claims: Claim, reason: str | None = None, **trace: object) -> Answer:
    return Answer(
        id="a1",
        question="How many conatiners?",
        claims=claims,
        abstained=not claims,
        reason=reason,
        confidence=0.876,
        nearest=(),
        engine="extractive",
        model=None,
        index_version="v",
        timings_ms={"embed": 10.04, "total": 66.0},
        trace=Trace(**trace),  # type: ignore[arg-type]
    )


def told(value: Answer, weights: Mapping[str, float] | None = None) -> dict[str, list[str]]:
    """The lines of each section, under its title up to the first colon or bracket."""
    found: dict[str, list[str]] = {}
    for line in (text.plain for text in explanation(value, DOCUMENTS, 0.42, weights)):
        if line and not line.startswith(" "):
            found[line.partition(":")[0]] = lines = []
        elif line:
            lines.append(line.strip())
    return found


def test_the_reading_is_told_with_the_words_that_were_respelt() -> None:
    read = {"read as": "How many containers?", "wants": "amount", "years": "2023"}
    lines = told(answer(question=read))["Question"]
    assert lines == [
        "read as   How many containers?",
        "wants     amount",
        "years     2023",
        "mended    conatiners → containers",
    ]


def test_a_follow_up_that_became_a_longer_question_is_no_spelling() -> None:
    lines = told(answer(question={"read as": "And how many containers in 2024?"}))["Question"]
    assert len(lines) == 1


def test_candidates_stand_in_their_order_with_every_part_that_counts() -> None:
    record = weighed(RECORD, 2.5, cosine=0.81, dated=0.0, reader=4.0)
    quay = weighed(QUAY, -1.25, cosine=0.5, dated=0.0, refused=1.0)
    value = answer(Claim(RECORD, (cite(REPORT, RECORD),)), sentences=(record, quay))
    header, first, second = told(value)["Sentences ranked"]
    assert header.split() == ["score", "reader", "cosine", "refused"], "dated tells nothing here"
    assert first.split()[:4] == ["2.500", "4.00", "0.81", "*"]
    assert RECORD in first
    assert first.endswith("· harbour.md")
    assert second.split()[:3] == ["-1.250", "0.50", "1.00"]
    assert "*" not in second


def test_numbers_stand_under_their_names() -> None:
    rows = (weighed(RECORD, 2.5, cosine=0.81, reader=-14.0), weighed(QUAY, -1.25, cosine=0.5))
    lines = [t.plain for t in explanation(answer(sentences=rows), DOCUMENTS, 0.42)]
    at = next(i for i, line in enumerate(lines) if line.split()[:2] == ["score", "reader"])
    for name, first, second in (("reader", "-14.00", ""), ("cosine", "0.81", "0.50")):
        end = lines[at].index(name) + len(name)
        for line, value in ((lines[at + 1], first), (lines[at + 2], second)):
            cell = line[end - max(len(name), len(value)) : end]
            assert cell.strip() == value


def test_a_long_sentence_is_cut_and_one_of_an_unknown_document_named_by_its_id() -> None:
    long = weighed("An opening paragraph that nobody cites, to give the page some length. " * 2, 1)
    gone = Weighed("p2", "gone.md", Span(0, 5), 0.5)
    _, first, second = told(answer(passages=(long, gone)))["Passages found"]
    assert "…" in first
    assert len(first) < 100
    assert second.endswith("· gone.md")


def test_the_decision_tells_the_threshold_and_what_each_evidence_adds() -> None:
    value = answer(Claim(RECORD, (cite(REPORT, RECORD),)), evidence={"cosine": 0.5, "margin": -2.0})
    lines = told(value, {"cosine": 3.0})["Confidence"]
    assert lines[0] == "0.876, needed 0.420; answered"
    assert [line.split() for line in lines[1:]] == [
        ["evidence", "value", "adds"],
        ["cosine", "0.50", "+1.50"],
        ["margin", "-2.00", "-0.00"],
    ]
    assert told(value)["Confidence"][1].split() == ["evidence", "value"]


def test_an_abstention_tells_its_reason() -> None:
    lines = told(answer(reason="No document has anything on this."))["Confidence"]
    assert lines == ["0.876, needed 0.420; abstained: No document has anything on this."]


@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.SUPPORTED])
def test_what_verification_removed_is_told_with_the_reason(verdict: Verdict) -> None:
    claim = replace(Claim(QUAY, (cite(REPORT, QUAY),)), verdict=verdict)
    why, text = told(answer(removed=(claim,)))["Removed by verification"]
    assert why.startswith(f"{verdict.value}: ")
    assert len(why) > len(verdict.value) + 10
    assert text == QUAY


def test_what_is_empty_says_none_and_times_are_told() -> None:
    sections = told(answer())
    assert sections["Removed by verification"] == sections["Sentences ranked"] == ["none"]
    assert sections["Milliseconds"] == ["embed 10.0, total 66.0"]
