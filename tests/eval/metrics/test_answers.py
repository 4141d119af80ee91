from __future__ import annotations

from typing import Any

import pytest

from eval.metrics.answers import abstained_correctly, abstained_wrongly, answer_chars, right

PORT = "In 2023 the port handled 49.158 million TEUs."


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


def test_length_counts_claims_and_not_abstentions(world: Any) -> None:
    assert answer_chars(world.context(world.quoting(PORT), expect=(("x",),))).value == len(PORT)
    assert answer_chars(world.context(world.abstention(), absent=True)).value is None
