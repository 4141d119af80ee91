"""What a figure measures: the noun phrase that governs it, found by the grammar of its clause.

"GDP grew by 5%" tells a change of GDP, "revenue reached 4.9 billion" a level of revenue, "built
120,000 homes" how many homes were built. Nothing here knows a subject.
"""

from __future__ import annotations

from dataclasses import replace

from rag.governing.nouns import (
    after_comparative,
    after_noun,
    as_attribute,
    as_subject,
    compared_after,
    coordinated,
    in_brackets,
    noun_of_change_after,
)
from rag.governing.place import GENERIC, Place, Reading, is_generic
from rag.governing.prepositions import after_preposition
from rag.governing.verbs import after_verb
from rag.grammar.clauses import Sentence
from rag.grammar.conjuncts import conjuncts, runs
from rag.grammar.phrases import nearest_phrase
from rag.grammar.tidy import joined

_RULES = (
    in_brackets,
    as_attribute,
    noun_of_change_after,
    compared_after,
    coordinated,
    after_preposition,
    after_comparative,
    after_verb,
    after_noun,
)
"""Tried in turn; a figure that none of them reads is the subject of its clause."""
_POINTING = frozenset("it they this that these those its their such".split())


def read_measures(sentence: Sentence, carried: str = "") -> list[Reading]:
    """A reading for each figure of the sentence, in order.

    `carried` is the measure of the sentence before, which a pronoun may stand for.
    """
    readings: list[Reading] = []
    for number in range(len(sentence.figures)):
        before = readings[-1].measure if readings else carried if refers(sentence) else ""
        found = _read(Place(sentence, number, readings, before))
        measure = _completed(found.measure, before, sentence)
        measure = measure or nearest_phrase(sentence, sentence.figures[number]) or sentence.heading
        readings.append(replace(found, measure=measure))
    return _distributed(sentence, readings)


def _read(place: Place) -> Reading:
    found = (rule(place) for rule in _RULES)
    return next((reading for reading in found if reading), None) or as_subject(place)


def refers(sentence: Sentence) -> bool:
    """Whether a sentence begins with what was said before: "it", "this", "that share"."""
    first = sentence.tokens[: sentence.figures[0]]
    return any(t.lower in _POINTING for t in first[:2]) or any(
        t.lower in ("it", "they") for t in first
    )


def _completed(measure: str, before: str, sentence: Sentence) -> str:
    """A measure that says nothing by itself, with what was told before it."""
    if not measure:
        return before or sentence.label
    if is_generic(measure):
        context = sentence.label or before or sentence.heading
        return joined(measure, "of", context) if context else measure
    return measure


def _distributed(sentence: Sentence, readings: list[Reading]) -> list[Reading]:
    """ "A and B grew by 1% and 2% respectively": each figure with its own measure."""
    for run in runs(sentence):
        if len(run) < 2:
            continue
        first = readings[run[0]]
        parts = conjuncts(first.measure, len(run)) or _paired(first, readings[: run[0]], len(run))
        if parts:
            for number, part in zip(run, parts, strict=True):
                readings[number] = replace(first, measure=part)
    return readings


def _paired(first: Reading, earlier: list[Reading], count: int) -> list[str]:
    """ "5 A and 6 B were added, bringing the totals to 50 and 60": total of A, total of B."""
    head = first.measure.partition(" of ")[0]
    if len(earlier) != count or not all(r.counted for r in earlier) or head not in GENERIC:
        return []
    return [joined(head, "of", r.measure) for r in earlier]
