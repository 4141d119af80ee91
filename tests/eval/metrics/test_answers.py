from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from eval.dataset import Case
from eval.metrics import (
    EVALUATORS,
    Context,
    abstained_correctly,
    abstained_wrongly,
    answer_chars,
    cited,
    cpu_ms,
    quotes_exact,
    recall_at_5,
    right,
)
from rag.models import Span

PORT = "In 2023 the port handled 49.158 million TEUs."


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        (PORT, "49,158,000"),
        ("It was 49.158M TEU.", "49.158 million"),
        ("The “WorldSkills  Museum” opened.", "WorldSkills museum"),
        ("Land fell by 15. 1 square kilometers.", "15.1 square kilometers"),
        ("GONG ZHENG chaired it.", "Gong Zheng"),
        ("The plan covers 2023 to 2026.", "2023-2026"),
    ],
)
def test_right_accepts_the_fact_in_another_form(said: Any, text: str, expect: str) -> None:
    assert right(said(text, expect)).value is True


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("The port handled 49,158 TEUs.", "49.158 million"),
        ("The port handled 49.158 billion TEUs.", "49.158 million"),
        ("The port handled 49.159 million TEUs.", "49.158 million"),
        ("The port handled 149.158 million TEUs.", "49.158 million"),
        ("It grew by 0.6 %.", "6 %"),
        ("It grew by 6 %.", "0.6 %"),
        ("It grew by 6 percentage points.", "6%"),
        ("It grew by 6 times.", "6%"),
        ("There were 1,216 stores.", "1,215"),
        ("There were 11,215 stores.", "1,215"),
        ("There were 1,215,000 stores.", "1,215"),
        ("On 14 July it opened.", "14"),
        ("It improves livelihoods.", "Li"),
        ("The C919 flew.", "919"),
        ("15 square kilometers", "15.1 square kilometers"),
        ("The 12th meeting.", "12"),
    ],
)
def test_right_refuses_what_only_looks_like_the_fact(said: Any, text: str, expect: str) -> None:
    score = right(said(text, expect))
    assert score.value is False
    assert expect in score.reason


def test_a_target_is_not_right_where_the_result_was_asked(said: Any) -> None:
    both = said("It was 4.4% and 4.5% of GDP is aimed for.", "4.4%", reject=["4.5% of"])
    assert right(both).value is False
    assert "must not" in right(both).reason
    assert right(said("It was 4.4% of GDP.", "4.4%", reject=["4.5% of"])).value is True


def test_a_rejected_number_is_not_found_inside_a_longer_one(said: Any) -> None:
    assert right(said("It was 3% in the year.", "3%", reject=["0.3%"])).value is True
    assert right(said("It was 24.5% for 4.4%.", "4.4%", reject=["4.5%"])).value is True


def test_every_group_must_be_there_with_any_of_its_alternatives(world: Any) -> None:
    answer = world.answer(("Pudong leads.", []), ("So does Lingang.", []))
    groups = (("Pudong New Area", "Pudong"), ("Lingang",))
    assert right(world.context(answer, expect=groups)).value is True
    missing = right(world.context(answer, expect=(*groups, ("blockchain", "AI"))))
    assert (missing.value, missing.reason) == (False, "missing: blockchain or AI")


def test_a_phrase_is_not_pieced_together_from_two_claims(world: Any) -> None:
    answer = world.answer(("It rose to 49.158", []), ("million people came", []))
    assert right(world.context(answer, expect=(("49.158 million",),))).value is False


def test_an_empty_answer_is_neither_right_nor_an_abstention(world: Any) -> None:
    empty = world.answer()
    assert right(world.context(empty, expect=(("x",),))).value is False
    assert right(world.context(empty, absent=True)).value is False
    assert abstained_wrongly(world.context(empty, expect=(("x",),))).value is False


def test_the_reason_of_an_abstention_is_no_answer(world: Any) -> None:
    answer = world.abstention("Nothing is said about 49.158 million TEUs.")
    assert right(world.context(answer, expect=(("49.158 million",),))).value is False


def test_citation_markers_are_not_part_of_the_answer(world: Any) -> None:
    answer = world.quoting("Gong Zheng chaired the meeting.", "notes")
    assert "[1]" in answer.text
    assert right(world.context(answer, expect=(("1",),))).value is False


def test_absent_cases_are_right_when_it_abstains(world: Any) -> None:
    refused = world.context(world.abstention(), absent=True)
    assert (right(refused).value, abstained_correctly(refused).value) == (True, True)
    told = world.context(world.quoting(PORT), absent=True)
    assert (right(told).value, abstained_correctly(told).value) == (False, False)
    assert PORT in right(told).reason


def test_abstentions_are_judged_by_whether_there_is_an_answer(world: Any) -> None:
    refused = world.context(world.abstention(), expect=(("49.158 million",),))
    assert abstained_wrongly(refused).value is True
    assert abstained_correctly(refused).value is None
    assert abstained_wrongly(world.context(world.abstention(), absent=True)).value is None


