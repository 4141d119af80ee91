from __future__ import annotations

import threading

import pytest

from rag.models import Answer
from tests.ui.fake_pipeline import NOTICE, REPORT, FakePipeline
from ui.examples import Examples


class Changing(FakePipeline):
    """Its documents can be changed, and it answers only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.version = "1"
        self.may = threading.Event()
        self.asked: list[str] = []

    @property
    def index_version(self) -> str:
        return self.version

    def quoted(self, question: str) -> Answer:
        self.asked.append(question)
        assert self.may.wait(10)
        return super().quoted(question)

    def hold(self, *documents: object) -> None:
        self._documents = {d.id: d for d in (NOTICE, REPORT) if d in documents}
        self.version += "+"


@pytest.fixture
def pipeline() -> Changing:
    return Changing()


def test_nobody_waits_for_examples_that_take_long(pipeline: Changing) -> None:
    examples = Examples(pipeline)
    assert examples.now(seconds=0.01) == ()
    pipeline.may.set()
    assert examples.now()


def test_examples_are_made_once_for_each_version_of_the_index(pipeline: Changing) -> None:
    pipeline.may.set()
    examples = Examples(pipeline)
    first = examples.now()
    asked = len(pipeline.asked)
    assert examples.now() == first
    assert len(pipeline.asked) == asked
    pipeline.hold()
    assert examples.now() == []


def test_given_questions_are_offered_and_nothing_is_made(pipeline: Changing) -> None:
    examples = Examples(pipeline, ["Why?"])
    examples.renew()
    assert examples.now() == ["Why?"]
    assert pipeline.asked == []
