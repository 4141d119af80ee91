from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from eval.compare import compare
from eval.dataset import Case
from eval.folder import git_commit, make_manifest, read_run, write_run
from eval.report import for_terminal, to_markdown
from eval.run import Run, evaluate
from eval.summary import percentile, summary_to_json
from rag.errors import CaseError, NoIndex, QuestionError
from rag.models import Answer

CASES = (
    Case("port", "How many TEUs?", "figure", (("49.158 million",),), evidence=("49.158 million",)),
    Case("rd", "R&D share?", "figure", (("4.4%",),), reject=("4.5%",), split="held-out"),
    Case("who", "Who chaired?", "name", (("Gong Zheng",),), evidence=("Gong Zheng",)),
    Case("jobs", "How many jobs?", "absent", absent=True),
    Case("rain", "Will it [red] | <b>rain</b>?", "absent", absent=True, split="held-out"),
)


@pytest.fixture
def answers(world: Any) -> dict[str, Answer]:
    """Right and cited; wrong (the target); right but cited elsewhere; abstained; invented."""
    elsewhere = world.citation("The plan covers 2023-2026.", "notes")
    return {
        "port": world.quoting("In 2023 the port handled 49.158 million TEUs."),
        "rd": world.quoting("For 2024 the target is 4.5% of GDP."),
        "who": world.answer(("Gong Zheng chaired it.", [elsewhere])),
        "jobs": world.abstention(),
        "rain": world.quoting("A “WorldSkills  Museum” opened."),
    }


@pytest.fixture
def run(world: Any, answers: dict[str, Answer]) -> Run:
    return evaluate(lambda case: answers[case.id], CASES, documents=world.documents, passages={})


def test_the_summary_counts_each_measure_over_its_own_cases(run: Run) -> None:
    total = run.summary().total.measures
    shown = {name: (m.value, m.n) for name, m in total.items() if "ms" not in name}
    assert shown == {
        "passed": (3 / 5, 5),
        "right": (2 / 3, 3),
        "cited": (1 / 2, 2),
        "abstained_correctly": (1 / 2, 2),
        "abstained_wrongly": (0.0, 3),
        "quotes_exact": (1.0, 4),
        "recall_at_5": (0.0, 2),
        "answer_chars": (pytest.approx((45 + 35 + 22 + 31) / 4), 4),
    }


def test_the_summary_is_split_by_kind_and_by_split(run: Run) -> None:
    value = summary_to_json(run.summary())
    assert {name: part["n"] for name, part in value["kinds"].items()} == {
        "figure": 2,
        "name": 1,
        "absent": 2,
    }
    assert value["kinds"]["figure"]["right"] == {"value": 0.5, "n": 2}
    assert value["kinds"]["absent"]["right"] == {"value": None, "n": 0}
    assert value["splits"]["held-out"]["right"] == {"value": 0.0, "n": 1}


def test_percentiles_are_values_that_occurred() -> None:
    values = [5.0, 1.0, 3.0, 2.0, 4.0]
    assert [percentile(values, share) for share in (0.0, 0.5, 0.95, 1.0)] == [1, 3, 5, 5]
    assert percentile([7.0], 0.95) == 7.0


def test_the_first_case_warms_up_and_every_case_is_asked_once(
    world: Any, answers: dict[str, Answer]
) -> None:
    asked: list[str] = []
    seen: list[tuple[int, int]] = []

    def ask(case: Case) -> Answer:
        asked.append(case.id)
        return answers[case.id]

    evaluate(
        ask,
        CASES,
        documents=world.documents,
        passages={},
        progress=lambda done, total: seen.append((done, total)),
    )
    assert asked == ["port", "port", "rd", "who", "jobs", "rain"]
    assert seen == [(i, 5) for i in range(1, 6)]


def test_a_question_that_cannot_be_asked_earns_nothing(world: Any) -> None:
    def refuse(_case: Case) -> Answer:
        raise QuestionError("The question is too long; shorten it.")

    run = evaluate(refuse, CASES, documents=world.documents, passages={})
    assert run.summary().total.measures["passed"].value == 0.0
    assert run.rows[0].error == "The question is too long; shorten it."
    assert "not asked" in to_markdown(run)


def test_any_other_error_ends_the_run(world: Any) -> None:
    def broken(_case: Case) -> Answer:
        raise NoIndex("Nothing has been ingested; run policyqa ingest.")

    with pytest.raises(NoIndex):
        evaluate(broken, CASES, documents=world.documents, passages={})


def written(run: Run, folder: Path, tmp_path: Path) -> Path:
    cases = tmp_path / "cases.jsonl"
    cases.write_text("{}\n")
    manifest = make_manifest(run, cases=cases, settings={"answer": {"threshold": 0.5}})
    write_run(folder, run, manifest, to_markdown(run))
    return folder


