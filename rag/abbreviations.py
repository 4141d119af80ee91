"""Abbreviations: what the documents say that they stand for, and what their initials fit.

Definitions ("gross domestic product (GDP)", "GDP (gross domestic product)") are found by the
algorithm of Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in
biomedical text", PSB 2003. What a question abbreviates and the documents only spell out is matched
with the initials of their words, where one reading stands out (`rag.initials`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.embedding import Vectors
from rag.initials import Initials
from rag.spelling import general_words
from rag.text import terms

_BRACKETED = re.compile(r"\(([^()]{2,80})\)")
_CLAUSE_END = re.compile(r"[.;:!?]\s|[()\[\]\n]")
_ALTERNATIVE = re.compile(r"[,;]")
_QUOTES = " \"'“”‘’"
_SHORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9&./-]{1,9}")
_BEFORE = 160
"""Characters before a bracket that are looked at; no long form is longer."""
_TYPED = re.compile(r"(?<![\w&.'’/-])([A-Z](?:&?[A-Z]){1,5}|[a-z]{2,5}?)(s?)(?![\w&'’/-]|\.\w)")

Related = Mapping[str, tuple[frozenset[str], ...]]
"""For a search term what else says the same: sets of terms that say it together."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A short form and the words that it stands for, as a text gives them."""

    short: str
    long: str


def definitions(text: str) -> Iterator[Definition]:
    """The abbreviations that a text defines in brackets, in either order."""
    for match in _BRACKETED.finditer(text):
        inner = _ALTERNATIVE.split(match.group(1))[0].strip(_QUOTES)
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        clause = _CLAUSE_END.split(before)[-1].split()
        if not clause:
            continue
        if _is_short(inner):
            long = _long_form(inner, clause)
            if long:
                yield Definition(inner, long)
        elif _is_short(clause[-1]) and _long_form(clause[-1], inner.split()) == inner:
            yield Definition(clause[-1], inner)


def _is_short(text: str) -> bool:
    """Whether a text may be an abbreviation: up to ten characters, two of them capitals."""
    return bool(_SHORT.fullmatch(text)) and sum(letter.isupper() for letter in text) > 1


def _long_form(short: str, before: Sequence[str]) -> str | None:
    """The words at the end of `before` that hold the letters of `short` in order, if any do.

    Letters are matched from the right, and the first of them must begin a word. As in the paper,
    min(letters + 5, 2 * letters) words are looked at.
    """
    letters = [letter for letter in short.lower().removesuffix("s") if letter.isalnum()]
    window = " ".join(before[-min(len(letters) + 5, 2 * len(letters)) :])
    folded, at = window.lower(), len(window)
    for letter in reversed(letters[1:]):
        at = folded.rfind(letter, 0, at)
        if at < 0:
            return None
    starts = [m.start() for m in re.finditer(rf"\b{letters[0]}", folded[:at])]
    long = window[starts[-1] :] if starts else ""
    return long if len(long.split()) > 1 and short not in long.split() else None


class Abbreviations:
    """The short and long forms that some texts use, for the words of a question.

    `knows` tells whether any text holds a search term.
    """

    def __init__(
        self,
        texts: Sequence[str],
        knows: Callable[[str], bool],
        embed: Callable[[Sequence[str]], Vectors],
    ) -> None:
        self._texts = texts
        self._knows = knows
        self._initials = Initials(texts, embed)

    def spelt_out(self, text: str) -> str:
        """The text with every abbreviation that no document holds in the words that they use.

        One that fits nothing, or several readings alike, is left as it is.
        """
        return _TYPED.sub(self._in_words, text)

    def related(self, asked: Sequence[str]) -> Related:
        """What says the same as terms of a question: the long form of a short one, or its short."""
        found = {term: self._long_forms[term] for term in asked if term in self._long_forms}
        held = frozenset(asked)
        for short, longs in self._long_forms.items():
            for term in {term for long in longs if long <= held for term in long}:
                found[term] = (*found.get(term, ()), frozenset((short,)))
        return found

    def _in_words(self, match: re.Match[str]) -> str:
        written, short = match.group(), match.group(1)
        term = next(iter(terms(short)), "")
        if not term or self._knows(term):
            return written
        if short.islower() and (written in general_words() or short in general_words()):
            return written
        return self._initials.words_for(short.replace("&", "")) or written

    @cached_property
    def _long_forms(self) -> Related:
        """The terms of each long form by the term of its short form."""
        found: dict[str, dict[frozenset[str], None]] = {}
        for text in self._texts:
            for definition in definitions(text):
                short, long = terms(definition.short), frozenset(terms(definition.long))
                if len(short) == 1 and len(long) > 1:
                    found.setdefault(short[0], {})[long] = None
        return {short: tuple(longs) for short, longs in found.items()}
