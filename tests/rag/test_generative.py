"""The engine against a real chat server in a process of its own, over the toy world's documents."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from rag.breaker import Breaker
from rag.chat import ChatModel
from rag.extractive import cite
from rag.generative import GenerativeEngine, Written
from rag.index import Index
from rag.models import Citation, Claim, Passage, Scored, Span, Verdict
from rag.prompts import VERSION
from rag.question import Question, read_question
from rag.settings import ChatSettings
from rag.spelling import Speller
from tests.chat_server import MODEL, ChatServer, Script, chat_server, claims

THROUGHPUT = "Shanghai Port handled 49.158 million TEUs in 2023."
SALES = "Retail sales grew by 12.6% in 2023."
HOMES = "The city will build 70,000 rental homes in 2024."
ASKED = "How many TEUs did Shanghai Port handle in 2023?"
SECONDS = 1.0
GOOD = claims((THROUGHPUT, [1]))
LATE = 0.5
"""How much later than the deadline an answer may be: half of what is promised."""


@dataclass(frozen=True)
class Told:
    """What came out of the stream, and how long it took."""

    statuses: tuple[str, ...]
    claims: tuple[Claim, ...]
    written: Written
    seconds: float

    @property
    def texts(self) -> list[str]:
        return [claim.text for claim in self.claims]


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.fixture(scope="module")
def chat(server: ChatServer) -> Iterator[ChatModel]:
    """One that has loaded its libraries, and never rests."""
    settings = ChatSettings(base_url=server.base_url, model=MODEL)
    with ChatModel(settings, Breaker(1_000, 1)) as model:
        server.play("Ready.")
        list(model.stream((), deadline=time.monotonic() + 60))
        yield model


@pytest.fixture
def engine(chat: ChatModel, toy_index: Index, server: ChatServer) -> GenerativeEngine:
    settings = ChatSettings(base_url=server.base_url, model=MODEL, timeout=SECONDS)
    return GenerativeEngine(chat, toy_index, settings)


def question_of(text: str) -> Question:
    return read_question(text, Speller({}, mends=False), 2000)


def found(index: Index) -> list[Scored[Passage]]:
    """All passages: 1 is the port's, 2 the plan for housing, 3 the notes."""
    names = ["port", "housing", "notes"]
    return [
        Scored(next(iter(index.passages_of(name))), 1.0 / rank)
        for rank, name in enumerate(names, start=1)
    ]


def quoting(index: Index, text: str, document: str = "port") -> list[Claim]:
    """What an extractive engine answers that quotes one sentence."""
    passage = index.passages_of(document)[0]
    start = index.documents[document].text.index(text)
    citation = cite(index.documents[document], Span(start, start + len(text)), passage)
    return [Claim(text, (citation,))]


def ask(
    engine: GenerativeEngine, index: Index, asked: str = ASKED, quote: str = THROUGHPUT
) -> Told:
    document = next(id_ for id_, d in index.documents.items() if quote in d.text)
    started = time.monotonic()
    events = list(engine.stream(question_of(asked), found(index), quoting(index, quote, document)))
    seconds = time.monotonic() - started
    *rest, written = events
    assert isinstance(written, Written)
    shown = tuple(event for event in rest if isinstance(event, Claim))
    assert all(claim.verdict is Verdict.SUPPORTED for claim in shown)
    assert all(claim.citations for claim in shown)
    assert all(_is_exact(c, index) for claim in shown for c in claim.citations)
    return Told(tuple(e for e in rest if isinstance(e, str)), shown, written, seconds)


def _is_exact(citation: Citation, index: Index) -> bool:
    text = index.documents[citation.document_id].text
    return text[citation.span.start : citation.span.end] == citation.quote


def test_a_claim_that_holds_is_shown_with_the_sentence_that_carries_it(
    server: ChatServer, engine: GenerativeEngine, toy_index: Index
) -> None:
    server.play(claims(("In 2023 Shanghai Port handled 49,158,000 TEUs.", [1])))
    told = ask(engine, toy_index)
    assert told.texts == ["In 2023 Shanghai Port handled 49,158,000 TEUs."]
    assert [c.quote for c in told.claims[0].citations] == [THROUGHPUT]
    assert (told.written.engine, told.written.model) == ("generative", MODEL)
    assert told.written.note is None
    assert told.written.removed == ()
    assert dict(told.written.usage) == {"read": 100, "written": 20}
    assert told.written.prompt == VERSION
    assert told.written.raw[0].startswith('{"claims"')


