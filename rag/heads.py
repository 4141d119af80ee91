"""The nouns that prepositions lead to: where, with whom, of what. Each must be cited.

One new word in four may be another name for what is told, but not that of a place, a person or a
thing that a statement only adds: "in Thornby", "by fishermen", "through loans".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.amounts import amounts_in
from rag.governing.place import is_generic
from rag.grammar.tagging import tag
from rag.grammar.tokens import Tag, Token
from rag.grammar.verbs import direction_of_noun
from rag.kinship import stands
from rag.span import Statement, Support
from rag.text import is_content, term, term_set
from rag.unit_names import is_measure
from rag.units import unit_after

_LIGHT = frozenset(
    """place way case time manner form part end beginning start course kind type sort basis total
    average use addition fact example instance order purpose reason result age size height length
    width depth weight capacity price cost sum value number amount period year month week day hour
    person people man woman members thing things item items document text report statement date
    today yesterday tomorrow present past future onwards onward upwards least most more less half
    whole rest remainder detail details information range maximum minimum limit""".split()
)
"""Nouns that add nothing which could be wrong."""
_IDIOM = frozenset("in at on by under out per without as into".split())
"""Before a bare noun these often make an adverb: "in use", "on schedule", "by law"."""
_PHRASE = (Tag.DETERMINER, Tag.NOUN, Tag.FIGURE, Tag.ABOUT, Tag.ADVERB)


def is_object_new(statement: Statement, support: Support) -> bool:
    """Whether a preposition leads to a noun that neither the sentences nor the headings have."""
    held = term_set(support.text) | term_set(support.context)
    return any(not stands(term(noun), held) for noun in _objects(statement.text))


def _objects(text: str) -> Iterator[str]:
    tokens = tag(text, [(a.start, a.end) for a in amounts_in(text)])
    for at, token in enumerate(tokens):
        if token.tag is not Tag.PREPOSITION or token.lower == "than":
            continue
        phrase = _phrase(tokens, at + 1)
        head = _head(phrase, tokens[at + 1 + len(phrase) : at + 2 + len(phrase)])
        bare = len(phrase) == 1 and token.lower in _IDIOM and _is_bare(phrase[0].text)
        if head is not None and not bare and _says(head.lower):
            yield head.lower


def _is_bare(word: str) -> bool:
    """Whether it may be part of an adverb: no name, no plural."""
    return word.islower() and not word.endswith("s")


def _phrase(tokens: Sequence[Token], start: int) -> Sequence[Token]:
    end = start
    while end < len(tokens) and tokens[end].tag in _PHRASE:
        opens = tokens[end].tag is not Tag.NOUN
        if opens and any(t.tag is Tag.NOUN for t in tokens[start:end]):
            break
        end += 1
    return tokens[start:end]


def _head(phrase: Sequence[Token], following: Sequence[Token]) -> Token | None:
    """The last noun; what looks like one before an object may be a verb ("the plan includes 5")."""
    nouns = [t for t in phrase if t.tag is Tag.NOUN]
    leads = following and following[0].tag in (Tag.FIGURE, Tag.ABOUT, Tag.DETERMINER)
    if len(nouns) > 1 and leads and nouns[-1].lower.endswith("s"):
        nouns.pop()
    return nouns[-1] if nouns else None


def _says(word: str) -> bool:
    unit = unit_after(f"1 {word}", 1)
    if (unit and is_measure(unit[0])) or direction_of_noun(word) is not None:
        return False
    return is_content(word) and word.isalpha() and word not in _LIGHT and not is_generic(word)
