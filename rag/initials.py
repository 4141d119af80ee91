"""Words of the documents whose initials spell an abbreviation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache

from rag.embedding import Vectors
from rag.text import is_content, term_set

_LINKS = "a an and by for in of on the to with".split()
"""Small words whose initials are usually left out."""
_GAP = rf"(?:[ \t&-]{{1,3}}|\n)(?:(?:{'|'.join(_LINKS)})\s){{0,2}}"
_REST = r"[A-Za-z]*(?:['’-][A-Za-z]+)*?"
"""A word after its initial; a compound is one word, or as many as it has parts."""
_NAMED, _LEAST, _LEAD = 3, 2, 3
"""A reading in capitals counts thrice; the best counts twice or more, and thrice the next."""
_SURE_LETTERS = 3
"""Two letters fit too much by chance."""
_COMPARED, _ALIKE, _APART = 30, 0.5, 0.1
"""Readings whose meaning is compared, the least cosine with the short form, and the least lead."""


class Initials:
    """Finds what an abbreviation stands for among the word sequences of some texts."""

    def __init__(self, texts: Sequence[str], embed: Callable[[Sequence[str]], Vectors]) -> None:
        self._texts = texts
        self._embed = embed
        self.words_for = lru_cache(maxsize=1024)(self._words_for)

    def _words_for(self, short: str) -> str | None:
        """The words that an abbreviation stands for, if one reading stands out.

        Two letters, or small ones, which may be a slip, need a reading that means the same.
        """
        forms: dict[frozenset[str], str] = {}
        counts: Counter[frozenset[str]] = Counter()
        for reading in self._readings(short):
            key = term_set(reading)
            forms.setdefault(key, reading)
            counts[key] += _NAMED if _is_name(reading) else 1
        ordered = counts.most_common(_COMPARED)
        if not ordered:
            return None
        rival = ordered[1][1] if len(ordered) > 1 else 0
        sure = len(short) >= _SURE_LETTERS and short.isupper()
        if sure and ordered[0][1] >= max(_LEAST, _LEAD * rival):
            return forms[ordered[0][0]]
        return self._nearest(short, [forms[key] for key, _ in ordered])

    def _nearest(self, short: str, readings: Sequence[str]) -> str | None:
        """The reading that means what the short form means, as the embedding model knows it."""
        vectors = self._embed([short.upper(), *readings])
        cosines = (vectors[1:] @ vectors[0]).tolist()
        best = max(cosines)
        alone = sum(best - cosine < _APART for cosine in cosines) == 1
        return readings[cosines.index(best)] if best >= _ALIKE and alone else None

    def _readings(self, short: str) -> Iterator[str]:
        """Every place where words that begin and end with content have these initials."""
        initials = (f"[{letter.lower()}{letter.upper()}]{_REST}" for letter in short)
        for match in re.finditer(rf"\b(?=({_GAP.join(initials)})\b)", self._text):
            said = match.group(1).split()
            if len(term_set(match.group(1))) > 1 and all(
                is_content(end.lower()) for end in (said[0], said[-1])
            ):
                yield " ".join(said)

    @cached_property
    def _text(self) -> str:
        return "\n\n".join(self._texts)


def _is_name(reading: str) -> bool:
    return all(word[0].isupper() for word in reading.split() if word not in _LINKS)
