"""Translations of proved claims, held to the documents by translating them back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rag.chat import ChatModel
from rag.errands import Errands
from rag.extractive import cite
from rag.generations import Generations
from rag.index import Index
from rag.models import Claim, Span
from rag.reproof import holds_too
from rag.settings import ChatSettings
from rag.translation import Translator
from tests.chat_server import MODEL, ChatServer, chat_server
from tests.rag.conftest import World

STAYED = "The mayor did not resign."
PLANNED = "Exports are planned to reach 5 million tonnes in 2023."
MOST = "The harbour may hold at most 20 ships."
SOLD = "The market sold 20 tonnes of fish in 2023."
ROSE = "Exports rose by 5 percent to 20 million tonnes in 2023."
THANKED = "The mayor thanked the council."


@pytest.fixture(scope="module")
def index(toy: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    text = " ".join([STAYED, PLANNED, MOST, SOLD, ROSE, THANKED])
    document = toy.document("board", text, date(2024, 1, 23))
    generations = Generations(tmp_path_factory.mktemp("board") / "index")
    with generations.lock():
        folder: Path = generations.build(toy.contents([document], [toy.passage(document)]))
        generations.switch(folder)
    built = Index(folder)
    yield built
    built.close()


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.fixture(scope="module")
def chat(server: ChatServer) -> Iterator[ChatModel]:
    """One that has loaded its libraries."""
    with ChatModel(ChatSettings(base_url=server.base_url, model=MODEL)) as model:
        server.play("Ready.")
        list(model.stream((), deadline=time.monotonic() + 60))
        yield model


def claim_of(index: Index, *sentences: str) -> Claim:
    """What a model might have written of some sentences, and was proved."""
    (document,) = index.documents.values()
    (passage,) = index.passages_of("board")
    starts = [document.text.index(sentence) for sentence in sentences]
    spans = [Span(a, a + len(s)) for a, s in zip(starts, sentences, strict=True)]
    return Claim(" ".join(sentences), tuple(cite(document, span, passage) for span in spans))


@pytest.mark.parametrize(
    ("told", "language", "text", "back"),
    [
        (STAYED, "Chinese", "市长没有辞职。", "The mayor did not resign."),
        (THANKED, "Chinese", "市长感谢了议会。", "The mayor thanked the council."),
        (
            ROSE,
            "German",
            "Die Ausfuhren stiegen 2023 um 5 Prozent auf 20 Millionen Tonnen.",
            "Exports rose by 5 percent in 2023, to 20 million tonnes.",
        ),
        (
            PLANNED,
            "German",
            "Die Ausfuhren sollen 2023 planmäßig 5 Millionen Tonnen erreichen.",
            "Exports are planned to reach 5 million tonnes in 2023.",
        ),
    ],
)
def test_a_translation_whose_translation_back_is_proved_is_shown_and_marked(
    index: Index,
    chat: ChatModel,
    server: ChatServer,
    told: str,
    language: str,
    text: str,
    back: str,
) -> None:
    shown, translator = shown_of(index, chat, server, told, language, text, back)
    assert (shown.text, shown.translated) == (text, True)
    assert shown.citations == claim_of(index, told).citations
    assert translator.note is None


@pytest.mark.parametrize(
    ("told", "language", "text", "back"),
    [
        (STAYED, "Chinese", "市长辞职了。", "The mayor resigned."),
        (
            PLANNED,
            "German",
            "Die Ausfuhren erreichten 2023 5 Millionen Tonnen.",
            "Exports reached 5 million tonnes in 2023.",
        ),
        (
            MOST,
            "German",
            "Der Hafen fasst mindestens 20 Schiffe.",
            "The harbour may hold at least 20 ships.",
        ),
        (
            SOLD,
            "German",
            "Der Markt verkaufte 2023 20 Kilogramm Fisch.",
            "The market sold 20 kilograms of fish in 2023.",
        ),
        (
            SOLD,
            "Chinese",
            "2023年，市场售出20公斤鱼。",
            "In 2023 the market sold 20 kilograms of fish.",
        ),
        (
            ROSE,
            "German",
            "Die Einfuhren sanken im Jahr 2023 um 5 Prozent auf 20 Millionen Tonnen.",
            "Imports fell by 5 percent to 20 million tonnes in 2023.",
        ),
        (
            THANKED,
            "Chinese",
            "市长逮捕了议会所有成员并关闭港口。",
            "The mayor arrested all members of the council and closed the harbour.",
        ),
    ],
)
def test_a_translation_that_says_something_else_leaves_the_claim_as_it_was_proved(
    index: Index,
    chat: ChatModel,
    server: ChatServer,
    told: str,
    language: str,
    text: str,
    back: str,
) -> None:
    shown, translator = shown_of(index, chat, server, told, language, text, back)
    assert shown == claim_of(index, told)
    assert "could not be proved" in str(translator.note)


def test_the_model_that_translates_back_sees_neither_the_claim_nor_the_question(
    index: Index, chat: ChatModel, server: ChatServer
) -> None:
    text = "市长感谢了议会。"
    shown_of(index, chat, server, THANKED, "Chinese", text, THANKED)
    forth, back = (call["body"]["messages"] for call in server.calls())
    assert "Language: Chinese" in forth[1]["content"]
    assert back[1]["content"] == f"Language: English\nSentence: {text}"
    assert len(back) == 2


def test_what_another_sentence_says_proves_no_translation_back(index: Index) -> None:
    assert holds_too(ROSE, claim_of(index, ROSE), index)
    assert not holds_too(ROSE, claim_of(index, SOLD), index)
    assert not holds_too(ROSE, Claim(ROSE, ()), index)


def test_a_direction_that_the_claim_does_not_tell_is_not_proved(index: Index) -> None:
    claim = claim_of(index, SOLD)
    assert holds_too("The market sold 20 tonnes of fish in 2023.", claim, index)
    assert not holds_too("The fish of the market fell to 20 tonnes in 2023.", claim, index)


def test_a_claim_of_two_sentences_is_held_to_both(index: Index) -> None:
    claim = claim_of(index, THANKED, STAYED)
    assert holds_too("The mayor thanked the council. The mayor did not resign.", claim, index)
    assert not holds_too("The mayor thanked the council. The mayor resigned.", claim, index)


def shown_of(
    index: Index,
    chat: ChatModel,
    server: ChatServer,
    told: str,
    language: str,
    text: str,
    back: str,
) -> tuple[Claim, Translator]:
    """A claim as it is shown after both translations, and who translated it."""
    server.play(*(json.dumps({"text": t}, ensure_ascii=False) for t in (text, back)))
    translator = Translator(chat, index, "？", language, "English", Errands(20))
    work = translator.shown(claim_of(index, told))
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value, translator
