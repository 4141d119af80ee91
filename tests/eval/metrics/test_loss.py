from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from eval.dataset import Reference
from eval.metrics import Context
from eval.metrics.loss import lost_at
from rag.models import Claim, Verdict

PORT = "In 2023 the port handled 49.158 million TEUs."
RD = "R&D spending was 4.4% of GDP."
LAND = "Idle land fell by 15. 1 square kilometers."
CHAIR = "Gong Zheng chaired the meeting."
CASE = {"expect": (("49.158 million",),), "evidence": ("port",)}


@pytest.fixture
def failing(world: Any) -> Any:
    """A context whose answer retrieved and ranked these; it abstains unless it says something."""
    corpus = world.corpus(
        {
            "port": f"{PORT} {RD}",
            "land": LAND,
            "chair": world.passage("chair", CHAIR, "notes"),
            "quoted": world.passage("quoted", "49.158 million was quoted.", "notes"),
        }
    )

    def make(
        passages: str = "", ranked: tuple[str, ...] = (), says: str = "", **more: Any
    ) -> Context:
        found = [corpus.passages[id_] for id_ in passages.split()]
        pairs = [
            next((p, s) for p in corpus.passages.values() for s in p.sentences if s.text == text)
            for text in ranked
        ]
        trace = world.trace(found, pairs, removed=more.pop("removed", ()))
        answer = world.quoting(says) if says else world.abstention()
        context = world.context(replace(answer, trace=trace), **{**CASE, **more})
        return replace(context, corpus=corpus)

    return make


def test_right_cases_are_lost_nowhere(world: Any, failing: Any) -> None:
    assert lost_at(failing(says=PORT)).value is None
    assert lost_at(world.context(world.abstention(), absent=True)).value is None


def test_a_question_that_was_refused_was_not_asked(world: Any) -> None:
    unasked = replace(world.answer(), engine="none", reason="The question is too long.")
    for case in (CASE, {"absent": True}):
        score = lost_at(world.context(unasked, **case))
        assert (score.value, score.reason) == ("not asked", "The question is too long.")


def test_an_answer_to_what_is_absent_is_wrongly_answered(world: Any) -> None:
    score = lost_at(world.context(world.quoting(PORT), absent=True))
    assert score.value == "wrongly answered"
    assert PORT in score.reason


def test_what_no_document_says_was_not_ingested(failing: Any) -> None:
    score = lost_at(failing("port land", (PORT,), expect=(("7,777", "7.777 thousand"),)))
    assert (score.value, score.reason) == (
        "not ingested",
        "no document says '7,777 or 7.777 thousand'",
    )


def test_what_only_the_skipped_part_of_a_document_says_was_not_ingested(failing: Any) -> None:
    score = lost_at(failing("port", (PORT,), expect=(("1,215",),), evidence=()))
    assert (score.value, score.reason) == (
        "not ingested",
        "a document says '1,215', but no passage of it does",
    )


def test_the_passage_with_the_evidence_must_be_retrieved(failing: Any) -> None:
    # "quoted" says the number too, but not of the port.
    score = lost_at(failing("land quoted", (LAND, "49.158 million was quoted.")))
    assert (score.value, score.reason) == (
        "not retrieved",
        "the passage that says '49.158 million' beside the evidence is not among the 2 retrieved",
    )
    assert lost_at(failing("land")).reason == (
        "the passage that says '49.158 million' is not among the 1 retrieved"
    )
    either = lost_at(failing("land", (LAND,), evidence=()))
    assert either.reason == (
        "none of the passages that say '49.158 million' is among the 1 retrieved"
    )


def test_the_sentence_must_be_ranked(failing: Any) -> None:
    score = lost_at(failing("land port", (LAND, RD)))
    assert score.value == "not ranked"
    assert "retrieved second" in score.reason
    assert LAND in score.reason


def test_a_right_claim_that_was_removed_was_wrongly_verified(failing: Any) -> None:
    removed = (Claim(PORT, (), Verdict.QUOTE_ALTERED),)
    score = lost_at(failing("port", (PORT,), removed=removed))
    assert score.value == "wrongly verified"
    assert "quote-altered" in score.reason
    other = (Claim(RD, (), Verdict.QUOTE_ALTERED),)
    assert lost_at(failing("port", (PORT,), removed=other)).value == "wrongly refused"


def test_an_abstention_with_the_sentence_at_hand_is_wrongly_refused(failing: Any) -> None:
    score = lost_at(failing("port", (PORT, RD)))
    assert (score.value, score.reason) == (
        "wrongly refused",
        "the sentence that says '49.158 million' was ranked first; the confidence was 0.10",
    )


