"""The sentences and clauses of a text, and how far the words about a number reach.

Only grammar is known: marks, conjunctions, and what a clause without a subject begins with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from eval.metrics.amounts import Amount
from rag.text import term_set

_SENTENCE = re.compile(r"(?<=[.!?;。！？；])\s+")
_STOP = re.compile(r"(?<=[.!?。！？])\s+")
_CLAUSE = re.compile(r"(?<=[.!?;:,。！？；：，])\s+|\s+(?=(?:while|whereas|but)\b)")
_AND = re.compile(r"\s+(?=(?:and|or|as well as)\s)")
_FIGURE = re.compile(r"(?<![\w.,-])(?!(?:19|20)\d\d(?![\d,.]|\s?%))[$€£¥]?\d[\d,.]*(?!\w)")
_CONTRAST = re.compile(r"(?:while|whereas|but)\b")
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|had|have|did|rose|grew|fell|went|came|became|saw|stood|reached"
    r"|will|shall)\b|\b[a-z]{3,}ed(?=\s(?:to|by|at|from|more|less|faster)\b|\W*$)",
    re.IGNORECASE,
)
_SUBJECTLESS = re.compile(
    r"(?:and\s|or\s|but\s|with\s)?"
    r"(?:an?\s|up\b|down\b|by\b|to\b|from\b|of\b|at\b|or\b|i\.e\.|namely\b|including\b|which\b"
    r"|representing\b|(?:rose|grew|fell|went|came|stood)\b"
    r"|[a-z]+(?:ing|ed)\b|[~$€£¥]?\d[\d,.]*\s?(?:%|percent\b|[mbtr]+illion\b)?"
    r"(?=\s*(?:$|[.,;]|and\b|or\b|(?:[a-z]+\s){0,3}?respectively\b)))",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:it|they|them|of (?:these|those|which))\b"
    r"|^(?:this|that|these|those)\s(?:is|are|was|were|has|had|have|came|marks?|[a-z]+(?:ed|s))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause, or one part of it between conjunctions; the first part opens it."""

    text: str
    opens: bool

    @property
    def has_figure(self) -> bool:
        """Whether it holds a number that is no year, ordinal or part of a name."""
        return _FIGURE.search(self.text) is not None

    @property
    def closed(self) -> bool:
        """Whether it says something of its own, so that nothing beside it is about it."""
        return bool(_VERB.search(self.text) or _CONTRAST.match(self.text))

    @property
    def lacks_subject(self) -> bool:
        """Whether it goes on about what was named before, as "up 5%" does."""
        return self.refers_back or _SUBJECTLESS.match(self.text) is not None

    @property
    def refers_back(self) -> bool:
        """Whether a pronoun stands for what was named before, perhaps in another sentence."""
        return _PRONOUN.search(self.text) is not None


def sentences(text: str) -> list[str]:
    """The sentences of a text; a semicolon ends one."""
    return _SENTENCE.split(text)


def clauses(text: str) -> list[str]:
    """What stands between marks, or before a contrast."""
    return _CLAUSE.split(text)


def parts_saying(amount: Amount, text: str) -> Iterator[str]:
    """The clauses, then the sentences, that hold the number."""
    for part in (*clauses(text), *sentences(text)):
        if amount.said_in(part):
            yield part


def terms_about(
    amount: Amount, text: str, names: Sequence[str], before: str = ""
) -> Iterator[Set[str]]:
    """The search terms that are about the number, each time that the text says it.

    They are those of its clause; of clauses beside it that hold no figure and say nothing of their
    own; and of clauses before it if it names no subject, or only a part of one of the `names`. If
    all it has is a pronoun, they are also those of the sentence before, which is the last one of
    `before` for the first of the text.
    """
    whole_sentences = _STOP.split(text)
    earlier = [_STOP.split(before.strip())[-1], *whole_sentences]
    for previous, sentence in zip(earlier, whole_sentences, strict=False):
        row = [
            _Clause(part, opens=not i)
            for whole in clauses(sentence)
            for i, part in enumerate(_AND.split(whole))
        ]
        if not amount.said_in(sentence):
            continue
        # A number may lie across clauses, as in "three hundred and twenty".
        said = [at for at, clause in enumerate(row) if amount.said_in(clause.text)]
        if not said:
            yield term_set(sentence)
        for at in said:
            first = _first(row, at, names)
            reach = [clause.text for clause in row[first : _last(row, at) + 1]]
            if first == 0 and row[0].refers_back:
                reach.append(previous)
            yield term_set(" ".join(reach))


def _first(row: Sequence[_Clause], at: int, names: Sequence[str]) -> int:
    """Where the words about the number of the clause at `at` begin."""
    first = at
    while first:
        here, before = row[first], row[first - 1]
        goes_on = here.lacks_subject or (first == at and _names_part(here.text, names))
        if (before.has_figure or before.closed) and not goes_on:
            return first
        # What goes on after a mark goes on about all of the clause before it.
        whole = goes_on and here.opens
        first -= 1
        while whole and not row[first].opens:
            first -= 1
    return first


def _last(row: Sequence[_Clause], at: int) -> int:
    """Where they end: a list goes on, another statement does not."""
    last = at
    while last + 1 < len(row) and not (row[last + 1].has_figure or row[last + 1].closed):
        last += 1
    return last


def _names_part(text: str, names: Sequence[str]) -> bool:
    return any(term_set(text) & term_set(name) for name in names)
