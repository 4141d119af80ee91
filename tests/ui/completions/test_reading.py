"""A chat as OpenAI's clients send it becomes a question with its history."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from rag.models import Filters, Turn
from tests.ui.fake_pipeline import FakePipeline
from ui.ask_body import AskBody
from ui.completions.errors import NoModel, Refused
from ui.completions.forms import ChatForm
from ui.completions.reading import asked_in, without_sources
from ui.completions.writing import content


def user(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def read(*messages: dict[str, Any], **options: Any) -> AskBody:
    form = {"model": "policyqa", "messages": list(messages), **options}
    return asked_in(ChatForm.model_validate(form))


def test_the_last_message_of_the_user_is_the_question() -> None:
    body = read(user("First?"), assistant("One."), user("Second?"))
    assert body.question == "Second?"
    assert body.arguments()["history"] == [Turn("First?", "One.")]


def test_what_systems_developers_and_tools_say_is_passed_over() -> None:
    silent = [{"role": role, "content": "Be rude."} for role in ("system", "developer", "tool")]
    body = read(*silent, user("First?"), silent[0], assistant("One."), silent[2], user("Second?"))
    assert body.question == "Second?"
    assert body.arguments()["history"] == [Turn("First?", "One.")]


def test_questions_that_were_not_answered_are_no_turns() -> None:
    messages = (user("Stopped?"), user("First?"), assistant("One."), assistant("More."))
    calls = {**assistant(None), "tool_calls": []}
    body = read(assistant("Welcome!"), *messages, user("Called?"), calls, user("Second?"))
    assert body.arguments()["history"] == [Turn("First?", "One.")]


def test_parts_of_text_are_joined() -> None:
    parts = [{"type": "text", "text": "What is"}, {"type": "text", "text": "this?"}]
    assert read(user(parts)).question == "What is\nthis?"


def test_of_a_long_chat_the_last_exchanges_are_taken() -> None:
    chat = [m for i in range(50) for m in (user(f"{i}?"), assistant(f"{i}."))]
    history = read(*chat, user("Now?")).arguments()["history"]
    assert history == [Turn(f"{i}?", f"{i}.") for i in range(30, 50)]


def test_of_a_long_exchange_the_beginning_is_taken() -> None:
    (turn,) = read(user("q" * 9000), assistant("a" * 9000), user("Now?")).history
    assert (turn.question, turn.answer) == ("q" * 2000, "a" * 2000)


def test_sources_are_found_at_the_end_of_a_long_answer() -> None:
    said = f"{'It holds. [1] ' * 500}\n\nSources:\n1. A, http://h/p/x"
    (turn,) = read(user("Q?"), assistant(said), user("Now?")).history
    assert turn.answer == ("It holds. " * 500)[:2000]


LONG_LISTS: list[tuple[dict[str, Any], str]] = [
    ({"messages": [1] * 300_000}, "messages.0"),
    ({"messages": [user([1] * 300_000)]}, "messages.0.content.parts.0"),
    ({"messages": [user([{}] * 300_000)]}, "messages.0.content.parts.0.type"),
    ({"messages": [user([{"type": "text"}] * 1001)]}, "messages.0.content.parts"),
    ({"messages": [user([1] * 300)] * 1000}, "messages.0.content.parts.0"),
    ({"messages": [user("Q?")], "modalities": [1] * 300_000}, "modalities.0"),
    ({"messages": [user("Q?")], "policyqa": dict.fromkeys(map(str, range(9000)))}, "policyqa"),
]


@pytest.mark.parametrize(("form", "where"), LONG_LISTS)
def test_of_however_many_faults_one_is_looked_for(form: dict[str, Any], where: str) -> None:
    """All of them took most of a minute, in which nobody else was answered."""
    with pytest.raises(ValidationError) as refused:
        ChatForm.model_validate({"model": "policyqa", **form})
    (error,) = refused.value.errors()
    assert ".".join(map(str, error["loc"])) == where


def test_the_extension_gives_the_filters() -> None:
    body = read(user("Q?"), policyqa={"documents": ["notice.txt"], "since": "2024-01-31"})
    assert body.arguments()["filters"] == Filters(("notice.txt",), since=date(2024, 1, 31))
    assert read(user("Q?")).arguments()["filters"] is None


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"since": "soon"}, "policyqa.since"),
        ({"colour": "red"}, "policyqa.colour"),
        ({"question": "Another?"}, "policyqa.question"),
        ({"history": []}, "policyqa.history"),
    ],
)
def test_a_filter_that_is_none_is_named(wrong: dict[str, Any], param: str) -> None:
    with pytest.raises(Refused, match=param) as refused:
        read(user("Q?"), policyqa=wrong)
    assert refused.value.param == param


@pytest.mark.parametrize(
    "chat", [(user("\ud800?"),), (user("A?"), assistant("\udc00."), user("B?"))]
)
def test_half_a_character_is_said_to_be_in_the_messages(chat: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(Refused, match="'messages' is not usable: it holds half") as refused:
        read(*chat)
    assert refused.value.param == "messages"


def test_what_nobody_reads_may_hold_anything() -> None:
    assert read({"role": "system", "content": "\ud800"}, user("Q?")).question == "Q?"


HARMLESS: dict[str, Any] = {
    "temperature": 0.2,
    "top_p": 1,
    "seed": 7,
    "max_tokens": 5,
    "max_completion_tokens": 5,
    "stop": ["\n"],
    "user": "u1",
    "store": False,
    "metadata": {},
    "n": 1,
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "tool_choice": "auto",
    "response_format": {"type": "text"},
    "modalities": ["text"],
    "logprobs": False,
    "reasoning_effort": "low",
    "invented_next_year": True,
}


def test_what_changes_no_answer_is_passed_over() -> None:
    assert read(user("Q?"), **HARMLESS) == read(user("Q?"))
    assert read(user("Q?"), **dict.fromkeys(HARMLESS)) == read(user("Q?"))


@pytest.mark.parametrize(
    "promise",
    [
        {"n": 2},
        {"n": 0},
        {"tool_choice": "required"},
        {"tool_choice": {"type": "function", "function": {"name": "f"}}},
        {"function_call": {"name": "f"}},
        {"response_format": {"type": "json_object"}},
        {"response_format": {"type": "json_schema", "json_schema": {}}},
        {"modalities": ["text", "audio"]},
        {"logprobs": True},
    ],
)
def test_what_would_silently_not_be_done_is_refused(promise: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        read(user("Q?"), **promise)
    assert refused.value.param in promise


@pytest.mark.parametrize("kind", ["image_url", "input_audio", "file"])
def test_parts_that_are_no_text_are_refused(kind: str) -> None:
    with pytest.raises(Refused, match=kind):
        read(user([{"type": "text", "text": "What is this?"}, {"type": kind, kind: {}}]))


def test_a_chat_without_a_user_and_another_model_are_refused() -> None:
    with pytest.raises(Refused, match="No message is the user's"):
        read(assistant("Hello."))
    with pytest.raises(NoModel, match="gpt-5"):
        read(user("Q?"), model="gpt-5")


def test_our_own_sources_and_markers_are_taken_out_of_earlier_answers() -> None:
    answer = FakePipeline().ask("How many containers?")
    shown = content(answer, lambda citation: f"http://host/p/{citation.permalink}")
    assert "[3]" in shown
    assert "Sources:" in shown
    said = " ".join(claim.text for claim in answer.claims)
    body = read(user("How many containers?"), assistant(shown), user("And before?"))
    assert body.arguments()["history"] == [Turn("How many containers?", said)]


@pytest.mark.parametrize(
    "text",
    [
        "Section [1] holds.",
        "See below.\n\nSources:\nmy aunt",
        "See below.\n\nSources:\n",
    ],
)
def test_brackets_of_others_stay(text: str) -> None:
    assert without_sources(text) == text


def test_only_markers_of_listed_sources_are_taken_out() -> None:
    text = "Rule [7] holds. [1]\n\nSources:\n1. A, http://h/p/x"
    assert without_sources(text) == "Rule [7] holds."