def test_cited_needs_every_anchor_in_the_cited_spans(world: Any) -> None:
    case = {"expect": (("49.158 million",),), "evidence": ("49,158,000 TEUs", "port")}
    assert cited(world.context(world.quoting(PORT), **case)).value is True
    partly = cited(world.context(world.quoting("49.158 million TEUs."), **case))
    assert (partly.value, partly.reason) == (False, "not in the cited spans: port")


def test_a_right_number_cited_elsewhere_is_not_cited(world: Any) -> None:
    case = {"expect": (("49.158 million",),), "evidence": ("the port handled",)}
    elsewhere = world.answer((PORT, [world.citation("49.158 million was quoted.", "notes")]))
    context = world.context(elsewhere, **case)
    assert (right(context).value, cited(context).value) == (True, False)


def test_an_anchor_is_found_despite_stray_blanks_and_quotes_in_the_original(world: Any) -> None:
    land = world.quoting("Idle land fell by 15. 1 square kilometers.")
    anchors = ("15.1 square kilometers",)
    assert cited(world.context(land, evidence=anchors, expect=(anchors,))).value is True
    museum = world.quoting("A “WorldSkills  Museum” opened.")
    anchors = ('"WorldSkills Museum"',)
    assert cited(world.context(museum, evidence=anchors, expect=(anchors,))).value is True


def test_an_invented_quote_covers_nothing(world: Any) -> None:
    citation = world.citation("Gong Zheng chaired", "notes", quote=PORT)
    context = world.context(
        world.answer((PORT, [citation])), expect=(("49.158 million",),), evidence=("49.158",)
    )
    assert (right(context).value, cited(context).value) == (True, False)
    assert quotes_exact(context).value is False


def test_without_anchors_the_spans_must_hold_what_is_expected(world: Any) -> None:
    case = {"expect": (("4.4%", "4.40%"),)}
    assert cited(world.context(world.quoting("R&D spending was 4.4% of GDP."), **case)).value
    wrong = world.answer(("It was 4.4%.", [world.citation("For 2024 the target is 4.5% of GDP.")]))
    assert cited(world.context(wrong, **case)).value is False


def test_one_claim_without_citation_is_enough_to_be_uncited(world: Any) -> None:
    answer = world.answer((PORT, [world.citation(PORT)]), ("It will grow.", []))
    score = cited(world.context(answer, expect=(("49.158 million",),)))
    assert (score.value, score.reason) == (False, "a claim has no citation: It will grow.")


def test_quotes_are_compared_with_the_stored_text(world: Any) -> None:
    citation = world.citation("4.4% of GDP")
    exact = world.context(world.answer(("x", [citation])), expect=(("x",),))
    assert quotes_exact(exact).value is True
    shifted = replace(citation, span=Span(citation.span.start + 1, citation.span.end + 1))
    unknown = replace(citation, document_id="nowhere")
    beyond = replace(citation, span=Span(10**6, 10**6), quote="")
    for wrong in (shifted, unknown, beyond, replace(citation, quote="4.5% of GDP")):
        assert quotes_exact(replace(exact, answer=world.answer(("x", [wrong])))).value is False


def test_quotes_of_the_nearest_passages_count_too(world: Any) -> None:
    near = world.citation("4.4% of GDP", quote="4.6% of GDP")
    answer = replace(world.abstention(), nearest=(near,))
    assert quotes_exact(world.context(answer, absent=True)).value is False
    assert quotes_exact(world.context(world.abstention(), absent=True)).value is None


def test_recall_is_the_share_of_anchors_in_the_first_five_passages(world: Any) -> None:
    passages = {f"p{i}": f"text {i}" for i in range(5)} | {"p1": PORT, "p6": "Gong Zheng"}
    answer = replace(world.quoting(PORT), retrieved=("p0", "p1", "p2", "p3", "p4", "p6"))
    case = {"expect": (("x",),), "evidence": ("49.158 million", "Gong Zheng")}
    score = recall_at_5(world.context(answer, passages, **case))
    assert (score.value, score.reason) == (0.5, "not retrieved: Gong Zheng")
    unknown = replace(answer, retrieved=("gone", "p1"))
    assert (
        "1 retrieved passages are unknown"
        in recall_at_5(world.context(unknown, passages, **case)).reason
    )
    assert recall_at_5(world.context(answer, passages, expect=(("x",),))).value is None


def test_length_counts_claims_and_not_abstentions(world: Any) -> None:
    assert answer_chars(world.context(world.quoting(PORT), expect=(("x",),))).value == len(PORT)
    assert answer_chars(world.context(world.abstention(), absent=True)).value is None


def test_every_score_has_a_reason(world: Any) -> None:
    for answer in (world.answer(), world.abstention(), world.quoting(PORT)):
        for case in (Case("a", "?", absent=True), Case("b", "?", expect=(("x",),))):
            context = Context(case, answer, world.documents, {}, 1.0, 2.0)
            assert all(evaluate(context).reason for evaluate in EVALUATORS.values())
            assert cpu_ms(context).value == 2.0
