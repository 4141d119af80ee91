"""What somebody types to find a measure, put into words that the measures have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from rag.figures import Figure
from rag.text import is_content, term, terms, words

_LEAST_LIKE = 80
"""From 0 to 100; one letter of five amiss is still alike."""
_LEAST_LETTERS = 4
"""In a shorter word one wrong letter makes another word too easily."""


class Vocabulary:
    """The words of all measures."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        counted = Counter(w for f in figures for w in words(f.measure) if is_content(w))
        # The commonest first, so that of several words that fit it is taken.
        self._words = [word for word, _ in sorted(counted.items(), key=lambda e: (-e[1], e[0]))]
        self._terms = frozenset(found for word in self._words for found in terms(word))

    def mended(self, typed: str) -> str:
        """The text with each word that no measure has replaced by the nearest that one has.

        The last word may be begun only; a word that is like none stays, so that nothing is found.
        """
        said = words(typed)
        return " ".join(self._mended(word, word is said[-1]) for word in said)

    def _mended(self, word: str, last: bool) -> str:
        if not is_content(word) or self._terms.issuperset(terms(word)):
            return word
        begun = next((known for known in self._words if known.startswith(word)), None)
        if last and begun:
            return begun
        return self._nearest(word) or word

    def _nearest(self, word: str) -> str | None:
        if len(word) < _LEAST_LETTERS:
            return None
        found = process.extractOne(word, self._words, scorer=fuzz.ratio, score_cutoff=_LEAST_LIKE)
        return str(found[0]) if found else None


def is_other(typed: str, mended: str) -> bool:
    """Whether mending changed what is looked for, and not only its form."""
    return _terms(typed) != _terms(mended)


def _terms(text: str) -> Sequence[str]:
    return [term(word) for word in words(text)]
