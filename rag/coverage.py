"""How much of what a statement says its citation says too, by content words."""

from __future__ import annotations

import re

from rag.governing.place import GENERIC
from rag.grammar.verbs import LEVELS, lemma
from rag.kinship import stands
from rag.measure_told import is_speaker
from rag.models import Verdict
from rag.period import Status, status_of
from rag.span import Statement, Support
from rag.text import is_content, term, term_set, words
from rag.word_proof import direction, directions, names_of
from rag.wording import says_same

_LEAST = 0.75
"""The share of its content words that must be cited: all but one in four."""
_MOST_MISSING = 2
"""Words that may be new however long the statement is."""
_LEAST_FOR_ONE = 3
"""Of so many words one may be new: of a sentence of three, mostly its verb."""
_LIGHT = frozenset("much many whichever whatever".split())
_CLOCK = re.compile(r"\b([ap])\.\s?m\.", re.I)


def share_covered(text: str, cited: str) -> float:
    """The share of the content words of a text, its numbers included, that another holds."""
    wanted, held = term_set(text), term_set(cited)
    return sum(stands(t, held) for t in wanted) / len(wanted) if wanted else 0.0


def covered(statement: Statement, support: Support) -> Verdict:
    """`SUPPORTED` if nearly all of what it says is cited, else `NOT_COVERED`.

    Words that say only that a figure is one, that it grew (which is checked elsewhere), or that a
    plan is one, may be any. Figures and names that were found count as said where there are
    figures; without figures names say who, not what, and the rest must be cited for itself.
    """
    if support.is_quoted(statement.text):
        return Verdict.SUPPORTED
    held = term_set(support.text) | term_set(support.context)
    telling = _telling(statement, support)
    dated = len(statement.figures) + len(statement.period.years)
    known = dated + len(names_of(statement.text)) if dated else 0
    told = frozenset(words(support.text))
    missing = [w for w in telling if not stands(term(w), held) and not says_same(w, told)]
    if not telling:
        names_it = statement.figures and names_of(statement.text)
        return Verdict.SUPPORTED if names_it else Verdict.NOT_COVERED
    share = 1 - len(missing) / (len(telling) + known)
    enough = share >= _LEAST and len(missing) <= _MOST_MISSING
    alone = len(missing) == 1 and len(telling) >= _LEAST_FOR_ONE
    return Verdict.SUPPORTED if enough or alone else Verdict.NOT_COVERED


def _telling(statement: Statement, support: Support) -> set[str]:
    """The words that say something: no grammar, no numbers, names or directions that hold."""
    names, moves = names_of(statement.text), directions(support.text)
    planned = statement.period.status is Status.PLANNED
    return {
        word
        for word in words(_CLOCK.sub(r"\1m", statement.text))
        if is_content(word)
        and word not in _LIGHT
        and not is_speaker(word, statement.text, support)
        and not word[0].isdigit()
        and term(word) not in names
        and direction(word) not in moves
        and lemma(word) not in LEVELS
        and not (statement.figures and word in GENERIC)
        and not (planned and status_of(word) is Status.PLANNED)
    }
