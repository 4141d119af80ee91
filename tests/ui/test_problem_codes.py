from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from rag.errors import PolicyQAError
from ui.problem_codes import CODES, codes_of

ROOT = Path(__file__).parents[2]
ELSEWHERE = {
    "bad-access": "said when a server starts",
    "bad-case": "said by the commands of the evaluation",
    "bad-key-input": "said by `policyqa key`",
    "bad-origin": "said by `policyqa site`",
    "bad-password": "said by `policyqa user`, and in the page's own form",
    "bad-setting": "said when a server starts",
    "bad-site": "said by `policyqa site`",
    "bad-user": "said by `policyqa user`, and in the page's own form",
    "below-threshold": "said by `policyqa eval`",
    "index-locked": "said by an ingest",
    "index-unwritable": "said by an ingest",
    "model_not_found": "in the form of OpenAI's errors",
    "unsupported_value": "in the form of OpenAI's errors",
}
"""Codes that no problem over HTTP has, and where they are said."""


def sources() -> Iterator[ast.Module]:
    for package in ("rag", "ingest", "ui"):
        for file in (ROOT / package).rglob("*.py"):
            yield ast.parse(file.read_text())


def of_classes(tree: ast.Module) -> Iterator[str]:
    for made in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        for line in made.body:
            if (
                isinstance(line, ast.Assign)
                and isinstance(line.value, ast.Constant)
                and _is_code(line)
            ):
                yield str(line.value.value)


def _is_code(line: ast.Assign) -> bool:
    return [getattr(name, "id", "") for name in line.targets] == ["code"]


def of_calls(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if getattr(call.func, "id", "") in ("problem", "problem_of") and len(call.args) == 3:
            status, code, _ = call.args
            if isinstance(status, ast.Constant) and isinstance(code, ast.Constant):
                yield str(code.value), int(str(status.value))


def test_every_code_in_the_source_is_in_the_table_or_said_elsewhere() -> None:
    found = {code for tree in sources() for code in of_classes(tree)}
    assert "bad-question" in found
    assert found - CODES.keys() - ELSEWHERE.keys() == set()
    assert ELSEWHERE.keys() <= found


def test_a_problem_comes_with_the_status_of_the_table() -> None:
    found = {pair for tree in sources() for pair in of_calls(tree)}
    assert ("not-found", 404) in found
    assert dict(found) == {code: CODES[code][0] for code, _ in found}
    for kind in PolicyQAError.__subclasses__():
        if kind.code in CODES:
            assert kind.http_status == CODES[kind.code][0], kind


def test_each_means_one_thing_in_one_sentence() -> None:
    for code, (status, said) in CODES.items():
        assert code == code.lower()
        assert 400 <= status < 600
        assert said[0].isupper()
        assert said.endswith(".")
    assert "too-often" in codes_of(429)


def test_the_manual_has_the_table() -> None:
    manual = (ROOT / "docs" / "api.md").read_text()
    for code, (status, said) in CODES.items():
        assert f"| {status} | `{code}` | {said} |" in manual, code
