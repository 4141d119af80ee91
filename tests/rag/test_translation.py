"""Questions in another language than the documents, with a real server process that translates."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

import pytest

from rag.models import Answer, Claim, Turn
from rag.pipeline import Pipeline, build_pipeline
from rag.settings import AnswerSettings, ChatSettings, Settings
from rag.translation import is_same_claim, is_same_question
from tests.chat_server import MODEL, ChatServer, Script, chat_server, claims

PORT = "What was the container throughput of Shanghai Port in 2023?"
TRUE = "Shanghai Port's container throughput was 49.158 million TEUs in 2023."
BACK = "The container throughput of Shanghai Port was 49.158 million TEUs in 2023."
GOOD = claims((TRUE, [1]))
ASKED = "上海港2023年的集装箱吞吐量是多少？"
TOLD = "2023年，上海港集装箱吞吐量为4915.8万标准箱。"
FOREIGN = "The question is in Chinese, but the documents are in English; ask in English."
LATE = 1.0


def said(text: str) -> str:
    return json.dumps({"text": text}, ensure_ascii=False)


def asked_of(call: dict[str, Any]) -> str:
    """The user's part of what the server was asked."""
    text: str = call["body"]["messages"][1]["content"]
    return text


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.fixture(scope="module")
def build(sample_index: Settings, server: ChatServer) -> Callable[..., Pipeline]:
    def built(**chat: Any) -> Pipeline:
        settings = ChatSettings(base_url=server.base_url, model=MODEL, kept_answers=0, **chat)
        return build_pipeline(sample_index.model_copy(update={"chat": settings}))

    return built


@pytest.fixture(scope="module")
def pipeline(build: Callable[..., Pipeline], server: ChatServer) -> Iterator[Pipeline]:
    with build(timeout=30) as running:
        server.play(GOOD)
        running.ask(PORT)  # the first call loads libraries
        yield running


def texts(answer: Answer) -> list[str]:
    return [claim.text for claim in answer.claims]


def quotes_are_original(answer: Answer, pipeline: Pipeline) -> bool:
    places = [(pipeline.document(c.document_id).text, c) for c in answer.citations]
    return all(text[c.span.start : c.span.end] == c.quote for text, c in places)


@pytest.mark.parametrize(
    ("question", "told", "language"),
    [
        (ASKED, TOLD, "Chinese"),
        (
            "Wie groß war der Containerumschlag des Hafens von Shanghai im Jahr 2023?",
            "Der Containerumschlag des Hafens von Shanghai betrug 2023 49,158 Millionen TEU.",
            "German",
        ),
    ],
)
def test_a_foreign_question_is_answered_in_its_language_with_the_original_quotes(
    pipeline: Pipeline, server: ChatServer, question: str, told: str, language: str
) -> None:
    server.play(said(PORT), GOOD, said(told), said(BACK))
    answer = pipeline.ask(question)
    translating, writing, showing, checking = server.calls()
    assert "Language: English" in asked_of(translating)
    assert f"Question: {PORT}" in asked_of(writing)
    assert f"Language: {language}" in asked_of(showing)
    assert f"Sentence: {TRUE}" in asked_of(showing)
    assert asked_of(checking) == f"Language: English\nSentence: {told}"
    assert texts(answer) == [told]
    assert [claim.translated for claim in answer.claims] == [True]
    assert "49.158 million" in answer.citations[0].quote
    assert quotes_are_original(answer, pipeline)
    assert answer.reason == f"The question was read as “{PORT}” (translated from {language})."
    assert answer.trace.question["read as"] == PORT
    assert (answer.question, answer.engine) == (question, "generative")
    assert {"rewrite", "write"} <= answer.timings_ms.keys()
    assert len(answer.trace.raw) == 4


