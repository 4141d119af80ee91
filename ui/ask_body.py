"""A question as programs send it: what it asks, what was said before it, and where to look."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rag.models import Filters, Turn
from ui.whole_text import WholeText

_ASKED: dict[str, Any] = {"question": "What was the container throughput of Shanghai Port in 2023?"}
_FOLLOWED: dict[str, Any] = {
    "question": "And the year before?",
    "history": [{**_ASKED, "answer": "It was 49.158 million TEUs in 2023. [1]"}],
    "since": "2023-01-01",
}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TurnBody(_Body):
    """An earlier exchange of the same conversation."""

    question: WholeText
    answer: WholeText


class AskBody(_Body):
    """A question, what was said before it, and what to look in.

    All filters that are given must hold, and of several values of one any one.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_ASKED, _FOLLOWED]})

    question: WholeText = Field(description="One whole sentence; at most `answer.question_chars`.")
    history: list[TurnBody] = Field(
        default_factory=list, max_length=20, description="Earlier exchanges, the oldest first."
    )
    documents: list[WholeText] = Field(
        default_factory=list, max_length=100, description="Titles or file names."
    )
    since: date | None = Field(default=None, description="Published then or later.")
    until: date | None = Field(default=None, description="Published then or earlier.")
    publishers: list[WholeText] = Field(default_factory=list, max_length=100)
    languages: list[WholeText] = Field(
        default_factory=list, max_length=100, description="Codes such as `en`."
    )
    folders: list[WholeText] = Field(
        default_factory=list, max_length=100, description="Paths inside the ingested folder."
    )
    tags: list[WholeText] = Field(default_factory=list, max_length=100)
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
