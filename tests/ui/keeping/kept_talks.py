"""Conversations to test with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.ui.fake_pipeline import FakePipeline
from ui.keeping.conversations import Conversations
from ui.people.person import Person, Role

ANN = Person("ann", Role.READER)
BEN = Person("ben", Role.ADMIN)
CONTAINERS = "How many containers?"
FERRIES = "When do ferries leave?"
BUDGET = "What is the airport budget?"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def conversation(kept: Conversations, *questions: str, person: Person = ANN) -> str:
    """A conversation in which these questions were asked; its id."""
    pipeline = FakePipeline()
    id_ = kept.begin(person)
    for question in questions:
        kept.add(id_, person, question, pipeline.ask(question))
    return id_


def store(folder: Path) -> Conversations:
    """A store of its own."""
    return Conversations(folder / "office" / "conversations.sqlite3")
