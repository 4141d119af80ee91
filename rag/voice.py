"""Who does what to whom: "A replaced B" does not tell that A was replaced by B."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.amounts import amounts_in
from rag.grammar.tagging import tag
from rag.grammar.tokens import Tag, Token
from rag.grammar.verbs import participle
from rag.span import Statement, Support
from rag.text import is_content, term, words

_BE = frozenset("is are was were be been being get gets got".split())
_ENDS = (Tag.BREAK, Tag.JOINER, Tag.COMMA)
_INSIDE = (Tag.AUXILIARY, Tag.MODAL, Tag.ADVERB)
_VERBS = (Tag.VERB, Tag.GERUND)


@dataclass(frozen=True, slots=True)
class _Deed:
    verb: str
    doers: frozenset[str]
    done_to: frozenset[str]


def is_role_swapped(statement: Statement, support: Support) -> bool:
    """Whether the doer of a deed is told as what it is done to, or the other way round."""
    told = [deed for text in support.texts for deed in _deeds(text)]
    return any(
        _is_swapped(one, [other for other in told if other.verb == one.verb])
        for one in _deeds(statement.text)
    )


def _is_swapped(one: _Deed, told: Sequence[_Deed]) -> bool:
    if not told:
        return False
    doers = frozenset().union(*(other.doers for other in told))
    done_to = frozenset().union(*(other.done_to for other in told))
    taken = one.doers & (done_to - doers) - one.done_to
    return bool(taken or one.done_to & (doers - done_to) - one.doers)


@lru_cache(maxsize=2048)
def _deeds(text: str) -> tuple[_Deed, ...]:
    tokens = tag(text, [(a.start, a.end) for a in amounts_in(text)])
    return tuple(_found(tokens))


def _found(tokens: Sequence[Token]) -> Iterator[_Deed]:
    """The deeds of which both sides are told in the clause of their verb, or one of them."""
    for at, token in enumerate(tokens):
        if token.tag is not Tag.VERB:
            continue
        start = at
        while start and tokens[start - 1].tag in _INSIDE:
            start -= 1
        passive = any(t.lower in _BE for t in tokens[start:at])
        free = bool(start) and tokens[start - 1].lower == "to"
        before = () if free else _before(tokens, start)
        after = _after(tokens, at + 1)
        doer = _by(after) if passive else before
        object_ = before if passive else _object(after)
        if doer or object_:
            yield _Deed(term(participle(token.lower)), _terms(doer), _terms(object_))


def _before(tokens: Sequence[Token], end: int) -> Sequence[Token]:
    """The noun phrase before a verb, without what depends on it by a preposition."""
    start = end
    while start and tokens[start - 1].tag not in (*_ENDS, *_VERBS, *_INSIDE):
        start -= 1
    return _head(tokens[start:end])


def _after(tokens: Sequence[Token], start: int) -> Sequence[Token]:
    end = start
    while end < len(tokens) and tokens[end].tag not in (*_ENDS, *_VERBS, *_INSIDE):
        end += 1
    return tokens[start:end]


def _object(after: Sequence[Token]) -> Sequence[Token]:
    return _head(after) if after and after[0].tag is not Tag.PREPOSITION else ()


def _by(after: Sequence[Token]) -> Sequence[Token]:
    """What follows "by", if that does not tell a figure or a time."""
    at = next((i for i, t in enumerate(after) if t.lower == "by"), None)
    if at is None or any(t.tag in (Tag.FIGURE, Tag.YEAR) for t in after[at + 1 : at + 3]):
        return ()
    return _head(after[at + 1 :])


def _head(tokens: Sequence[Token]) -> Sequence[Token]:
    """A phrase up to its first preposition other than "of"."""
    stop = next(
        (i for i, t in enumerate(tokens) if t.tag is Tag.PREPOSITION and t.lower != "of"),
        len(tokens),
    )
    return tokens[:stop]


def _terms(tokens: Sequence[Token]) -> frozenset[str]:
    return frozenset(
        term(w)
        for t in tokens
        if t.tag is Tag.NOUN
        for w in words(t.text)
        if w[0].isalpha() and is_content(w)
    )
