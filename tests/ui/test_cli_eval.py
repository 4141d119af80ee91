"""`policyqa eval` and `policyqa compare` as people and build servers meet them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from eval.manifest import code_digest
from eval.peers import table
from rag.errors import BelowThreshold, ModelError
from rag.pipeline import build_pipeline
from rag.settings import Settings
from tests.faults.town import CONTAINERS, OLD_FIGURE, Town, build_town
from tests.faults.warm import Warm, warm_process
from tests.ui.serving import served
from ui.cli_eval import evaluate

ABSENT = "Who won the chess cup?"
RUN_FILES = {
    ".lock",
    "junit.xml",
    "manifest.json",
    "report.html",
    "rows.jsonl",
    "summary.json",
    "summary.md",
}


@pytest.fixture(scope="module")
def warm() -> Warm:
    return warm_process()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Town:
    return build_town(tmp_path_factory.mktemp("town"), warm)


@pytest.fixture(scope="module")
def cases(town: Town) -> Path:
    lines = [
        {"id": "good", "question": CONTAINERS, "kind": "[figure]", "expect": [[OLD_FIGURE]]},
        {"id": "absent", "question": ABSENT, "absent": True},
        {"id": "bad", "question": CONTAINERS, "kind": "wrong", "expect": [["9.9 million"]]},
    ]
    return write(town.index.parent / "cases.jsonl", lines)


def write(path: Path, lines: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def run_lines(folder: Path) -> list[str]:
    return (folder / "run" / "rows.jsonl").read_text(encoding="utf-8").splitlines()


def test_it_prints_the_table_writes_the_run_and_fails_under_a_bound(
    tmp_path: Path, warm: Warm, town: Town, cases: Path
) -> None:
    order = ("eval", cases, "--index", town.index, "--report", "first")
    done = warm.policyqa(*order, "--fail-under", "right=0.9", cwd=tmp_path)
    assert done.code == 1
    assert re.search(r"^1 of 2 answerable questions right: 50\.0% ", done.out, re.M)
    assert re.search(r"^right +50\.0% ", done.out, re.M)
    assert re.search(r"^\[figure\] +1 +100\.0% ", done.out, re.M)
    assert re.search(r"^bad +wrong .*9\.9 million", done.out, re.M)
    assert "right is 50%" in done.line
    assert "at least 90% is asked" in done.line
    folder = tmp_path / "first"
    assert {path.name for path in folder.iterdir()} == RUN_FILES
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["cases"][0]["file"] == "cases.jsonl"
    assert manifest["jobs"] == 1
    assert manifest["code"] == code_digest()
    assert manifest["target"]["model"]["sha256"].startswith("53aa51172d14")
    assert set(manifest["target"]["weights"]) == {"reader.safetensors", "confidence.json"}


def test_a_finished_run_is_replaced_only_when_told(
    tmp_path: Path, warm: Warm, town: Town, cases: Path
) -> None:
    order = ("eval", cases, "--index", town.index, "--report", "run")
    assert warm.policyqa(*order, cwd=tmp_path).code == 0
    before = (tmp_path / "run" / "rows.jsonl").read_bytes()
    refused = warm.policyqa(*order, cwd=tmp_path)
    assert (refused.code, refused.out) == (2, "")
    assert "run holds a finished run; choose another folder, or give --overwrite." in refused.line
    assert (tmp_path / "run" / "rows.jsonl").read_bytes() == before
    assert warm.policyqa(*order, "--overwrite", cwd=tmp_path).code == 0
    assert (tmp_path / "run" / "rows.jsonl").read_bytes() != before


def test_the_bounds_of_the_project_are_kept_unless_the_command_says_otherwise(
    tmp_path: Path, warm: Warm, town: Town, cases: Path
) -> None:
    pyproject = "[tool.policyqa.eval]\nfail_under = { right = 0.9 }\n"
    (tmp_path / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    order = ("eval", cases, "--index", town.index)
    assert warm.policyqa(*order, cwd=tmp_path).code == 1
    assert warm.policyqa(*order, "--fail-under", "right=0.5", cwd=tmp_path).code == 0


def test_a_baseline_is_saved_and_a_real_loss_against_it_fails(
    tmp_path: Path, warm: Warm, town: Town
) -> None:
    """Twelve cases that all flip are no chance; the same run again loses nothing."""
    lines: list[dict[str, object]] = [
        {"id": f"c{i}", "question": f"{CONTAINERS} ({i})", "expect": [[OLD_FIGURE]]}
        for i in range(12)
    ]
    path = write(tmp_path / "cases.jsonl", lines)
    order = ("eval", path, "--index", town.index)
    saved = warm.policyqa(*order, "--save-baseline", "base/town.jsonl", cwd=tmp_path)
    assert (saved.code, saved.err) == (0, "")
    same = warm.policyqa(*order, "--baseline", "base/town.jsonl", "--report", "same", cwd=tmp_path)
    assert (same.code, same.err) == (0, "")
    mute = {"POLICYQA_ANSWER__THRESHOLD": "1.0"}
    worse = ("--baseline", "base/town.jsonl", "--report", "worse")
    lost = warm.policyqa(*order, *worse, cwd=tmp_path, env=mute)
    assert lost.code == 1
    assert "right" in lost.line
    assert "abstained_wrongly" in lost.line
    between = warm.policyqa("compare", "same", "worse", cwd=tmp_path)
    assert between.code == 0
    assert "same -> worse" in between.out
    assert "c11" in between.out
    failed = warm.policyqa("compare", "base/town.jsonl", "same", "worse", "--fail", cwd=tmp_path)
    assert failed.code == 1


def test_a_running_server_is_evaluated(tmp_path: Path, warm: Warm, town: Town, cases: Path) -> None:
    with build_pipeline(Settings(index_dir=town.index)) as pipeline, served(pipeline) as url:
        order = ("eval", cases, "--url", url, "--jobs", "2", "--report", "run")
        done = warm.policyqa(*order, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["target"] == {"kind": "server", "url": url}
    assert manifest["index_version"] == pipeline.index_version
    rows = [json.loads(line) for line in run_lines(tmp_path)]
    assert [row["scores"]["right"]["value"] for row in rows] == [True, True, False]


SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Salt works",
            "paragraphs": [
                {
                    "context": "The salt works of Elmhaven opened in 1872 and employed 340 people.",
                    "qas": [
                        {
                            "id": "q1",
                            "question": "How many people did the salt works employ?",
                            "answers": [{"text": "340", "answer_start": 55}],
                            "is_impossible": False,
                        },
                        {
                            "id": "q2",
                            "question": "Who won the chess cup?",
                            "answers": [],
                            "is_impossible": True,
                        },
                    ],
                }
            ],
        }
    ],
}


def test_an_open_data_set_is_asked_over_its_own_documents(tmp_path: Path, warm: Warm) -> None:
    (tmp_path / "dev.json").write_text(json.dumps(SQUAD), encoding="utf-8")
    order = ("eval", "--format", "squad2", "dev.json", "--report", "run")
    done = warm.policyqa(*order, cwd=tmp_path)
    assert done.code == 0
    rows = [json.loads(line) for line in run_lines(tmp_path)]
    assert [row["case"]["id"] for row in rows] == ["q1", "q2"]
    assert [row["scores"]["right"]["value"] for row in rows] == [True, True]
    assert not (tmp_path / ".policyqa").exists(), "the index was a temporary one"


def test_peers_stand_beside(tmp_path: Path, warm: Warm, town: Town, cases: Path) -> None:
    order = ("eval", cases, "--index", town.index, "--peer", "bm25", "--report", "run")
    done = warm.policyqa(*order, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert re.search(r"^policy-qa +66\.7% ", done.out, re.M)
    assert re.search(r"^bm25 +66\.7% ", done.out, re.M), "no document shares a word with ABSENT"
    names = {path.name for path in (tmp_path / "run" / "peers").iterdir()}
    assert names == {
        "bm25.jsonl",
        "bm25 + threshold.jsonl",
        "bm25, 3 sentences.jsonl",
        "bm25, 3 sentences + threshold.jsonl",
    }


@pytest.mark.parametrize(
    ("bound", "told"), [("right=0.9", BelowThreshold), ("right=0.1", ModelError)]
)
def test_peers_that_fail_do_not_hide_the_bounds(
    cases: Path, town: Town, monkeypatch: pytest.MonkeyPatch, bound: str, told: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise ModelError("The model is missing.")

    monkeypatch.setattr(table, "run_peers", fail)
    app = typer.Typer()
    app.command()(evaluate)
    order = [str(cases), "--index", str(town.index), "--peer", "bm25", "--fail-under", bound]
    done = CliRunner().invoke(app, order)
    assert type(done.exception) is told
    assert "The model is missing." in str(done.exception)
    assert "1 of 2 answerable questions right" in done.output


def test_peers_that_cannot_be_asked_are_told_before_anything_is(
    tmp_path: Path, warm: Warm, town: Town, cases: Path
) -> None:
    order = ("eval", cases, "--index", town.index, "--report", "run", "--peer", "bm25")
    done = warm.policyqa(*order, "--peer", "oracle", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert not (tmp_path / "run").exists()


def test_processes_that_cannot_begin_say_why_in_one_line(
    tmp_path: Path, warm: Warm, town: Town, cases: Path
) -> None:
    """The index was built for another model: only a process that opens it notices."""
    env = {"POLICYQA_SPLIT__PASSAGE_WORDS": "41"}
    order = ("eval", cases, "--index", town.index, "--report", "run")
    alone = warm.policyqa(*order, cwd=tmp_path, env=env)
    several = warm.policyqa(*order, "--jobs", "2", cwd=tmp_path, env=env)
    assert alone.code == 3
    assert (several.code, several.out, several.err) == (alone.code, "", alone.err)
    assert not (tmp_path / "run").exists()


BAD = [
    (["eval", "missing.jsonl"], 2, "missing.jsonl cannot be read (No such file"),
    (["eval"], 2, "There is no data/questions.jsonl here; name a file of cases."),
    (["eval", "good.jsonl", "--sample", "5"], 2, "--sample draws from a data set"),
    (["eval", "good.jsonl", "--save-baseline", "."], 2, "is a folder; name a file"),
    (["eval", "lost.jsonl"], 2, "looks in 'nowhere.md', which the index does not hold"),
    (["eval", "half.jsonl"], 2, "half.jsonl, line 2: it is not JSON"),
    (["eval", "none.jsonl"], 2, "none.jsonl holds no cases; write one JSON object a line"),
    (["eval", "good.jsonl", "good.jsonl"], 2, "the id 'a' is already taken by an earlier line"),
    (["eval", "good.jsonl", "--fail-under", "right"], 2, "not METRIC=VALUE; write for example"),
    (["eval", "good.jsonl", "--fail-under", "beauty=1"], 2, "'beauty' is unknown; known are"),
    (["eval", "good.jsonl", "--baseline", "good.jsonl"], 2, "is no baseline of this version"),
    (["eval", "good.jsonl", "--baseline", "."], 2, "is no folder that 'policyqa eval --report'"),
    (["eval", "good.jsonl", "--report", "."], 2, "holds something else than a run"),
    (["eval", "good.jsonl", "--url", "http://127.0.0.1:9"], 2, "does not answer"),
    (["eval", "good.jsonl", "--peer", "oracle"], 2, "There is no peer 'oracle'; known are"),
    (["eval", "good.jsonl", "--format", "csv"], 2, "The format 'csv' is unknown; known are squad2"),
    (["eval", "good.jsonl", "--format", "squad2"], 2, "good.jsonl"),
    (["eval", "--format", "squad2", "a.json", "b.json"], 2, "A data set is one file or folder"),
    (["eval", "--format", "squad2", "--url", "http://127.0.0.1:9"], 2, "--url cannot go with it"),
    (["compare", "run"], 2, "One run alone cannot be compared; name two or more."),
    (["compare", "run", "gone"], 2, "is no folder that 'policyqa eval --report' finished"),
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, town: Town) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    good = {"id": "a", "question": CONTAINERS, "expect": [[OLD_FIGURE]]}
    write(folder / "good.jsonl", [good])
    (folder / "half.jsonl").write_text(json.dumps(good) + '\n{"id": "b", "quest', encoding="utf-8")
    (folder / "none.jsonl").write_text("\n\n", encoding="utf-8")
    write(folder / "lost.jsonl", [{**good, "documents": ["nowhere.md"]}])
    return folder


@pytest.mark.parametrize(("order", "code", "says"), BAD, ids=[" ".join(bad[0])[:60] for bad in BAD])
def test_bad_input_gets_one_line_and_the_right_exit_code(
    warm: Warm, town: Town, desk: Path, order: list[str], code: int, says: str
) -> None:
    env = {"POLICYQA_INDEX_DIR": str(town.index)}
    done = warm.policyqa(*order, cwd=desk, env=env)
    assert done.code == code
    assert done.line.startswith("policyqa: ")
    assert says in done.line
    names = {path.name for path in desk.iterdir()}
    assert names == {"good.jsonl", "half.jsonl", "lost.jsonl", "none.jsonl"}, "something was left"
