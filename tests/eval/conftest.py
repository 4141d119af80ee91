"""A small world with known scores: two documents, and answers made by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from eval.dataset import Case
from eval.metrics import Context
from rag.models import Answer, Citation, Claim, Document, Span

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

    def context(
        self, answer: Answer, passages: dict[str, str] | None = None, **case: object
    ) -> Context:
        values = {"id": "c1", "question": "?", **case}
        return Context(Case(**values), answer, self.documents, passages or {})  # type: ignore[arg-type]


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
