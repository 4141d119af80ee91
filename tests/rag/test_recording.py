"""What stays of a question, through the whole pipeline and a real chat server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.embedding import Embedder
from rag.generations import Generations
from rag.index import Index
from rag.models import Turn
from rag.pipeline import Pipeline, assemble, load_reader
from rag.settings import ChatSettings, Settings, TraceSettings
from tests.chat_server import MODEL, ChatServer, Script, chat_server, claims

QUESTION = "What was the container throughput of Shanghai Port in 2023?"
SOUND = "Container throughput of Shanghai Port was 49.158 million TEUs in 2023."
INVENTED = "Container throughput of Shanghai Port was 77 million TEUs in 2023."


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.fixture
def pipeline(
    tmp_path: Path, sample_index: Settings, embedder: Embedder, server: ChatServer
) -> Iterator[Pipeline]:
    settings = sample_index.model_copy(
        update={
            "chat": ChatSettings(base_url=server.base_url, model=MODEL, timeout=20),
            "answers_file": tmp_path / "answers.sqlite3",
            "trace": TraceSettings(file=tmp_path / "trace.jsonl"),
        }
    )
    index = Index(Generations(settings.index_dir).current())
    with assemble(index, embedder, load_reader(), settings) as opened:
        yield opened


def records(folder: Path) -> list[dict[str, object]]:
    lines = (folder / "trace.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_an_equal_question_gets_the_kept_answer_and_costs_no_call(
    pipeline: Pipeline, server: ChatServer
) -> None:
    server.play(claims((SOUND, [1, 2, 3, 4])))
    first = pipeline.ask(QUESTION)
    calls = len(server.calls())
    again = pipeline.ask(f"  {QUESTION} ")
    assert len(server.calls()) == calls
    assert (again.claims, again.engine, again.model) == (first.claims, "generative", MODEL)
    assert again.id != first.id
    assert "kept" in again.timings_ms


def test_other_turns_before_it_make_it_another_question(
    pipeline: Pipeline, server: ChatServer
) -> None:
    server.play(claims((SOUND, [1, 2, 3, 4])))
    pipeline.ask(QUESTION)
    calls = len(server.calls())
    pipeline.ask(QUESTION, history=[Turn("What is Shanghai?", "A city.")])
    assert len(server.calls()) > calls


def test_an_answer_after_a_failure_is_not_kept(pipeline: Pipeline, server: ChatServer) -> None:
    server.play(Script(claims((SOUND, [1, 2, 3, 4])), fault="cut", stop_after=3))
    failed = pipeline.ask(QUESTION)
    assert failed.trace.failure == "cut-off"
    server.play(claims((SOUND, [1, 2, 3, 4])))
    assert pipeline.ask(QUESTION).engine == "generative"
    assert len(server.calls()) == 1


def test_quoting_asks_no_model_and_leaves_no_record(
    tmp_path: Path, pipeline: Pipeline, server: ChatServer
) -> None:
    server.play(claims((SOUND, [1])))
    answer = pipeline.quoted(QUESTION)
    assert answer.engine == "extractive"
    assert "49.158" in answer.text
    assert server.calls() == []
    assert not (tmp_path / "trace.jsonl").exists() or records(tmp_path) == []


def test_each_question_leaves_a_line_with_the_prompt_the_raw_text_and_the_verdicts(
    tmp_path: Path, pipeline: Pipeline, server: ChatServer
) -> None:
    server.play(claims((INVENTED, [1, 2, 3, 4])))
    pipeline.ask(QUESTION)
    pipeline.ask("Who won the chess world cup in 1987?")
    first, second = records(tmp_path)
    assert first["question"] == QUESTION
    trace = first["trace"]
    assert isinstance(trace, dict)
    assert "77 million" in trace["raw"][0]
    assert trace["prompt"]
    assert {claim["verdict"] for claim in trace["removed"]} == {"figure-not-in-span"}
    assert trace["usage"]["read"] > 0
    assert second["abstained"] is True