def test_another_sentence_in_its_place_is_wrongly_composed(failing: Any) -> None:
    score = lost_at(failing("port land", (LAND, RD, PORT), says=LAND))
    assert (score.value, score.reason) == (
        "wrongly composed",
        f"the sentence that says '49.158 million' was ranked third, behind: {LAND}",
    )
    first = lost_at(failing("port", (PORT,), says=RD))
    assert first.reason.endswith(f"was ranked first, but the answer says: {RD} [1]")


def test_too_much_said_is_wrongly_composed(failing: Any) -> None:
    score = lost_at(failing("port", (PORT,), says=PORT, reject=("TEUs",)))
    assert (score.value, score.reason) == (
        "wrongly composed",
        "it says what is asked for, but also: TEUs",
    )


def test_of_several_parts_the_one_lost_first_is_told(failing: Any) -> None:
    parts = {"expect": (("49.158 million",), ("Gong Zheng",)), "evidence": ("port", "Gong Zheng")}
    assert lost_at(failing("port", (PORT,), **parts)).value == "not retrieved"
    assert lost_at(failing("port chair", (PORT,), **parts)).value == "not ranked"
    score = lost_at(failing("port chair", (PORT, CHAIR), says=PORT, **parts))
    assert score.value == "wrongly composed"
    assert "'Gong Zheng' was ranked second" in score.reason


def test_the_evidence_of_another_part_does_not_count(world: Any, failing: Any) -> None:
    corpus = world.corpus(
        {"jobless": "Unemployment was 4.5%.", "targets": "Keep it within 5%. R&D: 4.5%."}
    )
    first = corpus.passages["jobless"]
    trace = world.trace([first], [(first, first.sentences[0])])
    answer = replace(world.answer(("Keep it within 5%.", [])), trace=trace)
    evidence = ("4.5%", "within 5%")
    for expect, lost in (
        ((("4.5%",),), "not retrieved"),  # as if both were wanted in one passage
        ((("4.5%",), ("5%",)), "wrongly composed"),
    ):
        context = world.context(answer, expect=expect, evidence=evidence)
        assert lost_at(replace(context, corpus=corpus)).value == lost


def test_references_say_which_passage_is_meant(failing: Any) -> None:
    there = (Reference("notes", 59, 86),)
    case = {"evidence": (), "references": there}
    assert lost_at(failing("port", (PORT,), **case)).value == "not retrieved"
    quoted = "49.158 million was quoted."
    assert lost_at(failing("quoted", (quoted,), **case)).value == "wrongly refused"


def test_a_server_that_tells_no_passages_is_followed_by_the_documents(
    world: Any, failing: Any
) -> None:
    def of(*args: Any, **more: Any) -> str:
        context = failing(*args, **more)
        return str(lost_at(replace(context, corpus=world.corpus())).value)

    assert of("land", (LAND,)) == "not retrieved"
    assert of("port", (RD,)) == "not ranked"
    assert of("port", (PORT,)) == "wrongly refused"
    assert of("port", (PORT,), expect=(("7,777",),)) == "not ingested"


def test_a_right_answer_that_cites_something_else_is_wrongly_cited(
    world: Any, failing: Any
) -> None:
    elsewhere = world.answer((PORT, [world.citation(CHAIR, "notes")]))
    context = replace(failing(says=PORT), answer=elsewhere)
    score = lost_at(context)
    assert score.value == "wrongly cited"
    assert "port" in score.reason


def test_what_was_ranked_in_a_part_that_was_refused_is_wrongly_refused(
    world: Any, failing: Any
) -> None:
    context = failing("land port", (LAND, PORT), says=LAND)
    first, second = context.answer.trace.sentences
    refused = replace(second, parts={"refused": 1.0})
    trace = replace(context.answer.trace, sentences=(first, refused))
    score = lost_at(replace(context, answer=replace(context.answer, trace=trace)))
    assert score.value == "wrongly refused"
    assert "its part of the question" in score.reason


def test_without_the_passages_an_anchor_tells_what_was_meant(world: Any, failing: Any) -> None:
    """A server does not tell its passages: any passage that says the figure would do."""
    context = failing("quoted", ("49.158 million was quoted.",), evidence=("the port",))
    corpus = type(context.corpus)(context.corpus.documents)
    assert lost_at(replace(context, corpus=corpus)).value == "not retrieved"
