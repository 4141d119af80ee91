"""What a chat model does for a pipeline, put together: it reads questions, writes, translates."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from rag.chat import ChatModel
from rag.clock import Clock
from rag.corpus_language import CorpusLanguage
from rag.engines import Engine, Quoting, Spoken, Worded
from rag.errands import Errands
from rag.index import Index
from rag.known_names import KnownNames
from rag.models import Claim, Trace
from rag.question import Question
from rag.rewriting import Reading, Rewriting
from rag.settings import Settings
from rag.trace import Found
from rag.translation import Translator
from rag.writing import Writing


@dataclass(slots=True)
class Said:
    """An answer under way: its claims as they were proved and as they are shown, and notes."""

    proved: list[Claim] = field(default_factory=list)
    shown: list[Claim] = field(default_factory=list)
    spoken: Spoken = field(default_factory=Spoken)
    notes: tuple[str | None, ...] = ()


class Talking:
    """The engine that answers, and how questions and claims are worded; one model for all.

    Without one it quotes, reads questions by the rules and translates nothing.
    """

    def __init__(self, index: Index, settings: Settings, chat: ChatModel | None) -> None:
        self._seconds = settings.chat.timeout
        self._index = index
        self._language = CorpusLanguage(index)
        self._quoting = Quoting(index, settings.answer)
        self._engine = Writing(chat, index, settings, self._quoting) if chat else self._quoting
        self._chat = chat if settings.chat.rewrite else None
        self.rewriting = Rewriting(
            self._chat, self._language, KnownNames(index), settings.answer.question_chars
        )

    def errands(self) -> Errands:
        """What one question will ask of the model besides the answer."""
        return Errands(self._seconds)

    def tell(
        self,
        question: Question,
        answered: Sequence[Found],
        reading: Reading,
        errands: Errands,
        clock: Clock,
    ) -> Generator[str | Claim, None, Said]:
        """Yield status lines and the claims that hold, in the words for who asked; return all.

        What is quoted or computed stays in the documents' words. No model is asked what the
        documents do not answer.
        """
        engine: Engine = self._engine if answered else self._quoting
        translator = self._translator(reading, errands)
        said = Said()
        with closing(engine.stream(question, answered, deadline=errands.deadline)) as events:
            for event in events:
                if isinstance(event, Spoken):
                    said.spoken = event
                elif isinstance(event, str):
                    yield event
                else:
                    claim = event if isinstance(event, Claim) else event.claim
                    clock.lap(engine.stage)
                    said.proved.append(claim)
                    if isinstance(event, Worded):
                        claim = yield from translator.shown(claim)
                        clock.lap(translator.stage or engine.stage)
                    said.shown.append(claim)
                    yield claim
        clock.lap(engine.stage)
        said.spoken = errands.added_to(said.spoken)
        said.notes = (reading.note, said.spoken.note, translator.note)
        return said

    def close(self) -> None:
        """End the connections to the model's server."""
        self._engine.close()

    def _translator(self, reading: Reading, errands: Errands) -> Translator | AsProved:
        if self._chat is None or reading.language is None or not reading.is_translated:
            return AsProved()
        languages = reading.language, self._language.main
        return Translator(self._chat, self._index, reading.asked, *languages, errands)


class AsProved:
    """Shows claims in the words in which they were proved."""

    stage = None
    note = None

    def shown(self, claim: Claim) -> Generator[str, None, Claim]:
        """Return the claim as it is."""
        yield from ()
        return claim


def traced(trace: Trace, spoken: Spoken, reading: Reading) -> Trace:
    """The trace, with what the model did for the answer and how it read the question."""
    worded = {"read as": reading.text} if reading.by_model else {}
    return replace(
        trace,
        question={**trace.question, **worded},
        usage=dict(spoken.usage),
        prompt=spoken.prompt,
        raw=spoken.raw,
        failure=spoken.failure,
    )
