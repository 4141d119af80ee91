"""A chat model writes, code decides what is shown: only claims whose proof holds, or the quotes.

What the model drafts is proved sentence by sentence while it writes on. A sentence that fails is
asked for once more, with the reason; what then still fails is replaced by what the extractive
engine quotes. Whatever happens to the model, an answer is there by the deadline.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from rag.chat import ChatModel, Message
from rag.context import Shown, pack
from rag.drafts import Draft, Drafting
from rag.errors import ChatError, Failure
from rag.index import Index
from rag.models import Claim, Passage, Scored, Verdict
from rag.pertinence import misses, overlap
from rag.prompts import VERSION, answer_prompt, answer_schema, repair_prompt
from rag.proof import prove
from rag.question import Question
from rag.settings import ChatSettings

ENGINE = "generative"
_MOST_CLAIMS = 5
_BEAT_SECONDS = 0.5
"""How long a reader waits for a sign of life, at most: whoever left is noticed by then."""
_REPAIR_SHARE = 0.25
"""The share of the time allowed that must be left to ask the model again."""
WHY: Mapping[Failure, str] = {
    Failure.DOWN: "cannot be reached",
    Failure.SLOW: "was too slow",
    Failure.CUT_OFF: "broke off",
    Failure.TOO_LONG: "wrote too much",
    Failure.LIMITED: "is asked too often at the moment",
    Failure.REFUSED: "refused the question",
    Failure.RUBBISH: "sent nothing that can be read",
    Failure.EMPTY: "wrote nothing",
    Failure.RESTING: "failed several times and is given a rest",
}
"""For readers of an answer, who need no address of a server; `policyqa status` tells that."""


@dataclass(frozen=True, slots=True)
class Written:
    """How the writing went; the last thing that `GenerativeEngine.stream` yields.

    `engine` is the one whose claims were shown. `note` tells a reader what went wrong, if anything
    did; `removed` holds the sentences that did not hold; `usage` counts the tokens read and
    written, where the server tells; `prompt` and `raw` are the prompt's version and the model's
    texts as they came.
    """

    engine: str
    model: str
    note: str | None
    removed: tuple[Claim, ...]
    usage: Mapping[str, int]
    prompt: str
    raw: tuple[str, ...]
    failure: str | None = None


@dataclass(slots=True)
class _Work:
    """One question under way."""

    question: Question
    shown: tuple[Shown, ...]
    deadline: float
    quotes: Sequence[Claim]
    claims: list[Claim] = field(default_factory=list)
    failed: list[tuple[Draft, Claim]] = field(default_factory=list)
    removed: list[Claim] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    error: ChatError | None = None
    hurried: bool = False

    @property
    def failure(self) -> str | None:
        """How the model failed; it was slow as well where no time was left for a correction."""
        late = Failure.SLOW.value if self.hurried else None
        return self.error.failure.value if self.error else late


class GenerativeEngine:
    """Writes answers with a chat model, over one generation of the index."""

    def __init__(self, chat: ChatModel, index: Index, settings: ChatSettings) -> None:
        self._chat = chat
        self._index = index
        self._settings = settings

    def stream(
        self,
        question: Question,
        passages: Sequence[Scored[Passage]],
        quotes: Sequence[Claim],
        *,
        deadline: float | None = None,
    ) -> Generator[str | Claim | Written]:
        """Status lines, claims as soon as they are proved, and how it went.

        `passages` come best first; `quotes` are what the extractive engine would answer. The model
        has until `deadline` (of `time.monotonic()`), or as long as the settings allow. Something is
        yielded at least every half second, and closing the iterator ends the model's work.
        """
        documents = self._index.documents
        work = _Work(
            question,
            pack(passages, documents, self._settings.context_tokens),
            deadline if deadline is not None else time.monotonic() + self._settings.timeout,
            quotes,
        )
        yield "The model is reading"
        try:
            if work.shown:
                yield from self._write(work)
        except ChatError as error:
            work.error = error
        work.removed += [claim for _, claim in work.failed]
        work.removed = list(dict.fromkeys(work.removed))
        left = _left_to_quote(work)
        yield from left
        yield self._written(work, left)

    def _write(self, work: _Work) -> Iterator[str | Claim]:
        """The answer, and then once more what did not hold of it."""
        asked = answer_prompt(work.question.text, work.shown)
        yield from self._proved(work, asked, "The model is writing")
        left = work.deadline - time.monotonic()
        work.hurried = bool(work.failed) and left < _REPAIR_SHARE * self._settings.timeout
        if not work.failed or work.hurried:
            return
        failed, work.failed = work.failed, []
        work.removed += [claim for _, claim in failed]
        reasons = [(draft, claim.verdict) for draft, claim in failed]
        again = repair_prompt(asked, work.raw[-1], reasons)
        yield from self._proved(work, again, "The model is correcting itself")

    def _proved(
        self, work: _Work, messages: Sequence[Message], status: str
    ) -> Iterator[str | Claim]:
        """What holds of one text by the model, as it is written."""
        drafting = Drafting()
        said = time.monotonic()
        schema = answer_schema(len(work.shown))
        pieces = self._chat.stream(messages, deadline=work.deadline, schema=schema)
        try:
            with closing(pieces):
                for piece in pieces:
                    for kind, count in piece.usage.items():
                        work.usage[kind] = work.usage.get(kind, 0) + count
                    for claim in self._held(work, drafting.take(piece.text)):
                        yield claim
                        said = time.monotonic()
                    if time.monotonic() - said >= _BEAT_SECONDS:
                        yield status
                        said = time.monotonic()
            yield from self._held(work, drafting.finish())
        finally:
            work.raw.append(drafting.text)

    def _held(self, work: _Work, drafts: Iterator[Draft]) -> Iterator[Claim]:
        """The drafts that hold, as claims; the others are put aside."""
        for draft in drafts:
            claim = self._judged(work, draft)
            known = [*work.claims, *(other for _, other in work.failed)]
            if any(claim.text == other.text for other in known):
                continue
            if claim.verdict is not Verdict.SUPPORTED:
                work.failed.append((draft, claim))
            elif len(work.claims) < _MOST_CLAIMS:
                work.claims.append(claim)
                yield claim

    def _judged(self, work: _Work, draft: Draft) -> Claim:
        """The draft's claim: it must hold, and be about the time and status asked about."""
        claim = prove(draft, work.shown, self._index)
        if claim.verdict is not Verdict.SUPPORTED:
            return claim
        return replace(claim, verdict=misses(work.question, claim, work.quotes, self._index))

    def _written(self, work: _Work, quotes: Sequence[Claim]) -> Written:
        return Written(
            engine=ENGINE if work.claims else "extractive",
            model=self._chat.name,
            note=_note(work, bool(quotes)),
            removed=tuple(work.removed),
            usage=dict(work.usage),
            prompt=VERSION,
            raw=tuple(work.raw),
            failure=work.failure,
        )


def _left_to_quote(work: _Work) -> list[Claim]:
    """The quotes that the answer still needs.

    All of them if the claims stand on none of the sentences that were found to answer; otherwise
    those not stood on, if something that the model wrote did not hold or it did not finish.
    """
    new = [quote for quote in work.quotes if not any(overlap(quote, own) for own in work.claims)]
    complete = not work.error and not work.failed
    return [] if len(new) < len(work.quotes) and complete else new


def _note(work: _Work, quoted: bool) -> str | None:
    """What a reader should know of how the answer came about; nothing if all went well."""
    notes = []
    if work.error is not None:
        why = WHY.get(work.error.failure, "failed")
        notes.append(f"The chat model {why}, so the documents are quoted.")
    elif not work.claims and not work.removed:
        notes.append("The chat model found no answer, so the documents are quoted.")
    if work.removed:
        count = len(work.removed)
        what = "1 sentence" if count == 1 else f"{count} sentences"
        notes.append(
            f"{what} by the model did not hold and {'was' if count == 1 else 'were'} left out"
            f"{', quotes stand instead' if quoted else ''}."
        )
    return " ".join(notes) or None