@pytest.mark.parametrize(
    "altered",
    [
        "2023年，上海港集装箱吞吐量为4951.8万标准箱。",
        "2023年，上海港集装箱吞吐量为49.158万标准箱。",
        "2022年，上海港集装箱吞吐量为4915.8万标准箱。",
        "2023年，上海港集装箱吞吐量为4915.8万标准箱，增长3%。",
        "上海港集装箱吞吐量为4915.8万标准箱。",
        "The container throughput of Ningbo was 49.158 million TEUs in 2023.",
    ],
)
def test_a_translation_that_alters_a_figure_is_not_shown(
    pipeline: Pipeline, server: ChatServer, altered: str
) -> None:
    server.play(said(PORT), GOOD, said(altered))
    answer = pipeline.ask(ASKED)
    assert texts(answer) == [TRUE]
    assert "1 sentence stays in English" in str(answer.reason)


@pytest.mark.parametrize(
    "translated",
    [
        said("What was the container throughput of Shanghai Port in 2022?"),
        said("What was the container throughput of Shanghai Port?"),
        said("Wie groß war der Containerumschlag des Hafens im Jahr 2023?"),
        said(ASKED),
        said("The question in that language was asked in 2023"),
        said("It was 49.158 million in 2023. It grew. It led the world. Was that it?"),
        said(f"The harbour is bankrupt and its mayor was arrested. {PORT}"),
        said(f"The harbour is bankrupt: {PORT}"),
        said(f"Since trade fell by 99 percent, {PORT}"),
        said(f"Given that the harbour is bankrupt, {PORT}"),
        said("In 2023 the container throughput of Shanghai Port was high."),
    ],
)
def test_a_translated_question_that_says_something_else_is_refused_as_before(
    pipeline: Pipeline, server: ChatServer, translated: str
) -> None:
    server.play(translated, GOOD)
    answer = pipeline.ask(ASKED)
    assert len(server.calls()) == 1
    assert answer.abstained
    assert str(answer.reason).startswith(FOREIGN)
    assert "was not used" in str(answer.reason)


def test_a_model_that_is_down_leaves_the_refusal_and_a_note(
    pipeline: Pipeline, server: ChatServer
) -> None:
    server.play(Script(status=500))
    answer = pipeline.ask(ASKED)
    assert answer.abstained
    assert str(answer.reason).startswith(f"{FOREIGN} The chat model ")
    assert "so the question was not translated" in str(answer.reason)


def test_a_model_that_fails_after_the_proof_leaves_the_claim_as_it_was_proved(
    pipeline: Pipeline, server: ChatServer
) -> None:
    server.play(said(PORT), GOOD, Script(status=500))
    answer = pipeline.ask(ASKED)
    assert texts(answer) == [TRUE]
    assert "stays in English, since the chat model" in str(answer.reason)


def test_what_the_documents_do_not_say_is_refused_after_translation(
    pipeline: Pipeline, server: ChatServer
) -> None:
    read = "How many bridges does Guangzhou have?"
    server.play(said(read))
    answer = pipeline.ask("广州有多少座桥？")
    assert answer.abstained
    assert str(answer.reason) == (
        "The documents do not mention Guangzhou. "
        f"The question was read as “{read}” (translated from Chinese)."
    )
    assert answer.trace.question["read as"] == read
    assert answer.trace.raw
    assert len(server.calls()) == 1


@pytest.mark.parametrize("written", [claims(), Script(status=500), claims(("It sank.", [1]))])
def test_quotes_that_stand_in_for_the_model_are_never_translated(
    pipeline: Pipeline, server: ChatServer, written: str | Script
) -> None:
    server.play(said(PORT), written, said(TOLD))
    answer = pipeline.ask(ASKED)
    assert texts(answer) == texts(pipeline.quoted(PORT))
    assert answer.claims
    assert not any(claim.translated for claim in answer.claims)
    assert not any("Sentence:" in asked_of(call) for call in server.calls())
    assert (answer.engine, answer.model) == ("extractive", None)


