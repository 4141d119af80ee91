"""Whether what a statement says its figure measures is told of it by the sentences cited.

A writer says things in words of his own. A verb, a word for the dimension that the unit tells
("height" of metres told "high") or one who speaks as "we" may go by another name; the noun that
is measured may not, and no word may be taken from another figure of the kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import lru_cache

from rag.amounts import Amount, amounts_in
from rag.figures import Figure
from rag.governing.place import is_generic
from rag.grammar.tagging import is_past, tag
from rag.grammar.tokens import Tag, Token
from rag.grammar.verbs import PASTS, lemma
from rag.kinship import stands
from rag.quantities import amounts
from rag.span import Statement, Support
from rag.text import is_content, term, term_set, terms, words
from rag.unit_names import TIMES, compatible
from rag.wording import says_same

_SAME_MEASURE = 0.8
"""The share of a statement's measure that the cited sentence and headings must hold: of four terms
or fewer all, since a single other one ("expenditure" for "revenue") measures something else."""
_OF_UNIT = {
    "temperature": ("°C", "°F"),
    "temperatures": ("°C", "°F"),
    "time": tuple(TIMES),
    "period": tuple(TIMES),
    "duration": tuple(TIMES),
}
"""Nouns that say no more than the unit does."""
_LIGHT = frozenset("place places way ways manner kind kinds sort sorts".split())
"""Nouns that only carry what describes them: "a dry place"."""
_WE = re.compile(r"\b(?:[Ww]e|[Oo]urs?|[Uu]s|I|[Mm]y)\b")
_SPEAKER = re.compile(r"\b[Tt]he\s(?P<noun>[a-z]+)\b(?!\sof\b)")
_OPENS = re.compile(r"[;:.]\s")
_CLOSES = re.compile(r"[;:,.]\s|\sand\s")
_TELLING_LEVELS = frozenset(
    "run cost weigh measure last span cover comprise contain form rank".split()
)
"""Verbs of level that say what is measured: "runs for 10 hours" is not "takes 10 hours"."""
_SAYS_HOW_MUCH = term_set("percent percentage points million billion trillion thousand hundred")
_HYPOTHETICAL = term_set("would could might")
_PLURALS = frozenset("people men women children they we".split())
_AFTER_VERB = (Tag.FIGURE, Tag.DETERMINER, Tag.PREPOSITION)
_CUTS = (Tag.COMMA, Tag.BREAK, Tag.JOINER, Tag.AND)
_VERBAL = (Tag.VERB, Tag.GERUND, Tag.AUXILIARY, Tag.MODAL)


def is_told(figure: Figure, statement: Statement, support: Support) -> bool:
    """Whether the cited sentences and headings tell nearly all of what the figure is said to be."""
    measure = frozenset(t for t in figure.terms if not is_generic(t))
    if not measure:
        return True
    held = _held(support)
    missing = {t for t in measure if not stands(t, held)}
    left = missing - _in_own_words(missing, figure, statement, support)
    return 1 - len(left) / len(measure) >= _SAME_MEASURE


def fits_another(figure: Figure, other: Figure, statement: Statement, support: Support) -> bool:
    """Whether another figure of the kind has all that this one shares with what it says, and more:
    of its measure, or of the words beside it."""
    tokens = _tokens(statement.text)
    verbs = {term(t.lower) for i, t in enumerate(tokens) if _is_verb(tokens, i)}
    counted = _counted_before(other, statement, support)
    measure = figure.terms - counted - verbs
    beside = (_home(figure, (statement.text,)) | figure.terms) - counted
    here = other.terms | _home(other, support.texts)
    rivals = [f for f in support.figures if _is_rival(f, figure)]
    return any(
        _shared(measure, here) < _shared(measure, f.terms)
        or _shared(beside, here) < _shared(beside, f.terms | _home(f, support.texts))
        for f in rivals
    )


def _shared(said: Set[str], held: Set[str]) -> set[str]:
    return {t for t in said if stands(t, held)}


def _is_rival(one: Figure, figure: Figure) -> bool:
    ends = {figure.value, figure.high} - {None}
    return one.value not in ends and one.high not in ends and compatible(one.unit, figure.unit)


def _held(support: Support) -> frozenset[str]:
    read = frozenset(term for other in support.figures for term in other.terms)
    return term_set(support.text) | term_set(support.context) | read


def _in_own_words(
    missing: Set[str], figure: Figure, statement: Statement, support: Support
) -> set[str]:
    """Those of the terms that a writer may put otherwise."""
    tokens = _tokens(statement.text)
    said = [i for i, t in enumerate(tokens) if not missing.isdisjoint(map(term, words(t.text)))]
    own = {i for i in said if _is_verb(tokens, i) or _is_dimension(tokens[i], figure, support)}
    own |= {i for i in said if is_speaker(tokens[i].lower, statement.text, support)}
    described = [i for i in said if i not in own and _describes(tokens, i, support)]
    own |= set(described[:1])
    kept = {t for i in said if i not in own for t in terms(tokens[i].text)}
    return {t for t in missing if t not in kept}


@lru_cache(maxsize=1024)
def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(tag(text, [(amount.start, amount.end) for amount in amounts_in(text)]))


def _is_verb(tokens: Sequence[Token], at: int) -> bool:
    """By its form, or as the word before a figure in a clause that has no other verb."""
    token = tokens[at]
    if lemma(token.lower) == "remain" and at + 1 < len(tokens) and tokens[at + 1].lower == "to":
        return False  # what remains to be done is not done
    if token.lower in PASTS or lemma(token.lower):
        return lemma(token.lower) not in _TELLING_LEVELS
    if token.tag in _VERBAL or is_past(token.lower):
        return True
    after = at + 1
    while after < len(tokens) and tokens[after].tag in (Tag.ABOUT, Tag.ADVERB):
        after += 1
    leads = after < len(tokens) and tokens[after].tag in _AFTER_VERB
    before = at - 1
    while before > 0 and tokens[before].tag is Tag.ADVERB:
        before -= 1
    return leads and _is_only_verb(tokens, at) and before >= 0 and _agree(tokens[before], token)


def _is_only_verb(tokens: Sequence[Token], at: int) -> bool:
    """Whether no other word of the clause is a verb."""
    ends = [i for i, t in enumerate(tokens) if t.tag in _CUTS]
    start = max((i for i in ends if i < at), default=-1)
    end = min((i for i in ends if i > at), default=len(tokens))
    return not any(t.tag in _VERBAL for t in tokens[start + 1 : end])


def _agree(subject: Token, verb: Token) -> bool:
    """ "A charge needs", "people live"."""
    plural = subject.lower.endswith("s") or subject.lower in _PLURALS
    return subject.tag in (Tag.NOUN, Tag.PRONOUN) and (plural or verb.lower.endswith("s"))


def _is_dimension(token: Token, figure: Figure, support: Support) -> bool:
    if figure.unit in _OF_UNIT.get(token.lower, ()):
        return True
    return token.lower in _LIGHT or says_same(token.lower, frozenset(words(support.text)))


def is_speaker(word: str, text: str, support: Support) -> bool:
    """Whether a word is "association" of "the association", where the association says "we"."""
    first = _SPEAKER.search(text)
    named = first is not None and first["noun"] == word.removesuffix("'s")
    return named and bool(_WE.search(support.text))


def would_be(figure: Figure, support: Support) -> bool:
    """Whether a cited figure stands in a clause that tells only what would be."""
    return not _HYPOTHETICAL.isdisjoint(_home(figure, support.texts))


def _describes(tokens: Sequence[Token], at: int, support: Support) -> bool:
    """Whether it describes a noun that is cited ("full charge" for "complete charge").

    A word that the document uses elsewhere tells that thing from this one.
    """
    if at + 1 >= len(tokens) or tokens[at + 1].tag is not Tag.NOUN:
        return False
    held = term_set(support.text)
    word = term(tokens[at].lower)
    return stands(term(tokens[at + 1].lower), held) and not stands(word, term_set(support.document))


def _counted_before(other: Figure, statement: Statement, support: Support) -> frozenset[str]:
    """What a statement counts and the cited figure leaves out since it stands before: "600 cycles,
    a gel set about 700"."""
    told = [q for text in support.texts for q in amounts(text) if q.value == other.value]
    if any(q.unit for q in told):
        return frozenset()
    return frozenset(t for q in amounts(statement.text) if q.unit for t in terms(q.unit))


