"""A question as programs send it: what it asks, what was said before it, and where to look."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rag.models import Filters, Turn


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TurnBody(_Body):
    """An earlier exchange of the same conversation."""

    question: str
    answer: str


class AskBody(_Body):
    """A question, what was said before it, and what to look in."""

    question: str
    history: list[TurnBody] = Field(default_factory=list, max_length=20)
    documents: list[str] = Field(default_factory=list, max_length=100)
    since: date | None = None
    until: date | None = None
    publishers: list[str] = Field(default_factory=list, max_length=100)
    languages: list[str] = Field(default_factory=list, max_length=100)
    folders: list[str] = Field(default_factory=list, max_length=100)
    tags: list[str] = Field(default_factory=list, max_length=100)
    trace: bool = Field(default=False, description="Also tell how the answer came about.")

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of `Pipeline.stream`."""
        filters = Filters(
            documents=tuple(self.documents),
            since=self.since,
            until=self.until,
            publishers=tuple(self.publishers),
            languages=tuple(self.languages),
            folders=tuple(self.folders),
            tags=tuple(self.tags),
        )
        history = [Turn(turn.question, turn.answer) for turn in self.history]
        return {"history": history, "filters": None if filters == Filters() else filters}
