"""Training groups: a question with the sentence that answers it and several that do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from eval.training.reader_data import (
    ENCYCLOPEDIA,
    Asked,
    Corpus,
    close_negatives,
    dense_negatives,
    hard_negatives,
    pick,
)
from eval.training.reader_edits import Rng, names_in, near_miss, rephrase
from eval.training.reader_traps import make_trap
from rag.embedding import Embedder
from rag.reader import Candidate


@dataclass(frozen=True)
class Pair:
    """One reading exercise; `span` is the answer's offsets, given for the right sentence only."""

    question: str
    candidate: Candidate
    span: tuple[int, int] | None = None


Group = tuple[Pair, ...]  # the right pair first


class Exercises:
    """An endless stream of training groups."""

    def __init__(self, corpus: Corpus, traps: float, seed: int, embedder: Embedder) -> None:
        self._corpus = corpus
        self._traps = traps
        self._rng = np.random.default_rng(seed)
        self._lexical = hard_negatives(corpus)
        self._dense = dense_negatives(corpus, embedder)
        # Expository prose is nearer to what will be read than reviews and chat: it comes twice.
        twice = [at for at, asked in enumerate(corpus.asked) if asked.source == ENCYCLOPEDIA]
        self._turns = [*range(len(corpus.asked)), *twice]
        self._paragraphs = corpus.by_paragraph()
        self._names: dict[int, list[str]] = {}
        for asked in corpus.asked:
            names = self._names.setdefault(corpus.lines[asked.gold].article, [])
            names += [match.group() for match in names_in(asked.text)]

    def __len__(self) -> int:
        return len(self._corpus.asked)

    def __iter__(self) -> Iterator[Group]:
        while True:
            for at in self._rng.permutation(self._turns):
                while self._rng.random() < self._traps:
                    yield trap_group(self._rng)
                yield self.group(int(at))

    def group(self, at: int, close: int = 2, hard: int = 3) -> Group:
        """Build the group of one question, differently each time."""
        asked, rng = self._corpus.asked[at], self._rng
        question = rephrase(rng, asked.text)
        gold = self._candidate(asked.gold)
        right = Pair(question, gold, asked.span)
        paragraph = self._paragraphs[self._corpus.lines[asked.gold].paragraph]
        wrong = pick(rng, close_negatives(self._corpus, asked, paragraph), close)
        wrong += pick(rng, self._lexical[at], hard // 2)
        wrong += pick(rng, self._dense[at], hard - hard // 2)
        wrong += [int(rng.integers(len(self._corpus.lines)))] if rng.random() < 0.4 else []
        pairs = [Pair(question, self._candidate(line)) for line in wrong]
        return (right, *pairs, *self._miss(asked, gold))

    def _miss(self, asked: Asked, gold: Candidate) -> list[Pair]:
        names = self._names[self._corpus.lines[asked.gold].article]
        edited = near_miss(self._rng, asked.text, gold, names)
        return [Pair(rephrase(self._rng, edited), gold)] if edited else []

    def _candidate(self, line: int) -> Candidate:
        return self._corpus.lines[line].candidate(with_context=self._rng.random() < 0.7)


def trap_group(rng: Rng) -> Group:
    """A made-up statistic as a group."""
    trap = make_trap(rng)
    question = rephrase(rng, trap.question)
    return (
        Pair(question, trap.right, trap.span),
        *(Pair(question, candidate) for candidate in trap.wrong),
    )
