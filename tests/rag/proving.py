"""The two sides of a proof, made of two sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from rag.context import Shown
from rag.figures import Figure, figures_of
from rag.index import Index
from rag.models import Document, Passage, Sentence, Span
from rag.span import Statement, Support


@dataclass(frozen=True)
class Register:
    """What a proof asks of an index."""

    figures: Sequence[Figure]

    def figures_of_sentence(self, document_id: str, start: int) -> Sequence[Figure]:
        return self.figures


def sides(
    said: str, cited: str, heading: tuple[str, ...] = (), title: str = "Report"
) -> tuple[Statement, Support]:
    """A statement, and the sentence of a document of March 2024 that is to support it."""
    document = Document("d", "d.md", title, cited, "0" * 64, published=date(2024, 3, 1))
    sentence = Sentence(Span(0, len(cited)), cited)
    passage = Passage("p", "d", sentence.span, heading, cited, (sentence,))
    index = cast(Index, Register(figures_of(passage, document)))
    support = Support.of(Shown(1, document, passage, (sentence,)), [sentence], index)
    return Statement.read(said, document), support
