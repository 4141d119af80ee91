"""A model that left no time to correct itself counts as slow, so that its answer is not kept."""

from __future__ import annotations

import time

from rag.chat import ChatModel
from rag.generative import GenerativeEngine, Written
from rag.index import Index
from rag.models import Scored
from rag.question import read_question
from rag.settings import ChatSettings
from rag.spelling import Speller
from tests.chat_server import MODEL, chat_server, claims

INVENTED = claims(("Shanghai Port handled 77 million TEUs in 2023.", [1]))


def test_without_time_for_a_correction_the_model_was_slow(toy_index: Index) -> None:
    question = read_question(
        "How many TEUs did Shanghai Port handle?", Speller({}, mends=False), 2000
    )
    passages = [Scored(next(iter(toy_index.passages_of("port"))), 1.0)]
    with chat_server() as server:
        settings = ChatSettings(base_url=server.base_url, model=MODEL, timeout=600)
        with ChatModel(settings) as chat:
            engine = GenerativeEngine(chat, toy_index, settings)
            told = {}
            for seconds in (100, 500):  # a quarter of the 600 is what a correction needs
                server.play(INVENTED)
                until = time.monotonic() + seconds
                *_, written = engine.stream(question, passages, [], deadline=until)
                assert isinstance(written, Written)
                told[len(server.calls())] = written.failure
    assert told == {1: "slow", 2: None}