@pytest.mark.parametrize(
    "back",
    [
        said("The container throughput of Ningbo Port was 49.158 million TEUs in 2023."),
        said("Shanghai Port's container throughput fell to 49.158 million TEUs in 2023."),
        said("Shanghai Port's container throughput was not 49.158 million TEUs in 2023."),
        said("Shanghai Port's container throughput is planned to be 49.158 million TEUs in 2023."),
        said("Shanghai Port's revenue was 49.158 million dollars in 2023."),
        said(TOLD),
        Script(status=500),
    ],
)
def test_a_translation_whose_translation_back_does_not_hold_is_not_shown(
    pipeline: Pipeline, server: ChatServer, back: str | Script
) -> None:
    server.play(said(PORT), GOOD, said(TOLD), back)
    answer = pipeline.ask(ASKED)
    assert texts(answer) == [TRUE]
    assert not answer.claims[0].translated
    assert "1 sentence stays in English" in str(answer.reason)


def test_a_foreign_follow_up_takes_what_it_leaves_out_from_the_turns_before(
    pipeline: Pipeline, server: ChatServer
) -> None:
    server.play(said(PORT), GOOD, said(TOLD), said(BACK))
    answer = pipeline.ask("那2023年呢？", history=[Turn("上海港的集装箱吞吐量是多少？", "…")])
    assert "上海港" in asked_of(server.calls()[0])
    assert texts(answer) == [TOLD]


@pytest.mark.parametrize("quoting", [True, False])
def test_switched_off_a_foreign_question_is_refused_without_a_call(
    sample_index: Settings, server: ChatServer, quoting: bool
) -> None:
    chat = ChatSettings(base_url=server.base_url, model=MODEL, kept_answers=0, rewrite=quoting)
    answering = AnswerSettings(engine="extractive" if quoting else "generative")
    server.play(said(PORT), GOOD, said(TOLD))
    settings = sample_index.model_copy(update={"chat": chat, "answer": answering})
    with build_pipeline(settings) as pipeline:
        answer = pipeline.ask("Wer hat die Weltmeisterschaft gewonnen?")
    assert server.calls() == []
    assert (answer.abstained, answer.reason) == (True, FOREIGN.replace("Chinese", "German"))


def test_reading_writing_and_showing_share_one_deadline(
    build: Callable[..., Pipeline], server: ChatServer
) -> None:
    with build(timeout=4) as pipeline:
        server.play(GOOD)
        pipeline.ask(PORT)
        server.play(said(PORT), GOOD, Script(said(TOLD), wait=60))
        started = time.monotonic()
        answer = pipeline.ask(ASKED)
        took = time.monotonic() - started
    assert took < 4 + LATE
    assert texts(answer) == [TRUE]
    assert "too slow" in str(answer.reason)


def test_who_leaves_while_a_claim_is_translated_ends_the_calls(
    pipeline: Pipeline, server: ChatServer
) -> None:
    server.play(said(PORT), GOOD, Script(said(TOLD), wait=60))
    events = pipeline.stream(ASKED)
    assert hasattr(events, "close")
    with closing(events):
        seen: list[str | Claim | Answer] = []
        gaps: list[float] = []
        while seen.count("Translating the answer") < 4:
            before = time.monotonic()
            seen.append(next(events))
            if seen[-1] == "Translating the answer":
                gaps.append(time.monotonic() - before)
    left = time.time()
    while server.calls()[2]["hung_up"] is None and time.time() < left + 3:
        time.sleep(0.05)
    assert server.calls()[2]["hung_up"] - left < 2
    assert max(gaps[1:]) < 0.7
    assert not any(isinstance(event, Claim) for event in seen)


GREW = "The GDP of Lyon grew by 4.5 percent to 2.4 billion euros in 2021."
SIGNED = "Anna Roth signed the R&D treaty on July 4, 2021."


