from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from rag.models import Answer, Citation, Claim, Span, Trace, Verdict, Weighed
from rag.wire import answer_from_json, answer_to_json, citation_to_json

ANSWER_KEYS = [
    "id",
    "question",
    "answer",
    "abstained",
    "reason",
    "confidence",
    "claims",
    "citations",
    "nearest",
    "engine",
    "model",
    "index_version",
    "latency_ms",
]
CITATION_KEYS = [
    "document",
    "title",
    "source",
    "published",
    "start",
    "end",
    "quote",
    "page",
    "heading",
    "permalink",
]

DATED = Citation(
    "id1",
    "report.txt",
    "Report",
    "2024/report.txt",
    date(2024, 1, 23),
    Span(3, 9),
    "“5 %” é",
    2,
    ("I. Aims", "Trade"),
    "id1.3.9.abcdef01",
)
BARE = Citation("id2", "n.md", "N", "n.md", None, Span(0, 4), "Four", None, (), "id2.0.4.00000000")


def answer(*claims: Claim, nearest: tuple[Citation, ...] = ()) -> Answer:
    return Answer(
        "a1",
        "How much?",
        claims,
        not claims,
        None if claims else "Not said.",
        0.123456,
        nearest,
        "extractive",
        None,
        "abc123",
        {"embed": 1.0, "total": 12.345},
    )


def test_an_answer_has_exactly_the_keys_of_the_contract_in_order() -> None:
    assert list(answer_to_json(answer(Claim("x", (DATED,))))) == ANSWER_KEYS
    assert list(answer_to_json(answer(nearest=(BARE,)))) == ANSWER_KEYS


def test_a_citation_has_exactly_the_keys_of_the_contract_in_order() -> None:
    assert list(citation_to_json(DATED)) == CITATION_KEYS
    assert list(citation_to_json(BARE)) == CITATION_KEYS


def test_a_citation_says_where_its_quote_stands() -> None:
    assert citation_to_json(DATED) == {
        "document": "report.txt",
        "title": "Report",
        "source": "2024/report.txt",
        "published": "2024-01-23",
        "start": 3,
        "end": 9,
        "quote": "“5 %” é",
        "page": 2,
        "heading": "I. Aims › Trade",
        "permalink": "id1.3.9.abcdef01",
    }


def test_what_is_unknown_is_null_and_not_an_empty_string() -> None:
    shown = citation_to_json(BARE)
    assert (shown["published"], shown["page"], shown["heading"]) == (None, None, None)


def test_claims_refer_to_citations_by_index_from_zero() -> None:
    shown = answer_to_json(answer(Claim("One.", (BARE, DATED)), Claim("Two.", (DATED,))))
    assert shown["citations"] == [citation_to_json(BARE), citation_to_json(DATED)]
    assert shown["claims"] == [
        {"text": "One.", "verdict": "supported", "citations": [0, 1]},
        {"text": "Two.", "verdict": "supported", "citations": [1]},
    ]
    assert shown["answer"] == "One. [1] [2] Two. [2]"


def test_only_a_translated_claim_says_that_it_is_one_and_comes_back_as_one() -> None:
    sent = answer(Claim("Eins.", (DATED,), translated=True), Claim("Two.", (DATED,)))
    shown = answer_to_json(sent)
    assert [claim.get("translated") for claim in shown["claims"]] == [True, None]
    assert answer_from_json(shown).claims == sent.claims


def test_an_abstention_has_its_reason_as_text_and_the_nearest_passages() -> None:
    shown = answer_to_json(answer(nearest=(DATED, BARE)))
    assert shown["abstained"] is True
    assert shown["answer"] == shown["reason"] == "Not said."
    assert (shown["claims"], shown["citations"]) == ([], [])
    assert shown["nearest"] == [citation_to_json(DATED), citation_to_json(BARE)]


def test_numbers_are_rounded_and_the_form_survives_json() -> None:
    shown = answer_to_json(answer(Claim("x", (DATED,), Verdict.SUPPORTED)))
    assert (shown["confidence"], shown["latency_ms"]) == (0.1235, 12.3)
    assert json.loads(json.dumps(shown, ensure_ascii=False)) == shown


def test_an_answer_with_its_trace_comes_back_whole() -> None:
    trace = Trace(
        question={"wants": "amount"},
        passages=(Weighed("p1", "id1", Span(0, 40), 0.25, {"dense": 0.5}),),
        sentences=(Weighed("p1", "id1", Span(3, 9), 1.5, {"reader": 2.25}),),
        evidence={"margin": 0.75},
        removed=(Claim("y", (BARE, DATED), Verdict.FIGURE_NOT_IN_SPAN),),
        usage={"input": 12},
    )
    sent = replace(answer(Claim("x", (DATED,)), Claim("z", (BARE, DATED))), trace=trace)
    sent = replace(sent, confidence=0.1235, timings_ms={"embed": 1.0, "total": 12.345})
    value = json.loads(json.dumps(answer_to_json(sent, trace=True)))
    assert answer_from_json(value) == sent


def test_an_answer_without_a_trace_comes_back_without_it() -> None:
    value = answer_to_json(answer(nearest=(DATED,)))
    back = answer_from_json(value)
    assert back.trace == Trace()
    assert back.nearest == (DATED,)
    assert back.timings_ms == {"total": 12.3}
    assert answer_to_json(back) == value
