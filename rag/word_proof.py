"""Whether the names, the quoted words, the directions and the denials of a statement are cited."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.amounts import amounts_in
from rag.binding import tells
from rag.grammar.tagging import tag
from rag.grammar.tokens import Tag
from rag.grammar.verbs import direction_of_noun, direction_of_verb
from rag.kinship import stands
from rag.models import Verdict
from rag.period import Status
from rag.span import Statement, Support
from rag.text import is_content, term, term_set, terms, words
from rag.wording import says_same

_QUOTED = re.compile(
    r"[“\"「『](?P<said>[^“”\"」』]{2,})[”\"」』]|(?<![\w])‘(?P<single>[^‘’]{3,})’"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+")
_NAME = re.compile(r"\b[A-Z][\w’'&-]*\w|\b[A-Z]\b")
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|neither|nor|cannot|without)\b(?!\s(?:less|more|fewer|later|only)\b)"
    r"|\w+n['’]t\b",
    re.I,
)
_UP_FROM = re.compile(r"\b(up|down)\s(?:by|from)\b", re.I)
_EXTREMES = {
    word: group
    for group, told in enumerate(
        """highest; lowest; largest biggest greatest; smallest least; longest; shortest; oldest
        earliest; youngest newest latest; fastest; slowest; best; worst; fewest; strongest; weakest;
        deepest; heaviest; lightest; nearest; farthest furthest; richest; poorest; first; last
        final; second; third; fourth; fifth; sixth; seventh; eighth; ninth; tenth""".split(";")
    )
    for word in told.split()
}
"""Superlatives and ordinals; those of a group say the same."""
_SINCE = re.compile(
    r"\b(?:(?P<on>since|from|after|starting)|(?P<up>until|till|before|through|up\sto))\s"
    r"(?:[\w.]+\s){0,3}?(?:(?P<year>(?:1\d|20)\d\d)\b"
    r"|(?P<number>\d[\d,.]*)(?!\w|\s(?-i:[A-Z]))(?(on)\s(?:on|onwards?|upwards?)\b))",
    re.I,
)
_PLAN = Status.PLANNED
_DENIED_WORDS = 4
"""How many words after a denial may be what it denies."""


def words_verdict(statement: Statement, support: Support) -> Verdict:
    """`SUPPORTED`, or the first thing that is wrong with a quote, a name or a direction."""
    if not all(_is_quoted(said, support) for said in _quotes(statement.text)):
        return Verdict.QUOTE_ALTERED
    held = term_set(support.text) | term_set(support.context)
    if not all(name in held for name in names_of(statement.text)):
        return Verdict.NAME_NOT_IN_SPAN
    if not _starts_alike(statement.text, held):
        return Verdict.NAME_NOT_IN_SPAN
    if _turns(statement.text, support) or not _ranks_alike(statement.text, held):
        return Verdict.MEASURE_CLASH
    if _ends_otherwise(statement.text, support.text):
        return Verdict.PERIOD_CLASH
    if _denies(statement.text, support.text) or _does_otherwise(statement, support, held):
        return Verdict.NOT_COVERED
    return Verdict.SUPPORTED


def names_of(text: str) -> frozenset[str]:
    """The search terms of the words that are written large within a sentence."""
    found = [m[0] for m in _NAME.finditer(text) if m.start() > _first(text)]
    return frozenset(t for name in found if is_content(name.lower()) for t in terms(name))


def direction(word: str) -> int | None:
    """1 for a word of growth, -1 for one of decline, `None` for others."""
    found = direction_of_verb(word)
    return found if found is not None else direction_of_noun(word) or None


def directions(text: str) -> frozenset[int]:
    """Which ways a text says that things move."""
    moved = frozenset(d for d in map(direction, words(text)) if d is not None)
    return moved | {1 if match[1].lower() == "up" else -1 for match in _UP_FROM.finditer(text)}


def _quotes(text: str) -> Iterator[str]:
    for match in _QUOTED.finditer(text):
        yield match["said"] or match["single"]
    yield from (match[0] for match in _ADDRESS.finditer(text))


def _is_quoted(said: str, support: Support) -> bool:
    """Word for word, whatever the case and the marks around it."""
    sought = f" {' '.join(words(said))} "
    return any(sought in f" {' '.join(words(text))} " for text in (*support.texts, *support.quotes))


def _first(text: str) -> int:
    """Where the first word stands."""
    match = re.search(r"\w", text)
    return match.start() if match else 0


def _starts_alike(text: str, held: frozenset[str]) -> bool:
    """Whether the word that opens the statement, which may be a name, is cited too.

    An adverb set off by a comma is no name, nor is a word of growth or decline.
    """
    opening = re.match(r"\W*(?P<word>[^\W\d_][\w’'&-]*)(?P<after>,?)", text)
    if opening is None or not opening["word"][0].isupper():
        return True
    word = opening["word"].lower()
    is_aside = bool(opening["after"]) and word.endswith("ly")
    if is_aside or not is_content(word) or direction(word) is not None:
        return True
    return any(stands(t, held) for t in terms(word))


def _turns(text: str, support: Support) -> bool:
    """Whether it says that something moves the way that nothing does in what it cites."""
    said, told = directions(text), directions(support.text)
    return bool(told) and not said <= told


def _ranks_alike(text: str, held: frozenset[str]) -> bool:
    """Whether every superlative and ordinal is cited, in these words or others of their group."""
    told = {_EXTREMES[word] for word in _EXTREMES if term(word) in held}
    return all(_EXTREMES.get(word) in (None, *told) for word in words(text))


def _ends_otherwise(text: str, cited: str) -> bool:
    """Whether it says "until" of a year of which it is told "since", or the other way round."""
    said, told = _reaches(text), _reaches(cited)
    return any(told.get(year, way) != way for year, way in said.items())


def _reaches(text: str) -> dict[str, str]:
    """Each year or number from which or up to which something holds, with which of the two."""
    found = _SINCE.finditer(text)
    return {m["year"] or m["number"].rstrip(".,"): "on" if m["on"] else "up" for m in found}


def _does_otherwise(statement: Statement, support: Support, held: frozenset[str]) -> bool:
    """Whether its verbs say that something else was done ("closed" of what was "opened").

    Figures may be told with a verb of their own where the documents use none ("handled" for "the
    throughput was").
    """
    told = frozenset(words(support.text))
    new = [
        verb
        for verb in _telling_verbs(statement.text)
        if not stands(term(verb), held) and not says_same(verb, told)
    ]
    return bool(new) and (not statement.figures or bool(_telling_verbs(support.text)))


def _telling_verbs(text: str) -> list[str]:
    """The verbs that say more than that something is, has, reaches or grows."""
    tokens = tag(text, [(amount.start, amount.end) for amount in amounts_in(text)])
    return [token.lower for token in tokens if token.tag is Tag.VERB and tells(token.lower)]


def _denies(text: str, cited: str) -> bool:
    """Whether one of the two denies what the other says."""
    said, told = _NEGATION.search(text), list(_NEGATION.finditer(cited))
    if said:
        return not told
    own = set(terms(text))
    return any(_denied(cited, match) & own for match in told)


def _denied(text: str, match: re.Match[str]) -> set[str]:
    """What a denial denies: the first content word after it."""
    after = [w for w in words(text[match.end() :])[:_DENIED_WORDS] if is_content(w)]
    return {term(after[0])} if after else set()
