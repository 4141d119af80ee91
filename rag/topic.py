"""What a question is about, and what the documents hold of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rag.index import Index
from rag.models import Scored
from rag.names import names_in
from rag.rank import Candidate
from rag.terms import measure_words
from rag.text import is_content, terms, words
from rag.trace import Found

_ON_TOPIC = 0.6
"""Share of what is asked about, by weight, that a sentence on it holds with its headings."""
_ATLANTIC = (
    (r"tre(s?)$", r"ter\1"), (r"ter(s?)$", r"tre\1"), (r"our", "or"), (r"or", "our"),
    (r"([iy])s(?=e|ing|ation)", r"\1z"), (r"([iy])z(?=e|ing|ation)", r"\1s"),
    (r"ll(?=ed|ing|er)", "l"), (r"l(?=ed|ing|er)", "ll"), (r"nce$", "nse"), (r"nse$", "nce"),
    (r"gramme", "gram"), (r"ogue$", "og"), (r"ae|oe", "e"),
)  # fmt: skip
"""British and American endings, one for the other."""


__all__ = ["Topic", "held_by", "names_in", "subject_of"]


class Topic:
    """Finds what the documents of one index hold of what a question is about."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def sentences(self, found: Found) -> list[Scored[Candidate]]:
        """The candidates that hold what is asked about, in themselves or in their headings."""
        weights = self.weights(found)
        least = _ON_TOPIC * sum(weights.values())
        return [
            scored
            for scored in found.ranked
            if weights and _share(weights, held_by(scored.item)) >= least
        ]

    def weights(self, found: Found) -> dict[str, float]:
        """The words for what is asked about, each with its weight."""
        told = measure_words(found.question.text)
        return {word: sum(map(self._index.weight, terms(word))) for word in told}

    def knows(self, word: str) -> bool:
        """Whether the documents hold the word, spelt in the British or the American way."""
        return any(all(map(self._index.knows, terms(form))) for form in _spellings(word))


def held_by(candidate: Candidate) -> set[str]:
    """The search terms of a sentence and of the headings above it."""
    return set(terms(" ".join((*candidate.passage.heading, candidate.sentence.text))))


def _share(weights: Mapping[str, float], held: set[str]) -> float:
    return sum(weight for word, weight in weights.items() if set(terms(word)) <= held)


def subject_of(text: str, held: set[str]) -> str:
    """The longest run of the question's words for what it asks about that the documents hold."""
    measured = set(measure_words(text))
    runs: list[list[str]] = [[]]
    for token in text.split():
        told = words(token)
        if told and all(w in measured and set(terms(w)) <= held for w in told):
            runs[-1].append(token.strip(",.;:?!"))
        elif runs[-1] and told and not any(map(is_content, told)):
            runs[-1].append(token)
        else:
            runs.append([])
    return max(map(_trimmed, runs), key=len)


def _trimmed(run: list[str]) -> str:
    """A run of words without the grammar at its end."""
    while run and not any(map(is_content, words(run[-1]))):
        run = run[:-1]
    return " ".join(run)


def _spellings(word: str) -> Iterator[str]:
    """The word as it is, and as it is written on the other side of the Atlantic."""
    yield word
    for one, other in _ATLANTIC:
        yield re.sub(one, other, word)
