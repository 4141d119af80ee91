"""A word that stands where the cited sentence has another one: "a pound a week", "tap water".

One word for another among the same words says something else, unless the two are of one sense.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.amounts import amounts_in
from rag.grammar.tagging import tag
from rag.grammar.tokens import Tag
from rag.grammar.verbs import direction_of_noun, direction_of_verb, lemma
from rag.kinship import stands
from rag.opposites import same_side
from rag.span import Statement, Support
from rag.text import is_content, term

_ALIKE = 3
"""Of the four words around it, how many must be the same, one beside it among them."""
_PAD = ""
_SUBJECTS = frozenset("i we you he she it they who which that".split())
"""What follows them is a verb."""


@dataclass(frozen=True, slots=True)
class _Slot:
    word: str
    around: tuple[str, str, str, str]
    """The terms of the two words before it and the two after it."""

    def like(self, other: _Slot) -> int:
        """How many of the words around are the same, if one of those beside it is."""
        same = [a == b and a != _PAD for a, b in zip(self.around, other.around, strict=True)]
        return sum(same) if same[1] and same[2] else 0


def is_substituted(statement: Statement, support: Support) -> bool:
    """Whether a noun or an adjective that is not cited takes the place of one that is."""
    said = list(_slots(statement.text))
    told = [slot for text in support.texts for slot in _slots(text)]
    own, held = _terms(said), _terms(told)
    new = [slot for slot in said if not stands(term(slot.word), held)]
    gone = [slot for slot in told if not stands(term(slot.word), own)]
    return any(
        one.like(other) >= _ALIKE and not same_side(one.word, other.word)
        for one in new
        for other in gone
    )


def _terms(slots: list[_Slot]) -> frozenset[str]:
    return frozenset(term(slot.word) for slot in slots)


def _slots(text: str) -> Iterator[_Slot]:
    """The nouns and adjectives of a text, each among its neighbours."""
    tokens = tag(text, [(a.start, a.end) for a in amounts_in(text)])
    terms = [_PAD, _PAD, *(term(t.lower) for t in tokens), _PAD, _PAD]
    for at, token in enumerate(tokens, start=2):
        word = token.lower
        told = token.tag is Tag.NOUN and word[0].isalpha() and is_content(word)
        if told and not _moves(word) and tokens[at - 3].lower not in _SUBJECTS:
            yield _Slot(word, (terms[at - 2], terms[at - 1], terms[at + 1], terms[at + 2]))


def _moves(word: str) -> bool:
    return lemma(word) is not None or bool(direction_of_verb(word) or direction_of_noun(word))
