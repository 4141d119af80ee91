"""What a chat model is given to read: whole passages, by rank, up to a budget of tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rag.instructions import is_instruction, is_split_instruction, visible
from rag.models import Document, Passage, Scored, Sentence
from rag.period import period_of

_BYTES_OF_A_TOKEN = 3
"""Fewer than any usual tokeniser packs, so that the budget holds whichever the model has."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as the model sees it, under the number by which it may be cited (from 1).

    `sentences` are those that tell something: one that gives orders to a model ends them, since
    nobody can say how far the orders go.
    """

    number: int
    document: Document
    passage: Passage
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """What is shown of the passage."""
        return " ".join(visible(sentence.text) for sentence in self.sentences)

    @property
    def title(self) -> str:
        """The document's title, empty if it gives orders."""
        return "".join(_telling([visible(self.document.title)]))

    @property
    def heading(self) -> tuple[str, ...]:
        """The headings above it, from the outermost one, up to the first that gives orders."""
        return tuple(_telling([visible(part) for part in self.passage.heading]))

    @property
    def years(self) -> frozenset[int]:
        """The years that it speaks of, or else those of the nearest heading that names one."""
        published = self.document.published
        reference = published.year if published else None
        return period_of(self.text, self.heading, reference).years


def pack(
    found: Sequence[Scored[Passage]], documents: Mapping[str, Document], most_tokens: int
) -> tuple[Shown, ...]:
    """The passages, best first, that fit into `most_tokens` together; one at least.

    A passage that does not fit is passed over, and the next may.
    """
    shown: list[Shown] = []
    left = most_tokens
    for passage in (scored.item for scored in found):
        texts = tuple(_telling([sentence.text for sentence in passage.sentences]))
        sentences = passage.sentences[: len(texts)]
        made = Shown(len(shown) + 1, documents[passage.document_id], passage, sentences)
        needed = tokens_of(made.text) + tokens_of(" ".join((made.title, *made.heading)))
        if sentences and (needed <= left or not shown):
            shown.append(made)
            left -= needed
    return tuple(shown)


def tokens_of(text: str) -> int:
    """About how many tokens a text takes, rather too many than too few."""
    return -(-len(text.encode()) // _BYTES_OF_A_TOKEN)


def _telling(texts: Sequence[str]) -> Iterator[str]:
    """The texts, up to the first that gives orders, alone or together with the next."""
    for text, after in zip_longest(texts, texts[1:], fillvalue=""):
        if is_instruction(text) or is_split_instruction(text, after):
            return
        yield text
