from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from eval.corpus import Corpus
from eval.dataset import Case
from eval.metrics import Score
from eval.peers.threshold import abstaining_below, fit_threshold
from eval.run import Asker, Row
from rag.errors import CaseError
from rag.models import Answer

SAID = "In 2023 the port handled 49.158 million TEUs."
RIGHT, WRONG = (("49.158 million",),), (("77 million",),)


def rows_of(world: Any, *told: tuple[float, bool | None], split: str = "tuned") -> list[Row]:
    """Rows of (confidence, right); `None` stands for an absent case that was answered."""
    return [
        Row(
            Case(f"c{i}", "?", absent=right is None, split=split),
            replace(world.quoting(SAID), confidence=confidence),
            {"right": Score(bool(right), "")},
        )
        for i, (confidence, right) in enumerate(told)
    ]


def right_at(rows: Sequence[Row], threshold: float) -> int:
    answered = [row.answer.confidence >= threshold for row in rows]
    return sum(
        not shown if row.case.absent else shown and row.scores["right"].value is True
        for row, shown in zip(rows, answered, strict=True)
    )


def test_it_parts_the_absent_from_the_right(world: Any) -> None:
    rows = rows_of(world, (0.9, True), (0.7, True), (0.6, None), (0.5, True), (0.4, None))
    # Below 0.65 both absent ones are caught and one right answer is lost: 4 of 5, as at 0.45.
    assert fit_threshold(rows) == pytest.approx(0.45)


def test_wrong_answers_pull_neither_way(world: Any) -> None:
    rows = rows_of(world, (0.9, False), (0.8, True), (0.3, None), (0.2, False))
    assert fit_threshold(rows) == pytest.approx(0.55)


def test_it_answers_everything_or_nothing_where_that_is_best(world: Any) -> None:
    assert fit_threshold(rows_of(world, (0.2, True), (0.9, True))) == 0.0
    nothing = fit_threshold(rows_of(world, (0.2, None), (0.9, None)))
    assert 0.9 < nothing < 0.9001


def test_no_other_threshold_makes_more_cases_right(world: Any) -> None:
    rng = random.Random(7)
    for _ in range(30):
        told = [(rng.randrange(20) / 20, rng.choice([True, False, None])) for _ in range(25)]
        rows = rows_of(world, *told)
        best = right_at(rows, fit_threshold(rows))
        assert best == max(right_at(rows, step / 200) for step in range(202))


@pytest.mark.parametrize("split", ["held-out", ""])
def test_held_out_cases_are_never_fitted_to(world: Any, split: str) -> None:
    rows = rows_of(world, (0.9, True), split=split) if split else []
    with pytest.raises(CaseError, match="of the split 'tuned' only"):
        fit_threshold(rows)


def asker(world: Any, answers: dict[str, Answer]) -> Asker:
    return Asker(lambda case: answers[case.id], Corpus(world.documents))


def test_an_abstention_shows_the_sentence_as_nearest_and_keeps_the_trace(world: Any) -> None:
    answer = replace(
        world.quoting(SAID), confidence=0.42, trace=world.trace([], question={"a": "b"})
    )
    strict = abstaining_below(asker(world, {"c": answer}), 0.5)
    refused = strict.ask(Case("c", "?"))
    assert refused.abstained
    assert refused.claims == ()
    assert refused.nearest == answer.citations
    assert refused.trace == answer.trace
    assert "0.42 < 0.50" in refused.text
    assert abstaining_below(asker(world, {"c": answer}), 0.42).ask(Case("c", "?")) == answer


def test_what_abstained_by_itself_keeps_its_reason(world: Any) -> None:
    own = world.abstention("No chunk has it.")
    strict = abstaining_below(asker(world, {"c": own}), 0.5)
    assert strict.ask(Case("c", "?")) == own
