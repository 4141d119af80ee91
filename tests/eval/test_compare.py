from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.compare import GUARDED, Comparison, check_no_loss, compare
from eval.dataset import Case
from eval.folder import SavedRow
from eval.metrics import Score
from eval.summary import MEASURES
from rag.errors import BelowThreshold, CaseError
from tests.eval.scored import rights, row

WRONG = {
    "abstained_wrongly": True,
    "wrong_period": True,
    "quotes_exact": True,
    "figure_accuracy": 0.0,
    "recall_at_5": 0.0,
}
GOOD = {
    "abstained_wrongly": False,
    "wrong_period": False,
    "quotes_exact": True,
    "figure_accuracy": 1.0,
    "recall_at_5": 1.0,
}


def with_scores(rows: list[SavedRow], **scores: bool | float | str | None) -> list[SavedRow]:
    new = {name: Score(value, "") for name, value in scores.items()}
    return [replace(found, scores={**found.scores, **new}) for found in rows]


def test_the_cases_that_changed_come_with_both_reasons_and_both_stages() -> None:
    before = [
        row("port", {"right": True}, reason="said: 49.158 million", question="How many TEUs?"),
        row("rd", {"right": False, "lost_at": "not ranked"}, reason="missing: 4.4%"),
        row("rain", {"right": False, "lost_at": "wrongly answered"}, absent=True),
    ]
    after = [
        row(
            "port",
            {"right": False, "lost_at": "not retrieved"},
            reason="missing: 49.158 million",
            question="How many TEUs?",
        ),
        row("rd", {"right": True}, reason="said: 4.4%"),
        row("rain", {"right": False, "lost_at": "wrongly answered"}, absent=True),
    ]
    found = compare(before, after)
    (lost,), (gained,) = found.lost, found.gained
    assert (lost.id, lost.question, lost.kind) == ("port", "How many TEUs?", "figure")
    assert (lost.old_reason, lost.reason) == ("said: 49.158 million", "missing: 49.158 million")
    assert (lost.old_lost_at, lost.lost_at) == (None, "not retrieved")
    assert (gained.id, gained.old_lost_at, gained.lost_at) == ("rd", "not ranked", None)


def test_only_cases_that_are_the_same_are_compared() -> None:
    before = rights("+++")
    edited = replace(before[1], case=replace(before[1].case, expect=(("y",),)))
    found = compare(before, [edited, before[0], *rights("-----")[4:]])
    assert (found.before.n, found.after.n) == (1, 1)
    assert (found.edited, found.removed, found.added) == (("c1",), ("c2",), ("c4",))
    assert (found.gained, found.lost) == ((), ())


@pytest.mark.parametrize("labels", [{"kind": "name"}, {"split": "held-out"}, {"language": "zh"}])
def test_a_case_that_is_only_sorted_otherwise_is_still_guarded(labels: dict[str, str]) -> None:
    before, after = rights("+" * 20), rights("-" * 20)
    moved = [after[0], *(replace(r, case=replace(r.case, **labels)) for r in after[1:])]
    found = compare(before, moved)
    assert (found.after.n, found.edited) == (20, ())
    with pytest.raises(BelowThreshold, match="right went from"):
        check_no_loss(found)


def test_a_baseline_of_edited_or_removed_cases_guards_nothing_and_says_so() -> None:
    before, after = rights("+" * 15), rights("-" * 15)
    edited = [replace(r, case=replace(r.case, question="??")) for r in after[1:14]]
    with pytest.raises(BelowThreshold) as caught:
        check_no_loss(compare(before, [before[0], *edited]))
    assert str(caught.value) == (
        "What it was compared with does not guard this run: cases that were edited: c1, c2, c3, "
        "c4, c5, c6, c7, c8, c9, c10 and 3 more; cases that are gone: c14; "
        "make the baseline anew."
    )


def test_new_cases_need_no_baseline() -> None:
    check_no_loss(compare(rights("++"), rights("++--")))


def test_a_yes_or_no_measure_gets_mcnemars_p_of_the_cases_that_changed() -> None:
    found = compare(rights("+" * 20 + "-" * 5), rights("+" * 13 + "-" * 7 + "+" + "-" * 4))
    right = found.differences["right"]
    assert (right.n, right.before, right.after) == (25, 0.8, 14 / 25)
    assert right.change == pytest.approx(-0.24)
    assert right.worse == tuple(f"c{i}" for i in range(13, 20))
    assert right.better == ("c20",)
    assert right.p == pytest.approx(2 * (1 + 8) / 2**8)
    assert right.low is not None
    assert right.high is not None
    assert right.low < -0.24 < right.high
    assert not right.significant


