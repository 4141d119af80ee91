"""The engine that lets a chat model write, part by part, and falls back to quotes."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import closing

from rag.chat import ChatModel
from rag.engines import EXTRACTIVE, Quoting, Spoken, Worded, supported
from rag.generative import GenerativeEngine, Written
from rag.index import Index
from rag.models import Claim
from rag.question import Question
from rag.settings import Settings
from rag.trace import Found


class Writing:
    """The generative engine, which falls back to quotes."""

    stage = "write"

    def __init__(self, chat: ChatModel, index: Index, settings: Settings, quoting: Quoting) -> None:
        self._chat = chat
        self._engine = GenerativeEngine(chat, index, settings.chat)
        self._quoting = quoting
        self._seconds = settings.chat.timeout

    def stream(
        self,
        question: Question,
        answered: Sequence[Found],
        *,
        deadline: float | None = None,
    ) -> Generator[str | Claim | Worded | Spoken]:
        """What the model writes on each part, as far as it holds; the parts share the time.

        How far the sides of a comparison are apart is told as the extractive engine tells it.
        """
        deadline = time.monotonic() + self._seconds if deadline is None else deadline
        written: list[Written] = []
        told: set[Claim] = set()
        composed = [self._quoting.claims(found) for found in answered]
        for found, quotes in zip(answered, composed, strict=True):
            spoken = self._engine.stream(
                found.question, found.passages, supported(quotes), deadline=deadline
            )
            with closing(spoken):
                for event in spoken:
                    if isinstance(event, Written):
                        written.append(event)
                    elif isinstance(event, str):
                        yield event
                    elif event not in told:
                        told.add(event)
                        yield event if any(event is quote for quote in quotes) else Worded(event)
        yield from supported(self._quoting.computed(question, answered, composed))
        yield _joined(written)

    def close(self) -> None:
        """End the connections to the model's server."""
        self._chat.close()


def _joined(written: Sequence[Written]) -> Spoken:
    """What was written on several parts as one; the model spoke if it spoke on any."""
    if not written:
        return Spoken()
    engines = {part.engine for part in written}
    usage: dict[str, int] = {}
    for part in written:
        for name, count in part.usage.items():
            usage[name] = usage.get(name, 0) + count
    notes = list(dict.fromkeys(part.note for part in written if part.note))
    return Spoken(
        engine=next((e for e in engines if e != EXTRACTIVE), EXTRACTIVE),
        model=written[0].model,
        note=" ".join(notes) or None,
        removed=tuple(claim for part in written for claim in part.removed),
        usage=usage,
        prompt=written[0].prompt,
        raw=tuple(text for part in written for text in part.raw),
        failure=next((part.failure for part in written if part.failure), None),
    )
