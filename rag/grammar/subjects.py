"""The subject of a verb."""

from __future__ import annotations

import re

from rag.grammar.clauses import Sentence
from rag.grammar.tidy import tidy
from rag.grammar.tokens import Tag

_SET_OFF = re.compile(
    r",\s+(?:namely|including|such as|especially|particularly|i\.e\.|e\.g\.|which|who|as|like"
    r"|the|an?)\b.*$|\s+(?:such as|namely)\s.*$"
)


def subject_of(sentence: Sentence, verb: int) -> str:
    """The subject of a verb, or nothing."""
    if verb < 0:
        return ""
    start, end = _subject_stretch(sentence, verb)
    held = sentence.tokens[start:end]
    if all(t.tag in (Tag.PRONOUN, Tag.ADVERB, Tag.DETERMINER) for t in held):
        return ""
    if held[0].tag is Tag.PREPOSITION and sentence.tokens[verb].tag is Tag.AUXILIARY:
        return ""  # "Among them are 5"
    return tidy(_SET_OFF.sub("", sentence.cut(held)))


def _subject_stretch(sentence: Sentence, verb: int) -> tuple[int, int]:
    """The stretch of tokens `[start, end)` of a verb's subject."""
    end = _subject_end(sentence, verb)
    return _clause_start(sentence, end), end


def _subject_end(sentence: Sentence, verb: int) -> int:
    """Where the subject ends that a verb has, or shares with the verbs before it."""
    passed = []
    while verb not in sentence.subject_ends:
        passed.append(verb)
        end = _group_start(sentence, verb)
        earlier = _sharing(sentence, end)
        if earlier is None:
            sentence.subject_ends[verb] = end
        elif earlier < 0:
            sentence.subject_ends[verb] = end - 1
        else:
            verb = earlier
    found = sentence.subject_ends[verb]
    sentence.subject_ends.update(dict.fromkeys(passed, found))
    return found


def _group_start(sentence: Sentence, verb: int) -> int:
    """Where the verb group begins that a verb closes: "has already been built"."""
    start = verb
    while start > 0 and sentence.tokens[start - 1].tag in (Tag.AUXILIARY, Tag.MODAL, Tag.ADVERB):
        start -= 1
    return start


def _sharing(sentence: Sentence, start: int) -> int | None:
    """The verb whose subject a verb group shares, -1 if there is none; `None`: it has its own."""
    if not start:
        return None
    before = sentence.tokens[start - 1]
    if before.lower == "to":
        return sentence.verb_before(start - 1)
    if before.tag not in (Tag.AND, Tag.COMMA):
        return None
    verb = sentence.verb_before(start - 1)
    while verb >= 0 and sentence.tokens[verb].tag is Tag.GERUND:
        verb = sentence.verb_before(verb)
    return verb


def _clause_start(sentence: Sentence, end: int) -> int:
    """Where the subject that ends before `end` begins."""
    start = end
    while start > 0:
        token = sentence.tokens[start - 1]
        if token.tag in (Tag.BREAK, Tag.JOINER):
            break
        if token.tag is Tag.COMMA and not _lists(sentence, start - 1, end):
            break
        if token.tag is Tag.AND and sentence.verb_stands_before(start - 1):
            break
        start -= 1
    return start


def _lists(sentence: Sentence, comma: int, end: int) -> bool:
    """Whether a comma joins members of a list ("A, B and C grew") or sets off an aside."""
    if any(
        t.tag in (Tag.VERB, Tag.MODAL, Tag.AUXILIARY)
        for t in sentence.tokens[max(0, comma - 12) : comma]
    ):
        return False
    start = _segment_start(sentence, comma)
    first = sentence.tokens[start]
    if first.tag in (Tag.PREPOSITION, Tag.GERUND, Tag.ADVERB, Tag.YEAR, Tag.FIGURE):
        return False
    inner = sentence.tokens[comma + 1 : end]
    joined = any(t.tag in (Tag.AND, Tag.COMMA) for t in inner)
    return first.lower != "to" and (joined or comma - start > 1)


def _segment_start(sentence: Sentence, comma: int) -> int:
    start = comma
    while start > 0 and sentence.tokens[start - 1].tag not in (Tag.BREAK, Tag.JOINER, Tag.COMMA):
        start -= 1
    return start