def test_where_less_is_better_a_fall_is_an_improvement() -> None:
    before, after = (with_scores(rights("++"), abstained_wrongly=said) for said in (True, False))
    found = compare(before, after).differences["abstained_wrongly"]
    assert (found.change, found.better, found.worse) == (-1.0, ("c0", "c1"), ())


def test_a_case_counts_only_where_both_runs_could_be_judged() -> None:
    before = with_scores(rights("+++"), recall_at_5=0.5)
    after = [*with_scores(rights("+++")[:1], recall_at_5=1.0), *rights("+++")[1:]]
    found = compare(before, after).differences["recall_at_5"]
    assert (found.n, found.unpaired, found.before, found.after) == (1, 2, 0.5, 1.0)
    assert (found.low, found.high, found.p) == (None, None, 1.0)


def test_citing_is_compared_over_cases_right_in_both_runs() -> None:
    before = with_scores(rights("++-+"), cited=True)
    after = with_scores(rights("+-++"), cited=False)
    found = compare(before, after).differences["cited"]
    assert (found.n, found.unpaired, found.worse) == (2, 2, ("c0", "c3"))


@pytest.mark.parametrize(("lost", "fails"), [(0, False), (5, False), (6, True)])
def test_six_lost_cases_are_needed_for_one_measure(lost: int, fails: bool) -> None:
    found = compare(rights("+" * 80), rights("-" * lost + "+" * (80 - lost)))
    # right_and_cited cannot be told here, since nothing was cited.
    assert found.differences["right"].significant is fails


@pytest.mark.parametrize(("lost", "fails"), [(8, False), (9, True)])
def test_nine_lost_cases_are_needed_when_all_guarded_measures_fall(lost: int, fails: bool) -> None:
    def rows(wrong: int) -> list[SavedRow]:
        answered = [
            row(f"c{i}", {"right": i >= wrong, "cited": True, **(WRONG if i < wrong else GOOD)})
            for i in range(60)
        ]
        absent = [
            row(f"a{i}", {"right": i >= wrong, "abstained_correctly": i >= wrong}, absent=True)
            for i in range(60)
        ]
        uncited = [row(f"d{i}", {"right": True, "cited": i >= wrong}) for i in range(60)]
        inexact = [row(f"e{i}", {"right": True, "quotes_exact": i >= wrong}) for i in range(60)]
        return answered + absent + uncited + inexact

    found = compare(rows(0), rows(lost))
    changed = [len(found.differences[name].worse) for name in GUARDED]
    assert min(changed) == lost
    # Right and cited changes twice as often; the other eight are still to be told from chance.
    assert found.differences["abstained_correctly"].significant is fails


def test_measures_that_hardly_changed_do_not_raise_the_bar_for_the_others() -> None:
    lost = rights("-" * 6 + "+" * 74, recall_at_5=1.0, figure_accuracy=1.0, quotes_exact=True)
    kept = rights("+" * 80, recall_at_5=1.0, figure_accuracy=1.0, quotes_exact=True)
    assert compare(kept, lost).differences["right"].significant


def test_measures_that_are_not_guarded_are_corrected_among_themselves() -> None:
    draw = random.Random(3)
    times = [draw.gammavariate(9, 3) for _ in range(40)]
    before, after = (
        [row(f"c{i}", {"right": True, "wall_ms": factor * t}) for i, t in enumerate(times)]
        for factor in (1, 2)
    )
    found = compare(before, after)
    assert found.differences["wall_ms_p50"].significant
    assert not found.differences["right"].significant
    check_no_loss(found)


def test_a_significant_loss_ends_in_one_sentence_that_names_it() -> None:
    found = compare(rights("+" * 20), rights("-" * 10 + "+" * 10))
    with pytest.raises(BelowThreshold) as caught:
        check_no_loss(found)
    assert str(caught.value) == (
        "The run is worse than what it was compared with: right went from 100.0% to 50.0% "
        "(p = 0.002). See the lost cases for the reasons."
    )
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("name", sorted(set(GUARDED) - {"right_and_cited"}))
def test_every_guarded_measure_is_guarded(name: str) -> None:
    good: float | bool = not MEASURES[name].less_is_better
    if name in ("figure_accuracy", "recall_at_5"):
        good = 1.0
    absent = name == "abstained_correctly"
    bad = not good if isinstance(good, bool) else 0.3
    before, after = (
        [row(f"c{i}", {"right": True, name: value}, absent=absent) for i in range(15)]
        for value in (good, bad)
    )
    check_no_loss(compare(after, before))
    check_no_loss(compare(before, before))
    with pytest.raises(BelowThreshold, match=f"{name} went from"):
        check_no_loss(compare(before, after))


