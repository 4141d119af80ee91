"""The whole pipeline with a chat model: a real server process, the real index and reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.models import Answer, Claim
from rag.pipeline import Pipeline, build_pipeline
from rag.settings import AnswerSettings, ChatSettings, Settings
from tests.chat_server import MODEL, ChatServer, Script, chat_server, claims

PORT = "What was the container throughput of Shanghai Port in 2023?"
TRUE = "Shanghai Port's container throughput was 49.158 million TEUs in 2023."
INVENTED = "Shanghai Port's container throughput was 51.3 million TEUs in 2023."


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.fixture(scope="module")
def writing(sample_index: Settings, server: ChatServer) -> Iterator[Pipeline]:
    chat = ChatSettings(base_url=server.base_url, model=MODEL, kept_answers=0, timeout=20)
    with build_pipeline(sample_index.model_copy(update={"chat": chat})) as pipeline:
        yield pipeline


def test_what_the_model_writes_is_shown_once_it_is_proved(
    writing: Pipeline, server: ChatServer
) -> None:
    server.play(claims((TRUE, [1])))
    answer = writing.ask(PORT)
    assert [claim.text for claim in answer.claims] == [TRUE]
    assert (answer.engine, answer.model) == ("generative", MODEL)
    assert "49.158 million" in answer.citations[0].quote


def test_an_invented_figure_is_replaced_by_the_quote_and_told(
    writing: Pipeline, server: ChatServer
) -> None:
    server.play(claims((INVENTED, [1])))
    answer = writing.ask(PORT)
    assert "51.3" not in answer.text
    assert "49.158 million" in answer.text
    assert answer.engine == "extractive"
    assert [claim.text for claim in answer.trace.removed][:1] == [INVENTED]


def test_a_failing_model_leaves_the_quotes_and_a_note(
    writing: Pipeline, server: ChatServer
) -> None:
    server.play(Script(status=500))
    answer = writing.ask(PORT)
    assert "49.158 million" in answer.text
    assert answer.engine == "extractive"
    assert answer.reason


def test_the_model_is_not_asked_what_the_documents_do_not_say(
    writing: Pipeline, server: ChatServer
) -> None:
    server.play(claims((TRUE, [1])))
    assert writing.ask("Which enzyme unwinds the double helix of DNA?").abstained
    assert server.calls() == []


def test_status_lines_come_before_the_claims_and_the_answer_last(
    writing: Pipeline, server: ChatServer
) -> None:
    server.play(claims((TRUE, [1])))
    events = list(writing.stream(PORT))
    kinds = [type(event) for event in events]
    assert kinds[-1] is Answer
    assert kinds.index(Claim) > kinds.index(str)


def test_quoting_may_be_asked_for_although_a_model_is_set(
    sample_index: Settings, server: ChatServer
) -> None:
    chat = ChatSettings(base_url=server.base_url, model=MODEL, kept_answers=0)
    answer = AnswerSettings(engine="extractive")
    settings = sample_index.model_copy(update={"chat": chat, "answer": answer})
    server.play(claims((TRUE, [1])))
    with build_pipeline(settings) as pipeline:
        assert pipeline.ask(PORT).engine == "extractive"
    assert server.calls() == []


COMPARED = "Electric car exports versus lithium battery exports: which grew more in 2023?"
CARS = "In 2023, exports of electric passenger vehicles grew by 43.9%."
BATTERIES = "Exports of lithium batteries grew by 50.9% in 2023."


@pytest.mark.parametrize(
    "script",
    [Script(status=500), Script(claims()), Script(claims(("They fell by 99%.", [1])))],
    ids=["failing", "silent", "inventing"],
)
def test_a_comparison_is_told_as_without_a_model_if_the_model_brings_nothing(
    writing: Pipeline, server: ChatServer, script: Script
) -> None:
    server.play(script)
    answer, quoted = writing.ask(COMPARED), writing.quoted(COMPARED)
    assert answer.claims == quoted.claims
    assert [claim.computed for claim in answer.claims] == [False, False, True]
    assert answer.engine == "extractive"


def test_a_written_comparison_ends_with_the_difference_that_is_computed(
    writing: Pipeline, server: ChatServer
) -> None:
    server.play(claims((CARS, range(1, 13))), claims((BATTERIES, range(1, 13))))
    answer, quoted = writing.ask(COMPARED), writing.quoted(COMPARED)
    assert answer.engine == "generative"
    assert [claim.text for claim in answer.claims if not claim.computed] == [CARS, BATTERIES]
    assert answer.claims[-1] == quoted.claims[-1]
    assert answer.claims[-1].computed
    assert answer.claims[-1].text.startswith("The difference is 7 percentage points")


def test_half_a_comparison_computes_nothing(writing: Pipeline, server: ChatServer) -> None:
    server.play(Script(status=500))
    answer = writing.ask("Which grew more in 2023, lithium battery exports or unicorn exports?")
    assert not any(claim.computed for claim in answer.claims)