def _home(figure: Figure, texts: Sequence[str]) -> frozenset[str]:
    """The words that stand with a figure: from the one before it in its clause to the next cut.

    A figure that has none of its own shares those of the one before: "from 3 to 5 percent".
    """
    found: frozenset[str] = frozenset()
    for text in texts:
        told = amounts_in(text)
        for number, amount in enumerate(told):
            if {amount.value, amount.high} & ({figure.value, figure.high} - {None}):
                found |= _beside(text, told, number)
    return found


def _beside(text: str, told: Sequence[Amount], number: int) -> frozenset[str]:
    stretch = text[_start(text, told, number) : _end(text, told[number])]
    plain = [w for w in words(stretch) if w[0].isalpha() and is_content(w)]
    own = frozenset(map(term, plain)) - _SAYS_HOW_MUCH
    named = {term(w) for w in plain if lemma(w) is None} - _SAYS_HOW_MUCH
    return own if named or not number else own | _beside(text, told, number - 1)


def _start(text: str, told: Sequence[Amount], number: int) -> int:
    """Where its clause opens; after another figure, where the words of that one end."""
    at = told[number].start
    opened = [m.end() for m in _OPENS.finditer(text, 0, at)]
    if not number:
        return max((0, *opened[-1:]))
    before = told[number - 1].end
    cut = _CLOSES.search(text, before, at)
    return max(cut.end() if cut else before, *opened[-1:], 0)


def _end(text: str, amount: Amount) -> int:
    cut = _CLOSES.search(text, amount.end)
    return cut.start() if cut else len(text)
