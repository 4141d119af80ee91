"""Whose a figure or a deed is: a statement may not give it to a neighbour.

Told apart by the register of figures, by the clauses of the cited sentence, and by the names that
stand there in the place of the one that the statement puts there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rag.amounts import amounts_in
from rag.binding import segments
from rag.figures import Figure
from rag.grammar.tagging import tag
from rag.grammar.tokens import Tag
from rag.kinship import stands
from rag.nearest_clause import content_terms, nearest_clauses
from rag.span import Statement, Support
from rag.text import is_content, term, words

_NAME = re.compile(r"[^\W\d_]*[A-Z][\w’'&-]*")
_LABEL = re.compile(r"[A-Z]+-?\d+[A-Za-z]?")
_BREAKS = re.compile(
    r"\s*;\s*(?:and\s|but\s|while\s)?|,?\s(?:while|whereas)\s|,\s(?:and|but)\s|\sand\s(?=the\s)"
)
_VERBS = (Tag.VERB, Tag.AUXILIARY, Tag.MODAL)
_POINTS = frozenset("it they this that these those its their he she his her which who".split())


def is_of_other_owner(statement: Statement, support: Support) -> bool:
    """Whether a figure, a name or a deed is given to another than it is told of."""
    return (
        any(_is_figure_of_other(figure, statement.text, support) for figure in statement.figures)
        or _is_other_name(statement.text, support)
        or any(_crosses(statement.text, text) for text in support.texts)
        or any(_opens_otherwise(statement.text, text) for text in support.texts)
    )


def _is_figure_of_other(figure: Figure, text: str, support: Support) -> bool:
    """Whether the statement has the words that part another figure's measure from this one's."""
    home = [f for f in support.figures if (f.value, f.high) == (figure.value, figure.high)]
    kinds = {f.kind for f in home}
    said, beside = _said_of(figure, text)
    rivals = [
        f for f in support.figures if f not in home and f.kind in kinds and f.value not in beside
    ]
    own = frozenset().union(*(f.terms for f in home))
    return any(
        _has(said, rival.terms - own) and not _has(said, own - rival.terms)
        for rival in rivals
        if rival.terms - own and own - rival.terms
    )


def _has(said: frozenset[str], wanted: frozenset[str]) -> bool:
    return any(stands(word, said) for word in wanted)


def _said_of(figure: Figure, text: str) -> tuple[frozenset[str], frozenset[Decimal]]:
    """What a statement says of one of its figures, and the figures it says that of.

    That is all of it, or the stretch around the figure.
    """
    found = segments(text)
    values = frozenset(a.value for s in found for a in s.amounts)
    if sum(segment.is_anchored for segment in found) < 2:
        return content_terms(text), values
    near = [s for s in found if any(a.value == figure.value for a in s.amounts)]
    said = content_terms(" ".join(s.text for s in near)) | figure.terms
    return said, frozenset(a.value for s in near for a in s.amounts)


def _is_other_name(text: str, support: Support) -> bool:
    """Whether a name that only the headings hold takes the place of one that is cited."""
    said, told = _names(text), _names(_told_of(text, support))
    own, held = {n.lower() for n, _, _ in said}, {n.lower() for n, _, _ in _names(support.text)}
    new = [one for one in said if one[0].lower() not in held]
    gone = [one for one in told if one[0].lower() not in own]
    return any(_is_same_place(one, other) for one in new for other in gone)


def _told_of(text: str, support: Support) -> str:
    """The clauses nearest to a statement, or all where these have no subject of their own."""
    near = " ".join(nearest_clauses(text, support.texts))
    points = any(w in _POINTS for w in words(near))
    return near if points or _names(near) else support.text


Named = tuple[str, tuple[str, ...], str]
"""A name, the two words before it and the one after it."""


def _names(text: str) -> list[Named]:
    found = list(re.finditer(r"[^\W_][\w’'&-]*", text))
    plain = [match[0].removesuffix("'s").removesuffix("’s") for match in found]
    return [
        (
            plain[at],
            tuple(w.lower() for w in plain[max(0, at - 2) : at]),
            plain[at + 1] if at + 1 < len(plain) else "",
        )
        for at in range(len(plain))
        if _NAME.fullmatch(plain[at]) and is_content(plain[at].lower())
    ]


def _is_same_place(one: Named, other: Named) -> bool:
    """Of the same shape ("R18", "R24"), before the same word, or after the same two."""
    if _LABEL.fullmatch(one[0]) and _LABEL.fullmatch(other[0]):
        return True
    if one[2] and one[2] == other[2] and (one[2][0].isupper() or is_content(one[2])):
        return True
    return len(one[1]) == 2 and one[1] == other[1]


def _crosses(text: str, cited: str) -> bool:
    """Whether the subject of one clause gets what is told of another one's subject.

    "A stands on land; B stands on a reef" does not tell that A stands on a reef. A clause whose
    subject is a pronoun goes on with the subject before it.
    """
    clauses = [part for part in _BREAKS.split(cited) if part]
    if len(clauses) < 2 or len([p for p in _BREAKS.split(text) if p]) > 1:
        return False
    subject, rest = _split(text)
    if not subject or not rest:
        return False
    parts = [_split(clause) for clause in clauses]
    if not all(has_verb and not points for has_verb, points in map(_kind, clauses)):
        return False
    return _is_taken(subject, rest, parts)


def _opens_otherwise(text: str, cited: str) -> bool:
    """Whether it opens with a name of one clause and goes on with another that has its own."""
    clauses = [part for part in _BREAKS.split(cited) if part]
    said, opening = content_terms(text), _opening(text)
    scores = [sum(stands(w, content_terms(part)) for w in said) for part in clauses]
    if not opening or len(clauses) < 2 or scores.count(max(scores)) > 1:
        return False
    nearest = clauses[scores.index(max(scores))]
    own = _opening(nearest)
    others = [part for part in clauses if part is not nearest]
    return bool(
        own
        and not stands(own, said)
        and not stands(opening, content_terms(nearest))
        and any(_opening(part) == opening for part in others)
    )


def _opening(text: str) -> str:
    """The term of the name that a clause opens with, or nothing."""
    match = re.match(r"\W*(?:[Tt]he\s)?\W*(?P<name>[A-Z][\w’'&-]*)", text)
    word = match["name"].lower() if match else ""
    return term(word) if word and is_content(word) else ""


def _is_taken(
    subject: frozenset[str],
    rest: frozenset[str],
    parts: Sequence[tuple[frozenset[str], frozenset[str]]],
) -> bool:
    """Whether most of what is said belongs to a clause whose own subject is another."""
    scores = [sum(stands(word, said) for word in rest) for _, said in parts]
    best = max(scores)
    if not best or scores.count(best) > 1:
        return False
    owner, _ = parts[scores.index(best)]
    others = frozenset().union(*(s | r for s, r in parts if s is not owner))
    lent = {w for w in subject if stands(w, others) and not stands(w, owner)}
    gone = {w for w in owner if not stands(w, subject | rest)}
    home = parts[scores.index(best)][1]
    return bool(lent - {w for w in lent if stands(w, home)}) and bool(gone)


def _kind(clause: str) -> tuple[bool, bool]:
    """Whether a clause has a verb, and whether its subject points back."""
    tokens = tag(clause, [(a.start, a.end) for a in amounts_in(clause)])
    verb = next((i for i, t in enumerate(tokens) if t.tag in _VERBS), len(tokens))
    return verb < len(tokens), any(t.lower in _POINTS for t in tokens[:verb])


def _split(clause: str) -> tuple[frozenset[str], frozenset[str]]:
    """The content of a clause before its verb, and from there on; all is rest without a verb."""
    tokens = tag(clause, [(a.start, a.end) for a in amounts_in(clause)])
    verb = next((i for i, t in enumerate(tokens) if t.tag in _VERBS), 0)
    at = tokens[verb].start if verb else 0
    return _terms(clause[:at]), _terms(clause[at:])


def _terms(text: str) -> frozenset[str]:
    return frozenset(term(w) for w in words(text) if is_content(w))
