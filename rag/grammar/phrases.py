"""Noun phrases and predicates of a sentence, from where they begin or to where they end."""

from __future__ import annotations

from rag.grammar.clauses import VERBAL, Sentence
from rag.grammar.tidy import tidy
from rag.grammar.tokens import Tag

_LONGEST = 14
"""The most words that a noun phrase is followed for."""
_LONGEST_PREDICATE = 11
_PREDICATE_ENDS = (
    Tag.COMMA, Tag.BREAK, Tag.FIGURE, Tag.ABOUT, Tag.JOINER, Tag.AND, Tag.CLOSE, Tag.OPEN,
    Tag.MODAL, Tag.GERUND,
)  # fmt: skip
_LINKS = frozenset(
    "of for in on from at within per into across under among between against with".split()
)
"""Prepositions that may go on with a noun phrase after its head."""


def noun_phrase(sentence: Sentence, at: int, relative: bool = False) -> str:
    """The noun phrase that begins at a token, with what belongs to it, or nothing.

    `relative` adds a participle that follows it: "tasks outlined in the plan".
    """
    end = _phrase_end(sentence, at)
    held = sentence.tokens[at:end]
    if not any(t.tag is Tag.NOUN for t in held):
        return ""
    added = predicate(sentence, end) if relative and sentence.is_past(end) else ""
    if sentence.is_infinitive(end + 1) and sentence.text[held[-1].end :][:1] in ("”", '"'):
        added = _purpose(sentence, end)
    return " ".join(part for part in (tidy(sentence.cut(held)), added) if part)


def phrase_before(sentence: Sentence, at: int) -> str:
    """The noun phrase that ends right before a token, without its article, or nothing."""
    begin = phrase_start(sentence, at)
    return tidy(sentence.cut(sentence.tokens[begin:at]))


def nearest_phrase(sentence: Sentence, at: int) -> str:
    """The noun phrase nearest to a token: the one before it in its clause, or after it."""
    start, end = sentence.clause(at)
    for i in range(at - 1, start - 1, -1):
        if sentence.tokens[i].tag is Tag.NOUN and (phrase := phrase_before(sentence, i + 1)):
            return phrase
    for i in range(at + 1, end):
        if sentence.tokens[i].tag is Tag.NOUN:
            return noun_phrase(sentence, i)
    return ""


def phrase_start(sentence: Sentence, at: int) -> int:
    """The token with which the noun phrase right before a token begins."""
    begin = at
    while begin > 0 and at - begin < _LONGEST:
        token = sentence.tokens[begin - 1]
        link = token.tag is Tag.PREPOSITION and token.lower == "of"
        if (
            token.tag in (Tag.NOUN, Tag.ADVERB)
            or (link and begin < at)
            or (
                token.tag in (Tag.DETERMINER, Tag.ABOUT)
                and begin >= 2
                and (sentence.tokens[begin - 2].lower == "of")
            )
        ):
            begin -= 1
        else:
            break
    while begin < at and sentence.tokens[begin].tag not in (Tag.NOUN,):
        begin += 1
    return begin


def predicate(sentence: Sentence, verb: int) -> str:
    """The verb with what follows it up to the end of its clause, figures left out."""
    end = verb + 1
    while end < len(sentence.tokens) and end - verb < _LONGEST_PREDICATE:
        token = sentence.tokens[end]
        if token.tag in _PREDICATE_ENDS and token.lower != "or":
            break
        end += 1
    begin = verb
    while begin < end - 1 and sentence.tokens[begin].tag in (Tag.AUXILIARY, Tag.ADVERB):
        begin += 1
    return tidy(sentence.cut(sentence.tokens[begin:end]))


def _purpose(sentence: Sentence, at: int) -> str:
    """ "“15 measures” to boost consumption": what a package that is named so is for."""
    end = at + 2
    while end < len(sentence.tokens) and sentence.tokens[end].tag is Tag.NOUN:
        end += 1
    after = [t.tag for t in sentence.tokens[end : end + 2]]
    return "" if after == [Tag.COMMA, Tag.NOUN] else sentence.cut(sentence.tokens[at:end])


