from __future__ import annotations

import re

from markdown_it import MarkdownIt

from eval.compare import compare
from eval.report import to_markdown
from eval.run import Run
from tests.eval.report.made import CASES, NASTY, ask, made_run, quoting


def html_of(markdown: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)


def test_every_table_is_whole(run: Run) -> None:
    text = to_markdown(run, compare(run.rows, run.rows))
    tables = [block for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 6
    for block in tables:
        bars = {re.sub(r"\\.", "", line).count("|") for line in block.splitlines()}
        assert len(bars) == 1
    assert html_of(text).count("<table>") == len(tables)


def test_the_outcome_and_the_measures_stand_open(run: Run) -> None:
    text = to_markdown(run)
    opened = text.partition("<details>")[0]
    assert "3 of 5 answerable questions right: 60.0%" in opened
    assert re.search(r"\| right \| 60\.0% \| \\\[\d+\.\d, \d+\.\d\\\] \| 5 \|", opened)


def test_one_line_tells_how_far_the_confidence_can_be_trusted(run: Run) -> None:
    (line,) = [line for line in to_markdown(run).splitlines() if line.startswith("Confidence: ")]
    assert re.fullmatch(
        r"Confidence: AUROC, answerable against absent 0\.\d{3}; "
        r"expected calibration error \d+\.\d%\.",
        line,
    )
    assert "Confidence: " not in to_markdown(made_run(cases=CASES[-1:]))


def test_failed_cases_fold_away_each_with_its_reason(run: Run) -> None:
    text = to_markdown(run)
    assert "## Failed cases (4 of 7)" in text
    folded = text.rpartition("<details>")[2]
    assert "not right: missing: 4.4%" in folded
    assert "not cited: not in the cited spans: The plan covers" in folded
    assert "not asked: The question is too long; shorten it." in folded
    assert text.count("<details>") == text.count("</details>") == 2


def test_words_of_others_are_no_markup(run: Run) -> None:
    html = html_of(to_markdown(run))
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html
    shown = NASTY.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert " ".join(shown.replace('"', "&quot;").split()) in html


def test_a_comparison_lists_what_changed_and_leaves_out_what_did_not(run: Run) -> None:
    said = "Research spending was 4.4% of GDP."
    better = made_run(asked=lambda case: quoting(case, said) if case.id == "rd" else ask(case))
    text = to_markdown(better, compare(run.rows, better.rows))
    assert "- now passes: rd: before: missing: 4.4% (lost: not ranked)" in text
    compared = text.partition("## Against the baseline (7 cases in common)")[2].split("<details>")[
        0
    ]
    assert "| right | 60.0% | 80.0% | +20.0 pt |" in compared
    assert "quotes exact" not in compared


def test_a_run_without_failures_says_so() -> None:
    run = made_run(cases=CASES[:1])
    text = to_markdown(run)
    assert "## Failed cases (0 of 1)" in text
    assert "Their reasons" not in text


def test_only_so_many_failed_cases_are_listed(run: Run) -> None:
    text = to_markdown(run, failures=3)
    assert "not asked: The question" not in text
    assert "... and 1 more, which report.html lists." in text