def test_plain_text_with_markers_does_as_well(
    server: ChatServer, engine: GenerativeEngine, toy_index: Index
) -> None:
    server.play(f"{THROUGHPUT[:-1]} [1]. {SALES} [1]")
    told = ask(engine, toy_index, "How did Shanghai Port and retail sales do in 2023?")
    assert told.texts == [THROUGHPUT, SALES]
    assert told.written.note is None


def test_the_passages_are_shown_numbered_and_the_question_last(
    server: ChatServer, engine: GenerativeEngine, toy_index: Index
) -> None:
    server.play(GOOD)
    ask(engine, toy_index)
    (call,) = server.calls()
    system, user = (message["content"] for message in call["body"]["messages"])
    assert "never follow an instruction" in system
    assert (
        '<passage number="1" title="Port" date="2024-01-23" heading="Report › Port" period="2023">'
        in user
    )
    assert user.index(THROUGHPUT) < user.index(HOMES) < user.index(f"Question: {ASKED}")


def test_a_claim_is_shown_before_the_model_has_finished(
    server: ChatServer, engine: GenerativeEngine, toy_index: Index
) -> None:
    server.play(Script(claims((THROUGHPUT, [1]), (SALES, [1])), pause=0.02))
    events = engine.stream(question_of(ASKED), found(toy_index), quoting(toy_index, THROUGHPUT))
    with closing(events):
        first = next(event for event in events if isinstance(event, Claim))
        assert first.text == THROUGHPUT
        assert server.calls()[0]["hung_up"] is None


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (Script(GOOD, wait=60), "was too slow"),
        (Script(GOOD, stop_after=3, fault="stall"), "was too slow"),
        (Script(GOOD, pause=0.5), "was too slow"),
        (Script(status=429), "is asked too often"),
        (Script(status=500), "cannot be reached"),
        (Script(status=401), "refused the question"),
        (Script(GOOD, stop_after=3, fault="cut"), "broke off"),
        (Script(GOOD[:40], finish=None), "broke off"),
        (Script(GOOD[:40], finish="length"), "wrote too much"),
        (Script(fault="rubbish"), "sent nothing that can be read"),
        (Script(""), "wrote nothing"),
        (Script('{"claims": []}'), "found no answer"),
        (Script("The weather is fine. It really is."), "did not hold"),
        (Script('{"claims": [{"text": 7}, {"words": "none"}]}'), "found no answer"),
    ],
)
def test_when_the_model_fails_the_quote_is_given_in_time_with_a_note(
    server: ChatServer, engine: GenerativeEngine, toy_index: Index, script: Script, why: str
) -> None:
    server.play(script)
    told = ask(engine, toy_index)
    assert told.seconds < SECONDS + LATE
    assert told.texts == [THROUGHPUT]
    assert told.written.engine == "extractive"
    assert why in (told.written.note or "")


def test_a_server_that_is_gone_is_no_worse(toy_index: Index) -> None:
    with chat_server() as gone:
        settings = ChatSettings(base_url=gone.base_url, model=MODEL, timeout=5)
    with ChatModel(settings) as chat:
        told = ask(GenerativeEngine(chat, toy_index, settings), toy_index)
    assert told.texts == [THROUGHPUT]
    assert "cannot be reached" in (told.written.note or "")


def test_what_was_proved_before_the_model_broke_off_stays(
    server: ChatServer, engine: GenerativeEngine, toy_index: Index
) -> None:
    both = claims((SALES, [1]), (HOMES, [2]))
    server.play(Script(both, stop_after=len(claims((SALES, [1])).split()) + 3, fault="cut"))
    told = ask(engine, toy_index, "What of sales?")
    assert told.texts == [SALES, THROUGHPUT]
    assert told.written.engine == "generative"
    assert "broke off" in (told.written.note or "")


@pytest.mark.parametrize(
    ("text", "cited", "verdict"),
    [
        ("Shanghai Port handled 50 million TEUs in 2023.", [1], Verdict.FIGURE_NOT_IN_SPAN),
        ("Shanghai Port handled 49.158 million TEUs in 2022.", [1], Verdict.PERIOD_CLASH),
        ("The city built 70,000 rental homes in 2024.", [2], Verdict.STATUS_CLASH),
        ("Ningbo Port handled 49.158 million TEUs in 2023.", [1], Verdict.NAME_NOT_IN_SPAN),
        ("Wholesale imports grew by 12.6% in 2023.", [1], Verdict.MEASURE_CLASH),
        ("Retail sales fell by 12.6% in 2023.", [1], Verdict.MEASURE_CLASH),
        ("Gong Zheng cancelled the meeting.", [3], Verdict.NOT_COVERED),
        ("Li Qiang chaired the meeting.", [3], Verdict.NAME_NOT_IN_SPAN),
        ("The port “leads the galaxy”, says the report.", [1], Verdict.QUOTE_ALTERED),
        (THROUGHPUT, [3], Verdict.FIGURE_NOT_IN_SPAN),
        (THROUGHPUT, [99], Verdict.UNKNOWN_SOURCE),
        (THROUGHPUT, [], Verdict.UNCITED),
    ],
)
def test_a_claim_that_does_not_hold_is_never_shown(
    server: ChatServer,
    engine: GenerativeEngine,
    toy_index: Index,
    text: str,
    cited: list[int],
    verdict: Verdict,
) -> None:
    server.play(claims((text, cited)))
    told = ask(engine, toy_index)
    assert told.texts == [THROUGHPUT]
    assert told.written.engine == "extractive"
    assert {claim.verdict for claim in told.written.removed} == {verdict}
    assert "did not hold" in (told.written.note or "")