def _phrase_end(sentence: Sentence, at: int) -> int:
    end, link = at, -1
    while end < len(sentence.tokens) and end - at < _LONGEST:
        if sentence.tokens[end].tag is Tag.FIGURE and _holds_noun(sentence, at, end - 1):
            return link if link > at else end  # the last link leads to the figure
        if _is_link(sentence, end) and end > at:
            kept = link > at and sentence.tokens[link].lower == "with"
            link = link if kept else end
        following = _next_in_phrase(sentence, at, end)
        if following < 0:
            break
        end = following
    while end > at and sentence.tokens[end - 1].tag not in (Tag.NOUN, Tag.CLOSE, Tag.YEAR):
        end -= 1
    return end


def _holds_noun(sentence: Sentence, start: int, end: int) -> bool:
    return any(t.tag is Tag.NOUN for t in sentence.tokens[start:end])


def _next_in_phrase(sentence: Sentence, start: int, at: int) -> int:
    """The token with which a phrase goes on after another, or -1 where it ends before that."""
    token = sentence.tokens[at]
    if token.tag is Tag.OPEN:
        closing = _closing(sentence, at)
        return closing + 1 if closing >= 0 else -1
    if token.tag is Tag.COMMA:
        return _list_end(sentence, at)
    if token.tag is Tag.AND:
        return at + 1 if _and_continues(sentence, start, at) else -1
    linked = _is_link(sentence, at) and at > start
    nominal = token.tag is Tag.FIGURE or _is_nominal(sentence, start, at)
    return at + 1 if linked or nominal else -1


def _list_end(sentence: Sentence, comma: int) -> int:
    """Where a list of plain nouns ends, "agencies, schools and firms", or -1."""
    if sentence.plans_before(comma):
        return -1  # a verb in its base form looks like a noun
    at, joint = comma, False
    while at < len(sentence.tokens) and at - comma < _LONGEST:
        token = sentence.tokens[at]
        if token.tag is Tag.AND and sentence.tokens[at - 1].tag is Tag.NOUN:
            joint = True
        elif token.tag is not Tag.NOUN and (token.tag is not Tag.COMMA or joint):
            break
        at += 1
    nominal = sentence.tokens[at - 1].tag is Tag.NOUN and sentence.tokens[comma + 1].tag is Tag.NOUN
    ends = at == len(sentence.tokens) or sentence.tokens[at].tag not in (Tag.DETERMINER, Tag.ABOUT)
    return at if joint and nominal and ends else -1


def _is_link(sentence: Sentence, at: int) -> bool:
    token = sentence.tokens[at]
    if token.lower == "to" and at + 1 < len(sentence.tokens):
        return sentence.tokens[at + 1].tag is Tag.DETERMINER
    return token.tag is Tag.PREPOSITION and token.lower in _LINKS


def _is_nominal(sentence: Sentence, start: int, at: int) -> bool:
    """Whether a token goes on with the noun phrase that began at `start`."""
    token = sentence.tokens[at]
    previous = sentence.tokens[at - 1] if at > start else None
    if token.tag is Tag.DETERMINER or token.tag is Tag.ABOUT:
        return previous is None or previous.tag in (Tag.PREPOSITION, Tag.AND)
    if token.tag is Tag.ADVERB:
        following = sentence.tokens[at + 1].tag if at + 1 < len(sentence.tokens) else Tag.BREAK
        return following is Tag.NOUN and (previous is None or previous.tag is not Tag.NOUN)
    return token.tag in (Tag.NOUN, Tag.YEAR) and token.lower != "worth"


def _closing(sentence: Sentence, at: int) -> int:
    for i in range(at + 1, len(sentence.tokens)):
        if sentence.tokens[i].tag is Tag.FIGURE:
            return -1
        if sentence.tokens[i].tag is Tag.CLOSE:
            return i
    return -1


def _and_continues(sentence: Sentence, start: int, at: int) -> bool:
    """Whether what follows an "and" still belongs to the noun phrase before it."""
    following = sentence.tokens[at + 1].tag if at + 1 < len(sentence.tokens) else Tag.BREAK
    if following is not Tag.NOUN:
        return False
    for token in sentence.tokens[at + 2 : at + 8]:
        if (
            token.tag in (Tag.FIGURE, Tag.DETERMINER, Tag.PRONOUN)
            and token is sentence.tokens[at + 2]
        ):
            return False
        if token.tag is Tag.AND:
            return True
        if token.tag in (*VERBAL, Tag.COMMA, Tag.BREAK):
            return token.tag not in VERBAL or sentence.verb_after(start - 1) >= at
    return True