def test_right_and_cited_is_guarded() -> None:
    before, after = (with_scores(rights("+" * 15), cited=cited) for cited in (True, False))
    with pytest.raises(BelowThreshold, match=r"right_and_cited went from 100\.0% to 0\.0%"):
        check_no_loss(compare(before, after))


@pytest.mark.parametrize("earlier", [True, None])
def test_not_one_quote_may_break(earlier: bool | None) -> None:
    before = with_scores(rights("+" * 50), quotes_exact=True)
    before[7] = with_scores([before[7]], quotes_exact=earlier)[0]
    after = [*before]
    after[7] = with_scores([before[7]], quotes_exact=False)[0]
    found = compare(before, after)
    assert found.broken_quotes == ("c7",)
    with pytest.raises(BelowThreshold, match="quotes are no longer exact in c7"):
        check_no_loss(found)
    check_no_loss(compare(after, after))
    check_no_loss(compare(after, before))


def test_runs_without_a_common_case_prove_nothing() -> None:
    found = compare(rights("++"), [row("other", {"right": True})])
    assert (found.after.n, found.removed, found.added) == (0, ("c0", "c1"), ("other",))
    with pytest.raises(CaseError, match="no case in common"):
        check_no_loss(found)


def test_a_guarded_measure_that_only_one_run_tells_is_named() -> None:
    before = with_scores(rights("+" * 9), recall_at_5=1.0)
    found = compare(before, rights("+" * 9))
    assert found.uncompared == ("recall_at_5",)
    with pytest.raises(BelowThreshold, match="only one run tells: recall_at_5; make the baseline"):
        check_no_loss(found)
    assert compare(before, before).uncompared == ()
    check_no_loss(compare(before, before))


def test_citing_that_cannot_be_compared_is_guarded_by_right_and_cited() -> None:
    found = compare(with_scores(rights("+-"), cited=True), with_scores(rights("-+"), cited=True))
    assert found.uncompared == ("cited",)
    check_no_loss(found)


@pytest.mark.parametrize("rows", [[], rights("+"), rights("++++")])
def test_a_run_compared_with_itself_has_neither_gained_nor_lost(rows: list[SavedRow]) -> None:
    found = compare(rows, rows)
    assert (found.gained, found.lost, found.slowed, found.edited) == ((), (), (), ())
    assert not any(difference.significant for difference in found.differences.values())
    assert found.differences["right"].n == len(rows)
    assert set(found.differences) == set(MEASURES)


patterns = st.integers(1, 30).flatmap(
    lambda n: st.tuples(*[st.text("+-", min_size=n, max_size=n)] * 2)
)


@given(patterns)
@settings(max_examples=40)
def test_a_comparison_the_other_way_round_says_the_opposite(marks: tuple[str, str]) -> None:
    there = compare(*map(rights, marks))
    back = compare(*map(rights, marks[::-1]))
    assert [c.id for c in there.gained] == [c.id for c in back.lost]
    assert [c.id for c in there.lost] == [c.id for c in back.gained]
    ours, theirs = there.differences["right"], back.differences["right"]
    assert (ours.better, ours.worse) == (theirs.worse, theirs.better)
    assert (ours.p, ours.significant) == (theirs.p, theirs.significant)
    assert ours.change == pytest.approx(-(theirs.change or 0))
    assert _raises(there) is (ours.significant and len(ours.worse) > len(ours.better))


def _raises(found: Comparison) -> bool:
    try:
        check_no_loss(found)
    except BelowThreshold:
        return True
    return False


def test_chance_alone_seldom_fails_a_release() -> None:
    draw = random.Random(5)

    def rerun() -> list[SavedRow]:
        """The same system: each case right with a chance of its own, all scores with it."""
        chances = [0.95 if i % 5 else 0.5 for i in range(80)]
        drawn = [draw.random() < chance for chance in chances]
        return [
            row(f"c{i}", {"right": ok, "cited": True, **(GOOD if ok else WRONG)})
            for i, ok in enumerate(drawn)
        ]

    assert sum(_raises(compare(rerun(), rerun())) for _ in range(30)) <= 2


def test_a_case_is_matched_by_all_that_it_says() -> None:
    rows = [SavedRow(Case("a", "?", expect=(("x",),)), {"right": Score(True, "")})]
    other = [SavedRow(Case("a", "??", expect=(("x",),)), {"right": Score(True, "")})]
    assert compare(rows, other).after.n == 0
