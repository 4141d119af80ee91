"""Results beside their targets: figures of one measure that the register tells of both kinds.

Rather none than a wrong one: the measures must say the same, in one kind of unit, as levels or as
changes in one direction; in one document, or in documents of one series; each of one told period,
the target's the same as the result's or the one that follows. Of two results of one period that
differ, nobody knows which the target is for.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.figures import Figure
from rag.grammar.tagging import is_past
from rag.grammar.verbs import direction_of_noun
from rag.kinship import stands
from rag.models import Document
from rag.period import Status
from rag.register import Register
from rag.terms import measure_words
from rag.text import term, terms, words

_DIGITS = re.compile(r"\d+")
_POINTING = frozenset("it they them this that these those".split())

Period = tuple[int, tuple[int, ...]]
"""A year and its months; no months are the whole year."""


@dataclass(frozen=True, slots=True)
class Target:
    """One measure with its results and targets, by period; of a period, the result first."""

    measure: str
    figures: tuple[Figure, ...]


def targets_of(register: Register) -> tuple[Target, ...]:
    """All measures with a result and a target that may be compared, in the order of the register.

    A number written as a word ("the three ports") names a set more often than it tells a result,
    so it is left out.
    """
    verbs = _verbs(register.figures)
    counted = _counted(register.figures)
    groups: dict[Hashable, list[Figure]] = {}
    for figure in register.figures:
        dated = _is_dated(figure) and any(map(str.isdecimal, figure.text))
        if dated and not _of_a_set(figure, counted):
            document = register.documents[figure.document_id]
            said = _said(figure, document, verbs)
            if said:
                groups.setdefault((said, *_kind(figure), _series(document)), []).append(figure)
    found = (_target(figures) for figures in groups.values())
    return tuple(target for target in found if target is not None)


def period_of(figure: Figure) -> Period:
    """The one period that a figure is of."""
    (year,) = figure.period.years
    return year, tuple(sorted(month for _, month in figure.months))


def _is_dated(figure: Figure) -> bool:
    return figure.period.status is not None and len(figure.period.years) == 1


def _place(figure: Figure) -> tuple[str, int]:
    return figure.document_id, figure.sentence.start


def _counted(figures: Iterable[Figure]) -> dict[tuple[str, int], list[Figure]]:
    """Plain counts of things, by the sentence that tells them."""
    found: dict[tuple[str, int], list[Figure]] = {}
    for figure in figures:
        if figure.unit is None and not figure.change:
            found.setdefault(_place(figure), []).append(figure)
    return found


def _of_a_set(figure: Figure, counted: Mapping[tuple[str, int], Sequence[Figure]]) -> bool:
    """Whether its sentence counts the very things: "117 projects with an investment of 5 billion"
    tells of these projects only, so that the figure stands for nobody else's."""
    things = set(terms(figure.measure.rpartition(" of ")[2]))
    return any(
        other is not figure and things and things <= set(terms(other.measure))
        for other in counted.get(_place(figure), ())
    )


def _kind(figure: Figure) -> tuple[Hashable, ...]:
    direction = figure.direction if figure.change else None
    return figure.kind, figure.unit, figure.change, direction


def _series(document: Document) -> tuple[str, str]:
    """What the issues of a yearly report share; a document without a like is alone in its own."""
    title = " ".join(_DIGITS.sub(" ", document.title).casefold().split())
    return title or document.id, document.publisher or ""


def _said(figure: Figure, document: Document, verbs: Mapping[str, str]) -> frozenset[str]:
    """The search terms of what is measured, without what the document is about as a whole.

    In a figure of change "growth of" says nothing more, nor does "rate" after it.
    """
    named = set(words(f"{document.title} {document.publisher or ''}"))
    named &= {w.lower() for w in figure.measure.split() if w[:1].isupper()}
    said = measure_words(figure.measure)
    if figure.change:
        said = [
            word
            for before, word in zip(("", *said), said, strict=False)
            if direction_of_noun(word) is None
            and not (word == "rate" and direction_of_noun(before) is not None)
        ]
    if not _names(said, figure.measure):
        return frozenset()
    kept = [word for word in said if word not in named] or said
    return frozenset(verbs.get(found, found) for word in kept for found in terms(word))


def _names(said: Sequence[str], measure: str) -> bool:
    """Whether it is told by a noun of its own: not "to be invested", not "investment in them"."""
    pointed = not _POINTING.isdisjoint(measure.lower().split())
    return not pointed and not all(is_past(word) for word in said)


def _verbs(figures: Iterable[Figure]) -> dict[str, str]:
    """The terms of irregular past forms, each with that of its verb, where both occur."""
    said = {word for figure in figures for word in words(figure.measure) if word.isalpha()}
    known = {term(word) for word in said if not is_past(word)}
    found = {}
    for past in (term(word) for word in said if is_past(word) and not word.endswith("ed")):
        kin = [other for other in known if len(other) == len(past) and stands(past, {other})]
        if len(kin) == 1:
            found[past] = kin[0]
    return found


def _target(figures: Sequence[Figure]) -> Target | None:
    by_place: dict[tuple[Period, Status], list[Figure]] = {}
    for figure in figures:
        status = figure.period.status
        if status is not None:
            by_place.setdefault((period_of(figure), status), []).append(figure)
    if any(len({(f.value, f.high) for f in same}) > 1 for same in by_place.values()):
        return None
    results = {period for period, status in by_place if status is Status.ACHIEVED}
    planned = {period for period, status in by_place if status is Status.PLANNED}
    paired = {p for p in planned if p in results or _before(p) in results}
    if not paired:
        return None
    shown = paired | (results & (paired | {_before(p) for p in paired}))
    kept = [by_place[place][0] for place in sorted(by_place) if place[0] in shown]
    kept = [f for f in kept if period_of(f) in paired or f.period.status is Status.ACHIEVED]
    told = next(f.measure for f in kept if f.period.status is Status.ACHIEVED)
    return Target(told, tuple(kept))


def _before(period: Period) -> Period:
    """The same stretch of the year before."""
    return period[0] - 1, period[1]
