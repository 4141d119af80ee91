"""One question to its answer over one index: read, find, tell, or refuse."""

from __future__ import annotations

import uuid
from collections.abc import Generator, Sequence

from rag.chat import ChatModel
from rag.clock import Clock
from rag.confidence import Model
from rag.embedding import PACKAGED, Embedder
from rag.engines import EXTRACTIVE, Spoken
from rag.extractive import cite
from rag.finder import Finder
from rag.followup import resolve
from rag.index import Index
from rag.models import Answer, Citation, Claim, Filters, Trace, Turn
from rag.rank import Ranker
from rag.refusal import Refusals
from rag.selecting import why_none
from rag.settings import Settings
from rag.smalltalk import small_talk
from rag.talking import Talking, traced
from rag.trace import Found, trace_of

NOTHING_HELD = "There is no document to look in just now; ask again later."


class Answering:
    """Everything that answers from one index, or from a part of one.

    `chat` writes, if there is any; all parts of an index share it.
    """

    def __init__(
        self,
        index: Index,
        embedder: Embedder,
        ranker: Ranker,
        answer_model: Model,
        settings: Settings,
        chat: ChatModel | None,
    ) -> None:
        self.index = index
        self.finder = Finder(index, embedder, ranker, answer_model, settings)
        self._most_near = settings.answer.nearest
        self._talking = Talking(index, settings, chat)
        self._quoting = Talking(index, settings, None)
        self._refusals = Refusals(index, multilingual=embedder.identity.name != PACKAGED)

    def told(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters | None,
        clock: Clock,
        *,
        writes: bool = True,
    ) -> Generator[str | Claim | Answer]:
        """Status lines, claims and the answer; unless a model `writes` it is quoted."""
        talking = self._talking if writes else self._quoting
        documents = self.index.documents
        read = self.finder.read(resolve(question, history))
        reply = small_talk(question, len(documents), follows=bool(history))
        clock.lap("question")
        if reply:
            yield self._answer(question, Found(read), (), reply, Trace(), clock)
            return
        if filters and (nowhere := why_none(filters, list(documents.values()))):
            yield self._answer(question, Found(read), (), nowhere, Trace(), clock)
            return
        errands = talking.errands()
        reading = yield from talking.rewriting.read(question, history, errands)
        read = self.finder.read(reading.text) if reading.by_model else read
        clock.lap("rewrite" if errands.raw else "question")
        yield "Searching the documents"
        answered, refused, whole = self.finder.answered(read, filters, clock)
        if self._refusals.is_foreign(whole):
            answered, refused = [], [whole]  # what it finds is chance
        said = yield from talking.tell(read, answered, reading, errands, clock)
        trace = traced(
            trace_of(whole, answered, refused, said.spoken.removed), said.spoken, reading
        )
        left = self._refusals.rest(read, refused, said.proved) if said.proved else None
        reason = left if said.proved else self._refusals.why(whole, said.spoken.removed)
        told = " ".join(filter(None, (reason, *said.notes))) or None
        yield self._answer(question, whole, said.shown, told, trace, clock, said.spoken)

    def close(self) -> None:
        """End the connections to the model's server."""
        self._talking.close()

    def _answer(
        self,
        asked: str,
        found: Found,
        claims: Sequence[Claim],
        reason: str | None,
        trace: Trace,
        clock: Clock,
        spoken: Spoken = Spoken(),  # noqa: B008  immutable
    ) -> Answer:
        abstained = not claims
        return Answer(
            id=uuid.uuid4().hex,
            question=asked,
            claims=tuple(claims),
            abstained=abstained,
            reason=reason,
            confidence=found.confidence,
            nearest=self._nearest(found) if abstained else (),
            engine=spoken.engine,
            model=spoken.model if spoken.engine != EXTRACTIVE else None,
            index_version=self.index.manifest.version,
            timings_ms=clock.total(),
            trace=trace,
        )

    def _nearest(self, found: Found) -> tuple[Citation, ...]:
        best = found.ranked[: self._most_near]
        documents = self.index.documents
        return tuple(
            cite(documents[s.item.passage.document_id], s.item.sentence.span, s.item.passage)
            for s in best
        )


def nothing_held(question: str, index_version: str) -> Answer:
    """The answer where a bound leaves no document; nothing of the others is told."""
    return Answer(
        id=uuid.uuid4().hex,
        question=question,
        claims=(),
        abstained=True,
        reason=NOTHING_HELD,
        confidence=0.0,
        nearest=(),
        engine=EXTRACTIVE,
        model=None,
        index_version=index_version,
    )
