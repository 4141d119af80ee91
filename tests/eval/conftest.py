"""A small world with known scores: two documents, and answers made by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from eval.corpus import Corpus
from eval.dataset import Case
from eval.metrics import Context
from rag.models import Answer, Citation, Claim, Document, Passage, Sentence, Span, Trace, Weighed

REPORT = (
    "In 2023 the port handled 49.158 million TEUs. R&D spending was 4.4% of GDP. "
    "For 2024 the target is 4.5% of GDP. Idle land fell by 15. 1 square kilometers. "
    "In all, 1,215 brands opened a first store. A “WorldSkills  Museum” opened."
)
NOTES = "Gong Zheng chaired the meeting. The plan covers 2023-2026. 49.158 million was quoted."


@dataclass(frozen=True)
class World:
    """Documents by id, and makers of citations, answers and contexts."""

    documents: dict[str, Document] = field(
        default_factory=lambda: {
            name: Document(name, f"{name}.txt", name.title(), text, "0" * 64)
            for name, text in (("report", REPORT), ("notes", NOTES))
        }
    )

    def citation(self, words: str, document: str = "report", quote: str | None = None) -> Citation:
        start = self.documents[document].text.index(words)
        span = Span(start, start + len(words))
        shown = words if quote is None else quote
        source = f"{document}.txt"
        link = f"{document}.{span.start}.{span.end}.00000000"
        return Citation(
            document, source, document.title(), source, None, span, shown, None, (), link
        )

    def answer(self, *claims: tuple[str, Sequence[Citation]], **changes: object) -> Answer:
        values: dict[str, object] = {
            "id": "a1",
            "question": "?",
            "claims": tuple(Claim(text, tuple(citations)) for text, citations in claims),
            "abstained": False,
            "reason": None,
            "confidence": 0.9,
            "nearest": (),
            "engine": "extractive",
            "model": None,
            "index_version": "v1",
        }
        return Answer(**{**values, **changes})  # type: ignore[arg-type]

    def quoting(self, words: str, document: str = "report") -> Answer:
        """The extractive engine's answer: the words themselves, cited."""
        return self.answer((words, [self.citation(words, document)]))

    def abstention(self, reason: str = "Nothing is said about it.") -> Answer:
        return self.answer(abstained=True, reason=reason, confidence=0.1)

    def passage(self, id_: str, text: str, document: str = "report") -> Passage:
        """A passage of whole sentences; its place is that of `text` if the document holds it."""
        start = max(0, self.documents[document].text.find(text))
        ends = [match.end() for match in re.finditer(r"[.!?](?= \D|$)", text)] or [len(text)]
        starts = [0, *(end + 1 for end in ends[:-1])]
        sentences = tuple(
            Sentence(Span(start + a, start + b), text[a:b])
            for a, b in zip(starts, ends, strict=True)
        )
        return Passage(id_, document, Span(start, start + len(text)), (), text, sentences)

    def corpus(self, passages: Mapping[str, str | Passage] | None = None) -> Corpus:
        """The documents with these passages, each given whole or as its text."""
        return Corpus(
            self.documents,
            {
                id_: self.passage(id_, passage) if isinstance(passage, str) else passage
                for id_, passage in (passages or {}).items()
            },
        )

    def trace(
        self,
        passages: Sequence[Passage] = (),
        sentences: Sequence[tuple[Passage, Sentence]] = (),
        **changes: object,
    ) -> Trace:
        """A trace that retrieved and ranked these, best first."""
        values: dict[str, object] = {
            "passages": tuple(Weighed(p.id, p.document_id, p.span, 1.0) for p in passages),
            "sentences": tuple(Weighed(p.id, p.document_id, s.span, 1.0) for p, s in sentences),
        }
        return Trace(**{**values, **changes})  # type: ignore[arg-type]

    def context(
        self, answer: Answer, passages: Mapping[str, str | Passage] | None = None, **case: object
    ) -> Context:
        values = {"id": "c1", "question": "?", **case}
        return Context(Case(**values), answer, self.corpus(passages))  # type: ignore[arg-type]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def said(world: World) -> Callable[..., Context]:
    """A context whose answer says the text (uncited) and whose case expects the phrases."""

    def make(text: str, *expect: str, reject: Sequence[str] = ()) -> Context:
        groups = tuple((phrase,) for phrase in expect)
        return world.context(world.answer((text, [])), expect=groups, reject=tuple(reject))

    return make
