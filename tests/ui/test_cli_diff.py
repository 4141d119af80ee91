from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.faults.town import CONTAINERS, NEW_FIGURE, OLD_FIGURE, Town, build_town, current
from tests.faults.warm import Warm, warm_process

CASES = [
    {"id": "boxes", "question": CONTAINERS, "evidence": [f"handled {OLD_FIGURE} containers"]},
    {"id": "ferry", "question": "How long is a crossing?", "evidence": ["takes 15 minutes"]},
    {"id": "parks", "question": "How many parks opened?", "evidence": ["opened 12 parks"]},
]


@pytest.fixture(scope="module")
def warm() -> Warm:
    return warm_process()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Town:
    return build_town(tmp_path_factory.mktemp("town"), warm)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, warm: Warm, town: Town) -> Path:
    """A folder with an index of two generations, and a file of cases where one is looked for."""
    home = tmp_path_factory.mktemp("desk")
    index = town.index_in(home)
    assert warm.policyqa("ingest", town.new, "--index", index, cwd=home).code == 0
    (home / "data").mkdir()
    lines = "".join(f"{json.dumps({**case, 'expect': [['x']]})}\n" for case in CASES)
    (home / "data" / "questions.jsonl").write_text(lines, encoding="utf-8")
    return home


def test_the_table_tells_passages_figures_and_cases(warm: Warm, desk: Path) -> None:
    done = warm.policyqa("diff", "--index", "index", cwd=desk)
    assert (done.code, done.err) == (0, "")
    for line in ("added  museum.md", "changed  harbour.md", "removed  ferries.md"):
        assert line in done.out
    words = " ".join(done.out.split())
    assert f"{OLD_FIGURE.split()[0]} → {NEW_FIGURE.split()[0]}" in words
    assert "2 cases touched" in words
    assert "no longer said" in words
    assert "opened 12 parks" not in words


def test_the_json_tells_everything(warm: Warm, desk: Path) -> None:
    done = warm.policyqa("diff", "--index", "index", "--json", cwd=desk)
    value = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert value["documents"]["removed"] == ["ferries.md"]
    assert value["new"]["name"] == current(desk / "index")
    changed = [row for row in value["figures"] if row["change"] == "changed"]
    assert [(row["source"], row["old"]["value"], row["new"]["value"]) for row in changed] == [
        ("harbour.md", "5200000", "6400000")
    ]
    passage = next(row for row in value["passages"] if row["change"] == "changed")
    assert (OLD_FIGURE in passage["old"]["text"], NEW_FIGURE in passage["new"]["text"]) == (
        True,
        True,
    )
    assert [(c["id"], c["source"], c["stands"]) for c in value["cases"]] == [
        ("boxes", "harbour.md", False),
        ("ferry", "ferries.md", False),
    ]


def test_generations_are_named_by_number_version_or_name(warm: Warm, desk: Path) -> None:
    there = sorted(p.name for p in (desk / "index" / "generations").iterdir())
    for names in (("1", "2"), (there[0], there[1]), (there[0][7:], there[1][7:14]), ("1",)):
        value = json.loads(
            warm.policyqa("diff", *names, "--index", "index", "--json", cwd=desk).out
        )
        assert [value["old"]["name"], value["new"]["name"]] == there
    back = json.loads(warm.policyqa("diff", "2", "1", "--index", "index", "--json", cwd=desk).out)
    assert back["documents"]["added"] == ["ferries.md"]
    same = warm.policyqa("diff", "2", "2", "--index", "index", "--exit-code", cwd=desk)
    assert (same.code, same.out.splitlines()[-1]) == (0, "Nothing differs.")


def test_a_difference_can_be_an_exit_code(warm: Warm, desk: Path) -> None:
    done = warm.policyqa("diff", "--index", "index", "--exit-code", "--limit", "1", cwd=desk)
    assert (done.code, done.err) == (1, "")
    assert "--limit or --json give more" in done.out


def test_without_cases_none_are_told(warm: Warm, desk: Path, tmp_path: Path) -> None:
    done = warm.policyqa("diff", "--index", desk / "index", "--json", cwd=tmp_path)
    assert json.loads(done.out)["cases"] is None


def test_what_cannot_be_compared_is_told_in_one_sentence(
    warm: Warm, desk: Path, town: Town, tmp_path: Path
) -> None:
    alone = town.index_in(tmp_path)
    for order, code, says in (
        (["--index", alone], 3, "There is only one generation in"),
        (["--index", tmp_path / "none"], 3, "There is no index in"),
        (["77", "--index", desk / "index"], 3, "no generation called '77'; it holds 000001-"),
        (["--cases", "no.jsonl", "--index", desk / "index"], 2, "no.jsonl cannot be read"),
    ):
        done = warm.policyqa("diff", *order, cwd=tmp_path)
        assert (done.code, done.out) == (code, "")
        assert says in done.line