def test_a_run_folder_holds_everything_and_reads_back(run: Run, tmp_path: Path) -> None:
    folder = written(run, tmp_path / "runs" / "one", tmp_path)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["one"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "manifest.json",
        "rows.jsonl",
        "summary.json",
        "summary.md",
    ]
    saved = read_run(folder)
    assert saved.manifest["settings"] == {"answer": {"threshold": 0.5}}
    assert saved.manifest["index_version"] == "v1"
    assert len(saved.manifest["cases"]["sha256"]) == 64
    assert [(row.case, dict(row.scores)) for row in saved.rows] == [
        (row.case, dict(row.scores)) for row in run.rows
    ]
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    assert rows[0]["answer"]["answer"].endswith("TEUs. [1]")
    assert json.loads((folder / "summary.json").read_text())["total"]["n"] == 5


def test_an_earlier_run_is_replaced_whole(run: Run, tmp_path: Path) -> None:
    folder = written(run, tmp_path / "one", tmp_path)
    (folder / "summary.md").write_text("old")
    written(run, folder, tmp_path)
    assert (folder / "summary.md").read_text() != "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases.jsonl", "one"]


@pytest.mark.parametrize("fails", ["eval.folder._write", "eval.folder.Path.rename"])
def test_a_write_that_fails_leaves_the_earlier_run_as_it_was(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    folder = written(run, tmp_path / "one", tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(fails, full)
        with pytest.raises(CaseError, match="No space left on device"):
            written(run, folder, tmp_path)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases.jsonl", "one"]


def test_somebody_elses_folder_is_left_alone(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter1.txt").write_text("years of work")
    with pytest.raises(CaseError, match="something else than a run"):
        written(run, other, tmp_path)
    with pytest.raises(CaseError, match="something else than a run"):
        written(run, other / "chapter1.txt", tmp_path)
    assert (other / "chapter1.txt").read_text() == "years of work"


@pytest.mark.parametrize("content", [None, "{", "[]", '{"format": "policyqa-run-0"}'])
def test_a_baseline_that_is_no_run_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(CaseError):
        read_run(tmp_path)


def test_a_damaged_row_is_named(run: Run, tmp_path: Path) -> None:
    folder = written(run, tmp_path / "one", tmp_path)
    rows = folder / "rows.jsonl"
    for line in ('{"case": 1}', '{"case": {"id": "x"', "[]"):
        rows.write_text(rows.read_text().split("\n")[0] + "\n" + line + "\n")
        with pytest.raises(CaseError, match=r"rows\.jsonl, line 2"):
            read_run(folder)


def test_a_comparison_names_the_cases_that_changed(
    world: Any, run: Run, answers: dict[str, Answer]
) -> None:
    better = {**answers, "rain": world.abstention(), "port": world.quoting("4.4% of GDP")}
    after = evaluate(lambda case: better[case.id], CASES, documents=world.documents, passages={})
    found = compare(run.rows, after.rows)
    assert [change.id for change in found.gained] == ["rain"]
    assert [(change.id, change.reason) for change in found.lost] == [
        ("port", "missing: 49.158 million")
    ]
    assert found.unmatched == 0
    assert found.after.measures["right"].value == pytest.approx(1 / 3)
    text = to_markdown(after, found)
    assert "now passes: rain" in text
    assert "now fails: port" in text


def test_only_cases_that_are_the_same_are_compared(world: Any, run: Run) -> None:
    edited = Case("rd", "R&D share?", "figure", (("4.5%",),), split="held-out")
    new = Case("new", "?", expect=(("x",),))
    cases = [edited, CASES[3], new]
    after = evaluate(
        lambda _case: world.abstention(), cases, documents=world.documents, passages={}
    )
    found = compare(run.rows, after.rows)
    assert (found.after.n, found.before.n, found.unmatched) == (1, 1, 5)


def test_the_terminal_shows_words_of_others_as_they_are(run: Run) -> None:
    console = Console(width=160, color_system=None)
    with console.capture() as capture:
        console.print(for_terminal(run, compare(run.rows, run.rows)))
    text = capture.get()
    assert "66.7%" in text
    assert "right: missing: 4.4%" in text
    assert "answered what the documents do not say: A “WorldSkills  Museum” opened. [1]" in text
    assert "No case changed" in text


def test_the_terminal_lists_only_so_many_failures(run: Run) -> None:
    console = Console(width=160, color_system=None)
    with console.capture() as capture:
        console.print(for_terminal(run, failures=2))
    assert "... and 1 more" in capture.get()


def test_markdown_lists_every_failed_case_and_escapes(run: Run) -> None:
    text = to_markdown(run)
    assert "## Failed cases (3 of 5)" in text
    assert "not in the cited spans: Gong Zheng" in text
    assert "[red]" not in to_markdown(run).replace("\\[red\\]", "")
    for block in text.split("\n\n"):
        bars = {re.sub(r"\\.", "", line).count("|") for line in block.splitlines()}
        assert len(bars) == 1 or not block.startswith("|")


def test_the_commit_is_unknown_outside_of_git(tmp_path: Path) -> None:
    assert git_commit(tmp_path) is None
