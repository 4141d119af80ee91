from __future__ import annotations

import re
from dataclasses import replace

from rich.console import Console, RenderableType

from eval.compare import compare
from eval.report import comparison_for_terminal, failed_rows, for_terminal, problems
from eval.run import Run
from tests.eval.report.made import CASES, FAILED, ask, made_run, quoting


def shown(what: RenderableType, width: int = 160) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(what)
    return capture.get()


def lines_of(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_the_outcome_comes_first_with_its_interval(run: Run) -> None:
    first = shown(for_terminal(run)).splitlines()[0]
    assert first.startswith("3 of 5 answerable questions right: 60.0% [")
    assert "1 of 2 questions without an answer refused: 50.0% [" in first


def test_the_totals_carry_intervals_and_their_number_of_cases(run: Run) -> None:
    lines = lines_of(shown(for_terminal(run)))
    (right,) = [line for line in lines if line[:2] == ["right", "60.0%"]]
    assert right[-1] == "5"
    assert right[2].startswith("[")


def test_one_line_tells_how_far_the_confidence_can_be_trusted(run: Run) -> None:
    lines = shown(for_terminal(run)).splitlines()
    assert len([line for line in lines if line.startswith("Confidence: AUROC")]) == 1


def test_cases_that_are_not_compared_are_named(run: Run) -> None:
    rows = run.rows
    edited = replace(rows[1], case=replace(rows[1].case, question="Other?"))
    text = shown(comparison_for_terminal(compare(rows[:-1], [rows[0], edited, *rows[3:]])))
    assert "Not compared, as they were edited (1): rd." in text
    assert "Not compared, as only the earlier run has them (1): plan." in text
    assert "Not compared, as only the later run has them (1): long." in text


def test_groups_of_one_document_or_language_are_not_shown(run: Run) -> None:
    text = shown(for_terminal(run))
    heads = [line[0] for line in lines_of(text) if line[1:2] == ["n"]]
    assert heads == ["split", "kind", "document"]


def test_failures_say_what_is_wrong_and_where_it_was_lost(run: Run) -> None:
    text = shown(for_terminal(run))
    assert "Failed cases (4 of 7)" in text
    assert "not right: missing: 4.4%" in text
    assert "Lost: " in text
    lost = next(line for line in text.splitlines() if line.startswith("Lost: "))
    assert {"not ranked 1", "wrongly answered 1", "not asked 1"} <= set(
        lost.removeprefix("Lost: ").rstrip(". ").split(", ")
    )


def test_words_of_others_are_shown_as_they_are(run: Run) -> None:
    said = "[red]Idle[/red] land"
    rows = tuple(
        replace(row, scores={**row.scores, "right": replace(row.scores["right"], reason=said)})
        for row in run.rows
    )
    assert said in shown(for_terminal(replace(run, rows=rows)))


def test_only_so_many_failures_are_listed(run: Run) -> None:
    text = shown(for_terminal(run, failures=3))
    assert "... and 1 more" in text
    assert "not asked:" not in text


def test_a_comparison_tells_each_difference_and_each_case(run: Run) -> None:
    said = "Research spending was 4.4% of GDP."
    better = made_run(asked=lambda case: quoting(case, said) if case.id == "rd" else ask(case))
    text = shown(comparison_for_terminal(compare(run.rows, better.rows)))
    assert "Against the baseline (7 cases in common)" in text
    assert "+20.0 pt" in text
    assert "now passes  rd: before: missing: 4.4% (lost: not ranked)" in text
    assert text in shown(for_terminal(better, compare(run.rows, better.rows)))
    worse = shown(comparison_for_terminal(compare(better.rows, run.rows)))
    assert "-20.0 pt" in worse
    assert "now fails  rd: missing: 4.4% (lost: not ranked)" in worse


def test_a_significant_loss_is_called_one() -> None:
    good = made_run(times=12, cases=CASES[:1])
    bad = made_run(
        times=12,
        cases=CASES[:1],
        asked=lambda case: quoting(case, "Research spending was 4.4% of GDP."),
    )
    lines = shown(comparison_for_terminal(compare(good.rows, bad.rows))).splitlines()
    (right,) = [line for line in lines if re.match(r"right +\d", line)]
    assert right.rstrip().endswith("loss")
    gained = shown(comparison_for_terminal(compare(bad.rows, good.rows))).splitlines()
    (right,) = [line for line in gained if re.match(r"right +\d", line)]
    assert right.rstrip().endswith("gain")


def test_nothing_changed_is_said(run: Run) -> None:
    assert "No case changed" in shown(comparison_for_terminal(compare(run.rows, run.rows)))


def test_the_tables_fit_eighty_columns(run: Run) -> None:
    assert max(map(len, shown(for_terminal(run), width=80).splitlines())) <= 80


def test_a_failed_row_is_wrong_uncited_or_was_never_asked(run: Run) -> None:
    assert tuple(row.case.id for row in failed_rows(run.rows)) == FAILED
    assert [problems(row)[0].partition(":")[0] for row in failed_rows(run.rows)] == [
        "not right",
        "not cited",
        "not right",
        "not asked",
    ]
