"""The full system against the same without one part: what is switched off, and what is marked."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from eval import ablations
from eval.ablations import (
    ABLATIONS,
    FULL,
    Ablated,
    ablations_table,
    main,
    run_ablations,
    to_markdown,
    without,
)
from eval.dataset import Case
from eval.metrics import Score
from eval.run import Row
from eval.sweep import bench as sweep_bench
from eval.sweep.bench import Bench
from eval.sweep.vectors import open_cache
from rag.confidence import load_models
from rag.embedding import Embedder
from rag.errors import CaseError
from rag.settings import AnswerSettings, Evidence, Settings
from tests.eval.five_cases import run_of

DOCUMENT = "# Port\n\nIn 2023 the port handled 49.158 million TEUs.\n\nIt was a record.\n"
LINES = (
    '{"id": "teus", "question": "How many TEUs did the port handle in 2023?",'
    ' "expect": [["49.158 million"]]}\n'
    '{"id": "trams", "question": "How many trams were bought?", "absent": true,'
    ' "split": "held-out"}\n'
)


@pytest.fixture(autouse=True)
def one_model(monkeypatch: pytest.MonkeyPatch, embedder: Embedder) -> None:
    """The model of the other tests, not loaded again."""
    monkeypatch.setattr(sweep_bench, "load_embedder", lambda _settings: embedder)


@pytest.mark.parametrize("part", ABLATIONS)
def test_each_part_is_switched_off_by_settings_that_are_valid_and_not_the_usual(part: str) -> None:
    changed = without(Settings(), ABLATIONS[part])
    assert Settings(**changed.model_dump()) == changed != Settings()


def test_every_fitted_evidence_belongs_to_one_part() -> None:
    fitted = {name for model in load_models().values() for name in model.weights} - {"reader"}
    parts = [
        part["rank"]["without"] for part in ABLATIONS.values() if "without" in part.get("rank", {})
    ]
    switched = [name for part in parts for name in part]
    assert sorted(switched) == sorted(set(switched)), "in two parts"
    assert fitted <= set(switched) == set(get_args(Evidence))


def test_only_what_is_named_changes() -> None:
    changed = without(Settings(), {"retrieval": {"weights": {"lexical": 0.0}}})
    assert changed.retrieval.weights.lexical == 0
    assert changed.retrieval.weights.dense == Settings().retrieval.weights.dense
    assert changed.rank == Settings().rank


def rows(world: Any, right: Sequence[bool]) -> list[Row]:
    """So many like cases, right or not."""
    first = run_of(world).rows[0]
    return [
        replace(
            first,
            case=replace(first.case, id=str(i)),
            scores={**first.scores, "right": Score(value, "made up")},
        )
        for i, value in enumerate(right)
    ]


def test_a_loss_beyond_chance_is_marked_and_a_smaller_one_is_not(world: Any) -> None:
    full = [True] * 40
    runs = [
        Ablated(FULL, rows(world, full)),
        Ablated("much", rows(world, [False] * 20 + full[20:])),
        Ablated("little", rows(world, [False, *full[1:]])),
        Ablated("none", rows(world, full)),
    ]
    table = ablations_table(runs)
    right = {line[0]: line[table.header.index("right")] for line in table.lines}
    assert right == {
        FULL: "100.0%",
        "much": "50.0% (-50.0 *)",
        "little": "97.5% (-2.5)",
        "none": "100.0% (=)",
    }


def test_many_parts_make_the_test_stricter(world: Any) -> None:
    """Six lost cases are more than chance for one part (p = 0.031), not for three."""
    full = Ablated(FULL, rows(world, [True] * 40))
    lossy = rows(world, [False] * 6 + [True] * 34)
    one = ablations_table([full, Ablated("a", lossy)]).lines[1]
    three = ablations_table([full, *(Ablated(name, lossy) for name in "abc")]).lines[1]
    assert one[1] == "85.0% (-15.0 *)"
    assert three[1] == "85.0% (-15.0)"


def test_markdown_tells_the_cases_and_how_to_read_it(world: Any) -> None:
    text = to_markdown([Ablated(FULL, rows(world, [True]))])
    assert text.startswith("| without | right |")
    assert "1 cases. In brackets: percentage points" in text


def test_the_command_asks_tuned_cases_with_and_without_and_writes_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "port.md").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "cases.jsonl").write_text(LINES, encoding="utf-8")
    order = ("--documents", "port.md", "--cases", "cases.jsonl", "--work", "work", "--out", "out")
    places = [part if part.startswith("--") else str(tmp_path / part) for part in order]
    assert main([*places, "--part", "BM25", "--part", "reader"]) == 0
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert [line.split(" | ")[0].strip("| ") for line in lines[2:5]] == [FULL, "BM25", "reader"]
    assert lines[2].split(" | ")[1] == "100.0%"
    assert "1 cases." in printed, "held-out cases are not asked"
    assert (tmp_path / "out" / ablations.FILE).read_text(encoding="utf-8") == printed
    assert main([*places, "--part", "reader", "--all"]) == 0
    assert "2 cases." in capsys.readouterr().out


def test_what_cannot_be_read_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = ("--work", str(tmp_path / "work"))
    assert main(["--cases", str(tmp_path / "none.jsonl"), *work]) == 2
    error = capsys.readouterr().err
    assert error.startswith("eval.ablations: ")
    assert error.count("\n") == 1


def test_each_system_answers_at_the_threshold_that_makes_most_tuned_cases_right(
    tmp_path: Path,
) -> None:
    """An answer is held back only as long as nothing wrong is answered with less confidence."""
    (tmp_path / "port.md").write_text(DOCUMENT, encoding="utf-8")
    answerable = Case(
        "teus", "How many TEUs did the port handle in 2023?", expect=(("49.158 million",),)
    )
    tuned = [answerable, Case("trams", "How many trams were bought?", absent=True)]
    started = Settings(answer=AnswerSettings(threshold=1.0))
    with open_cache(tmp_path / "vectors.sqlite3") as cache:
        bench = Bench(tmp_path / "indexes", [tmp_path / "port.md"], cache, lambda *_: None)
        with closing(bench):
            runs = run_ablations(bench, tuned, started, ["BM25"])
            with pytest.raises(CaseError, match="split 'tuned' only"):
                run_ablations(bench, [replace(answerable, split="held-out")], started, [])
    for run in runs:
        assert [row.scores["right"].value for row in run.rows] == [True, True], run.part