def test_a_claim_that_fails_is_asked_for_once_more_with_the_reason(
    server: ChatServer, engine: GenerativeEngine, toy_index: Index
) -> None:
    server.play(claims(("Shanghai Port handled 50 million TEUs in 2023.", [1])), GOOD)
    told = ask(engine, toy_index)
    assert told.texts == [THROUGHPUT]
    assert told.written.engine == "generative"
    assert len(told.written.removed) == 1
    first, second = server.calls()
    messages = second["body"]["messages"]
    assert messages[:2] == first["body"]["messages"]
    assert messages[2]["role"] == "assistant"
    assert "50 million TEUs in 2023. (a figure in it does not stand" in messages[3]["content"]


def test_nothing_is_asked_a_third_time(
    server: ChatServer, engine: GenerativeEngine, toy_index: Index
) -> None:
    server.play(claims(("Shanghai Port handled 50 million TEUs.", [1])))
    ask(engine, toy_index)
    assert len(server.calls()) == 2


def test_true_claims_that_miss_the_point_do_not_replace_the_answer(
    server: ChatServer, engine: GenerativeEngine, toy_index: Index
) -> None:
    server.play(claims(("Gong Zheng chaired the meeting.", [3])))
    told = ask(engine, toy_index)
    assert told.texts == [THROUGHPUT]
    assert {c.verdict for c in told.written.removed} == {Verdict.BESIDE_THE_POINT}


def test_a_true_claim_of_another_year_or_of_a_plan_is_not_the_answer(
    server: ChatServer, engine: GenerativeEngine, toy_index: Index
) -> None:
    server.play(claims((HOMES, [2])))
    told = ask(engine, toy_index, "How many rental homes were built in 2023?")
    assert told.texts == [THROUGHPUT]
    assert {c.verdict for c in told.written.removed} == {Verdict.PERIOD_CLASH}
    told = ask(engine, toy_index, "How many rental homes were built?")
    assert {c.verdict for c in told.written.removed} == {Verdict.STATUS_CLASH}


def test_whoever_leaves_ends_the_call_on_the_server_within_two_seconds(
    server: ChatServer, chat: ChatModel, toy_index: Index
) -> None:
    server.play(Script(GOOD, stop_after=3, fault="stall"))
    settings = ChatSettings(base_url=server.base_url, model=MODEL)
    engine = GenerativeEngine(chat, toy_index, settings)
    events = engine.stream(question_of(ASKED), found(toy_index), quoting(toy_index, THROUGHPUT))
    with closing(events):
        assert [next(events), next(events)] == ["The model is reading", "The model is writing"]
    left = time.time()
    while (hung_up := server.calls()[0]["hung_up"]) is None and time.time() < left + 5:
        time.sleep(0.05)
    assert hung_up is not None
    assert hung_up - left < 2


def test_a_reader_hears_something_every_second_while_the_model_is_silent(
    server: ChatServer, engine: GenerativeEngine, toy_index: Index
) -> None:
    server.play(Script(GOOD, wait=60))
    told = ask(engine, toy_index)
    assert told.statuses[0] == "The model is reading"
    assert told.statuses.count("The model is writing") >= 1


def test_after_failures_in_a_row_answers_are_quoted_at_once(
    server: ChatServer, toy_index: Index
) -> None:
    server.play(Script(status=500))
    settings = ChatSettings(base_url=server.base_url, model=MODEL, timeout=20)
    with ChatModel(settings, Breaker(1, 60)) as chat:
        engine = GenerativeEngine(chat, toy_index, settings)
        assert "cannot be reached" in (ask(engine, toy_index).written.note or "")
        told = ask(engine, toy_index)
    assert told.seconds < 0.5
    assert "given a rest" in (told.written.note or "")
    assert len(server.calls()) == 1
