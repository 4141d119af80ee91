from __future__ import annotations

import pytest

from rag.smalltalk import small_talk


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hello", "Hello"),
        ("Hi there, how are you today?", "Hello"),
        ("Good morning 😀", "Hello"),
        ("hi :)", "Hello"),
        ("How's it going?", "Hello"),
        ("Who are you?", "I answer questions"),
        ("what can you do", "I answer questions"),
        ("hey! are you a robot?", "I answer questions"),
        ("help", "I answer questions"),
        ("thx", "You are welcome"),
        ("Thank you so much for your help!", "You are welcome"),
        ("ok, great, that was very useful. thanks again", "You are welcome"),
        ("That's all I needed.", "You are welcome"),
        ("see you tomorrow, have a nice day", "Goodbye"),
        ("bye-bye", "Goodbye"),
    ],
)
def test_small_talk_is_answered_in_kind(text: str, says: str) -> None:
    reply = small_talk(text, 4)
    assert reply is not None
    assert reply.startswith(says)
    assert "4 documents" in reply
    assert reply.count(".") == 1


@pytest.mark.parametrize(
    "text",
    [
        "hello, how many parks are there?",
        "thanks, and beds?",
        "How are house prices?",
        "who are you to judge the mayor",
        "what is good governance",
        "How is the economy doing?",
        "help for the elderly",
        "What can you do about noise complaints?",
        "how do you apply for a permit",
        "yes or no: is smoking banned",
        "bye-laws of the council",
        "hi-tech companies",
        "ok and exports?",
        "right to repair",
        "who made the decision",
        "fine for littering",
        "thank you note policy",
        "good morning America show",
        "And in 2024?",
        "",
        "?",
        "hello " * 500,
    ],
)
def test_a_question_is_never_taken_for_small_talk(text: str) -> None:
    assert small_talk(text, 4) is None


def test_one_document_is_told_as_one() -> None:
    assert "the one document" in str(small_talk("hello", 1))


@pytest.mark.parametrize("text", ["How does it work?", "What is this?", "hey, how does this work"])
def test_what_points_at_the_question_before_is_small_talk_only_without_one(text: str) -> None:
    assert small_talk(text, 4) is not None
    assert small_talk(text, 4, follows=True) is None


@pytest.mark.parametrize("text", ["hello", "Perfect, thanks!", "Who are you?", "bye"])
def test_greetings_and_thanks_are_small_talk_at_any_time(text: str) -> None:
    assert small_talk(text, 4, follows=True) == small_talk(text, 4) is not None
