"""What a number counts, and of whom: "9 percent of them lorries" does not tell of 17,800 lorries.

A noun stands with its own number; what is said of some, or of the rest, is not said of all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from rag.amounts import amounts_in
from rag.grammar.tagging import tag
from rag.grammar.tokens import Tag, Token
from rag.kinship import stands
from rag.quantities import amounts, holds_amount, quantities
from rag.role import Role
from rag.span import Statement, Support
from rag.text import is_content, term, term_set, words
from rag.unit_names import is_measure

_OF_THEM = re.compile(r"\bof\s(?:which|whom|them|these|those)\b(?P<rest>[^;.]*)", re.I)
_REST = re.compile(r"\b(?:the\s(?:rest|remainder|others)|others)\b(?P<rest>[^,;.]*)", re.I)
_PER = re.compile(r"\b(?:every|each|per)\s$", re.I)
_NEAR = 24
"""How many characters before "of them" its own number may stand."""
_STOPS = (Tag.PREPOSITION, Tag.VERB, Tag.AUXILIARY, Tag.MODAL, Tag.COMMA, Tag.BREAK, Tag.JOINER,
          Tag.AND, Tag.FIGURE, Tag.YEAR, Tag.OPEN, Tag.CLOSE, Tag.PRONOUN, Tag.GERUND,
          Tag.DETERMINER, Tag.ABOUT)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Counted:
    value: Decimal
    nouns: frozenset[str]
    """The search terms of the nouns after it, its unit among them."""
    measures: bool
    """Whether its unit is a measure, which may be written in many ways."""


def is_of_other_noun(statement: Statement, support: Support) -> bool:
    """Whether a number counts what other numbers count, or what none does."""
    told = [one for text in support.texts for one in _counted(text)]
    return any(
        _is_of_other(one, told) or _is_of_none(one, told, statement, support)
        for one in _counted(statement.text)
        if one.nouns and _own(one, told) and not _stand(one.nouns, _own(one, told))
    )


def _own(one: _Counted, told: Sequence[_Counted]) -> frozenset[str]:
    return frozenset().union(*(other.nouns for other in told if other.value == one.value))


def _is_of_other(one: _Counted, told: Sequence[_Counted]) -> bool:
    return any(_stand(one.nouns, other.nouns) for other in told if other.value != one.value)


def _is_of_none(
    one: _Counted, told: Sequence[_Counted], statement: Statement, support: Support
) -> bool:
    """Whether it counts something that is not cited in the place of something that is."""
    if one.measures or any(other.measures for other in told if other.value == one.value):
        return False
    new = not _stand(one.nouns, term_set(support.text))
    return new and not _stand(_own(one, told), term_set(statement.text))


def _stand(nouns: frozenset[str], held: frozenset[str]) -> bool:
    return any(stands(noun, held) for noun in nouns)


@lru_cache(maxsize=4096)
def _counted(text: str) -> tuple[_Counted, ...]:
    """The numbers of a text with the nouns that follow them."""
    found = [q for q in quantities(text) if q.role is Role.AMOUNT or _PER.search(text[: q.start])]
    tokens = tag(text, [(q.start, q.end) for q in found])
    places = [i for i, token in enumerate(tokens) if token.tag is Tag.FIGURE]
    return tuple(
        _Counted(q.value, _nouns(tokens, at), q.unit is not None and is_measure(q.unit))
        for q, at in zip(found, places, strict=False)
    )


def _nouns(tokens: Sequence[Token], at: int) -> frozenset[str]:
    """The nouns that follow a figure, also after "of them"."""
    start = at + 1
    if _OF_THEM.match(" ".join(t.text for t in tokens[start : start + 2])):
        start += 2
    end = start
    while end < len(tokens) and tokens[end].tag not in _STOPS:
        end += 1
    told = " ".join(t.text for t in tokens[start:end])
    return frozenset(term(w) for w in words(told) if w[0].isalpha() and is_content(w))


def is_part_told_of_whole(statement: Statement, support: Support) -> bool:
    """Whether what is said of some ("three of them when ...") is told of the outer number."""
    values = {q.value for q in amounts(statement.text)}
    said = frozenset(term(w) for w in words(statement.text) if is_content(w))
    if not (amounts_in(statement.text) or holds_amount(statement.text)):
        return False
    parts = ((m, text) for text in support.texts for m in _OF_THEM.finditer(text))
    if any(_is_outside(match, text, values, said) for match, text in parts):
        return True
    rests = ((m, text) for text in support.texts for m in _REST.finditer(text))
    return not _REST.search(statement.text) and any(
        _is_beyond(match, text, values, said) for match, text in rests
    )


def _is_outside(
    match: re.Match[str], text: str, values: set[Decimal], said: frozenset[str]
) -> bool:
    inner = [q.value for q in amounts(text) if 0 <= match.start() - q.end <= _NEAR]
    if not inner or inner[-1] in values:
        return False
    return _is_beyond(match, text, values, said)


def _is_beyond(match: re.Match[str], text: str, values: set[Decimal], said: frozenset[str]) -> bool:
    """Whether it says what only this stretch does, and none of its figures."""
    rest = match["rest"]
    if any(q.value in values for q in amounts(rest)):
        return False
    outside = text[: match.start()] + text[match.end() :]
    held = frozenset(term(w) for w in words(outside))
    own = {term(w) for w in words(rest) if is_content(w) and not stands(term(w), held)}
    return any(stands(word, said) for word in own)
