"""Whether a text is one question and tells nothing besides, by its form alone.

What a model makes of a question is shown to the reader, so it must not be a way to tell him
things: "The harbour is bankrupt. How many docks does it have?"
"""

from __future__ import annotations

import re

from rag.amounts import amounts_in
from rag.grammar.tagging import tag
from rag.grammar.tokens import Tag, Token

_ASKS = re.compile(r"[?？؟\u037e]\s*$")
_ENDS = re.compile(
    r"(?<!\b[A-Za-z])(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bMrs)(?<!\bNo)\.(?=\s|$)"
    r"|[!?؟\u037e](?=\s|$)|[。！？]"
)
_BREAKS = re.compile(r"[;:；：…]|\s[-–—]+\s|—|\.{3}")
_COMMAS = re.compile(r"[,，、；;:：]")
_ASKING = frozenset("how what which who whom whose when where why".split())
_RELATIVE = frozenset("that which who whom whose".split())
_BASE = frozenset("be been have do being".split())
"""Auxiliaries that go on with another one before them: "will it be", "does it have"."""
_VERBAL = (Tag.VERB, Tag.AUXILIARY, Tag.MODAL)
_PARTS = (Tag.COMMA, Tag.BREAK, Tag.AND, Tag.JOINER)


def is_one_question(text: str, question: str) -> bool:
    """Whether the text is one sentence that asks, with no more breaks than the question has."""
    one = len(_ENDS.findall(text.strip())) == 1 and _ASKS.search(text) is not None
    return one and len(_BREAKS.findall(text)) <= len(_BREAKS.findall(question))


def commas_in(text: str) -> int:
    """The marks at which a clause may end; in most languages no clause is added without one."""
    return len(_COMMAS.findall(text))


def clauses_told(text: str) -> int:
    """How many clauses of an English question tell something rather than ask.

    A clause that a question word or a relative pronoun opens is none of them, nor is one whose
    auxiliary stands first, or another verb of the same subject.
    """
    tokens = tag(text, [(amount.start, amount.end) for amount in amounts_in(text)])
    groups = [at for at, token in enumerate(tokens) if _opens(tokens, at, token)]
    told = [at for at in groups if not (_asks(tokens, at) or _is_relative(tokens, at))]
    asking = [
        at
        for at, token in enumerate(tokens[:-1])
        if token.lower in _ASKING and tokens[at + 1].tag not in _VERBAL
    ]
    return max(0, len(told) - len(asking))


def _opens(tokens: list[Token], at: int, token: Token) -> bool:
    """Whether a verb begins a clause of its own, rather than go on with an auxiliary before it.

    A lone verb before an auxiliary is a participle: "how many certified operators are there".
    """
    if token.tag not in _VERBAL:
        return False
    if token.lower in _BASE:
        return not any(t.tag in _VERBAL for t in tokens[:at])
    place = _before(tokens, at)
    if place is None or tokens[place].tag in _PARTS:
        return True
    if token.tag is Tag.VERB:
        return False
    adjoin = all(t.tag is Tag.ADVERB for t in tokens[place + 1 : at])
    lone = tokens[place].tag is Tag.VERB and _opens(tokens, place, tokens[place])
    return not (adjoin or lone)


def _before(tokens: list[Token], at: int) -> int | None:
    """Where the nearest verb, "to" or beginning of a part of the sentence stands before it."""
    near = (
        place
        for place in range(at - 1, -1, -1)
        if tokens[place].tag in (*_VERBAL, *_PARTS) or tokens[place].lower == "to"
    )
    return next(near, None)


def _asks(tokens: list[Token], at: int) -> bool:
    """Whether a clause asks or goes on by the word before its verb, or by its verb first."""
    if at == 0:
        return tokens[0].tag is not Tag.VERB
    before = tokens[at - 1]
    return before.tag in (Tag.AND, Tag.JOINER) or before.lower in _ASKING


def _is_relative(tokens: list[Token], at: int) -> bool:
    """Whether the verb's clause is opened by a relative pronoun after a noun."""
    place = _before(tokens, at)
    if place is None or place < 2 or tokens[place].lower not in _RELATIVE:
        return False
    return tokens[place - 1].tag is Tag.NOUN
