"""The digest of the code changes with whatever an answer or a score may come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.manifest import code_digest, digest_of, make_plan


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "one" / "rules"
    (folder / "deep").mkdir(parents=True)
    (folder / "weights").mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "deep" / "sums.py").write_text("TWO = 2\n")
    (folder / "weights" / "model.json").write_text("[1]")
    (folder / "weights" / "README.md").write_text("What the weights are.")
    return folder


@pytest.mark.parametrize("name", ["deep/sums.py", "weights/model.json"])
def test_a_changed_module_or_weight_is_other_code(package: Path, name: str) -> None:
    before = digest_of([package])
    (package / name).write_text("[3]")
    first = digest_of([package])
    (package / name).write_text("[4]")
    assert len({before, first, digest_of([package])}) == 3


def test_a_moved_module_is_other_code(package: Path) -> None:
    before = digest_of([package])
    (package / "deep" / "sums.py").rename(package / "sums.py")
    assert digest_of([package]) != before


def test_neither_the_place_of_the_program_nor_what_is_not_run_counts(package: Path) -> None:
    before = digest_of([package])
    (package / "weights" / "README.md").write_text("Said better.")
    (package / "deep" / "sums.cpython-311.pyc").write_bytes(b"compiled")
    moved = package.parent.with_name("two")
    package.parent.rename(moved)
    assert digest_of([moved / "rules"]) == before


def test_a_plan_holds_the_code_and_the_jobs_and_no_commit() -> None:
    plan = make_plan([], {"kind": "server"}, "v1", 3)
    assert (plan["code"], plan["jobs"]) == (code_digest(), 3)
    assert "git_commit" not in plan