@pytest.mark.parametrize(
    ("claim", "language", "text"),
    [
        (GREW, "Chinese", "2021年，里昂的GDP增长4.5%，达到24亿欧元。"),
        (GREW, "German", "Das GDP von Lyon wuchs 2021 um 4,5 Prozent auf 2,4 Milliarden Euro."),
        (GREW, "French", "Le GDP de Lyon a augmenté de 4,5 % à 2,4 milliards d’euros en 2021."),
        (SIGNED, "German", "Anna Roth unterzeichnete den Vertrag über R&D am 4. Juli 2021."),
        (SIGNED, "Chinese", "安娜·罗特于2021年7月4日签署了R&D条约。"),
        ("The hall is open to everybody.", "Swedish", "Hallen är öppen för alla."),
    ],
)
def test_a_faithful_translation_of_a_claim_is_shown(claim: str, language: str, text: str) -> None:
    assert is_same_claim(text, claim, "English", language)


@pytest.mark.parametrize(
    ("claim", "language", "text"),
    [
        (GREW, "German", "Das GDP von Lyon wuchs 2021 um 4.5 Prozent auf 2.4 Milliarden Euro."),
        (GREW, "German", "Das GDP von Lyon wuchs 2021 um 4,5 Prozent auf 2,4 Billionen Euro."),
        (GREW, "German", "Das GDP von Lyon wuchs 2021 um 4,5 Prozentpunkte auf 2,4 Mrd. Euro."),
        (GREW, "German", "Das GDP von Lyon wuchs 2021 um 4,5 Prozent auf 2,4 Milliarden Dollar."),
        (GREW, "German", "Das GDP von Nantes wuchs 2021 um 4,5 Prozent auf 2,4 Milliarden Euro."),
        (GREW, "German", "Das BIP von Lyon wuchs 2021 um 4,5 Prozent auf 2,4 Milliarden Euro."),
        (GREW, "Chinese", "2021年，里昂的GDP增长4.5%，达到24亿美元。"),
        (GREW, "Chinese", "2021年，里昂的经济增长4.5%，达到24亿欧元。"),
        (GREW, "French", "Le GDP de Lyon et de Nice a augmenté de 4,5 % à 2,4 milliards en 2021."),
        (GREW, "Swedish", "Lyons GDP växte med 4,5 procent till 2,4 miljarder euro under 2021."),
        (SIGNED, "German", "Anna Roth unterzeichnete den Vertrag über R&D am 4. Juni 2021."),
        (SIGNED, "German", "Erik Blum unterzeichnete den Vertrag über R&D am 4. Juli 2021."),
        (SIGNED, "Chinese", "安娜·罗特于2021年7月5日签署了R&D条约。"),
        (SIGNED, "Chinese", "Anna Roth signed the R&D treaty on July 4, 2021."),
        ("It sold 300 vans and 40 trams.", "German", "Es verkaufte 40 Wagen und 300 Bahnen."),
        ("The hall is open.", "German", f"Die Halle ist offen. {'Das ist sehr schön. ' * 4}"),
    ],
)
def test_a_translation_of_a_claim_that_says_something_else_is_not(
    claim: str, language: str, text: str
) -> None:
    assert not is_same_claim(text, claim, "English", language)


TURNS = [Turn("Wie viele Brücken wurden 2019 in Lyon gebaut?", "Es waren 12.")]


@pytest.mark.parametrize(
    ("question", "text", "history", "held"),
    [
        ("Wie viele Brücken gab es 2019?", "How many bridges were there in 2019?", (), True),
        ("Wie viele Brücken gab es 2019?", "How many bridges were there in 2018?", (), False),
        ("Wie viele Brücken gab es da?", "How many bridges were there in 2019?", (), False),
        ("Wie viele Brücken gab es da?", "How many bridges were there in 2019?", TURNS, True),
        ("2万座桥是什么时候建成的？", "When were the 20,000 bridges built?", (), True),
        ("2万座桥是什么时候建成的？", "When were the 2,000 bridges built?", (), False),
    ],
)
def test_a_translated_question_keeps_its_numbers_and_adds_none(
    question: str, text: str, history: Sequence[Turn], held: bool
) -> None:
    asked = "Chinese" if "桥" in question else "German"
    assert is_same_question(text, question, history, (asked, "English")) == held
