"""`--local-model` as people meet it: what is shown, what is refused, and that nothing stays."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rag import local_server
from rag.local_server import MODEL, is_installed
from rag.settings import Settings
from rag.wire import answer_from_json, answer_to_json
from ui.cli import app
from ui.console import print_answer
from ui.present import exchange

needs_model = pytest.mark.skipif(
    not is_installed(), reason="the local model is not installed; run 'make local-model'"
)
POLICYQA = Path(sys.executable).with_name("policyqa")
QUESTION = "How many new jobs were created in 2023?"
ENVIRONMENT = {
    **os.environ,
    "POLICYQA_CHAT__CONTEXT_TOKENS": "200",
    "POLICYQA_CHAT__ANSWER_TOKENS": "40",
    "POLICYQA_CHAT__TIMEOUT": "60",
}
"""A little to read and to write, and time for a busy machine."""


def run(*arguments: object, folder: Path) -> str:
    done = subprocess.run(
        [POLICYQA, *map(str, arguments)],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        if int(parent) == pid and state not in "ZX":
            found.append(int(stat.parent.name))
    return found


@contextmanager
def serving(index: Path, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process of `policyqa serve --local-model` and its address."""
    order = [POLICYQA, "serve", "--local-model", "--port", "0", "--index", index]
    process = subprocess.Popen(
        order, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


def refusal(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments, "--local-model"])
    return done.exit_code, " ".join(done.output.split())


@needs_model
def test_the_server_writes_with_it_and_takes_it_along_when_killed(
    sample_index: Settings, tmp_path: Path
) -> None:
    with serving(sample_index.index_dir, tmp_path) as (process, address):
        (child,) = children(process.pid)
        body = json.dumps({"question": QUESTION, "trace": True}).encode()
        request = urllib.request.Request(
            f"{address}/api/ask", body, {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=200) as response:
            answer: dict[str, Any] = json.load(response)
        assert any(text.strip() for text in answer["trace"]["raw"]), "the model was not asked"
        assert answer["claims"]
        assert all(claim["citations"] for claim in answer["claims"])
        process.send_signal(signal.SIGKILL)
        process.wait()
    until = time.monotonic() + 5
    while Path(f"/proc/{child}/stat").exists():
        assert time.monotonic() < until, "the model's server outlives the program"
        time.sleep(0.05)


@needs_model
def test_status_names_it(sample_index: Settings, tmp_path: Path) -> None:
    out = run("status", "--local-model", "--index", sample_index.index_dir, folder=tmp_path)
    assert f"answers and has the model {MODEL!r}." in out


def test_what_it_writes_is_labelled_as_a_demonstration(
    real_pipeline: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    value = answer_to_json(real_pipeline.ask(QUESTION))
    written = answer_from_json({**value, "engine": "generative", "model": MODEL})
    print_answer(written)
    assert MODEL in capsys.readouterr().out
    assert f"Written by {MODEL}" in exchange(QUESTION, answer=written)


def test_another_model_beside_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLICYQA_CHAT__BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("POLICYQA_CHAT__MODEL", "other")
    for command in (["ask", QUESTION], ["serve"]):
        code, said = refusal(*command)
        assert code == 2
        assert "chat.base_url names the model at http://127.0.0.1:1/v1" in said


def test_quotes_only_and_a_model_that_writes_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = refusal("ask", QUESTION, "--engine", "extractive")
    assert code == 2
    assert "leave --local-model out" in said


@pytest.mark.parametrize("command", [["ask", QUESTION], ["serve"]], ids=["ask", "serve"])
def test_without_it_the_sentence_names_the_target(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(local_server, "find_spec", lambda name: None)
    code, said = refusal(*command)
    assert code == 3
    assert said == "policyqa: The local model is not installed; run 'make local-model' first."
