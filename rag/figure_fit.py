"""How well a figure answers a question: its measure, period, status and kind of value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rag.figures import Figure
from rag.grammar.verbs import direction_of_noun, direction_of_verb
from rag.period import Status
from rag.text import words

_FACTORS = {1.0: 1.0, 0.0: 0.8, -1.0: 0.3}
"""What agreement, silence and clash of period, status or kind leave of a figure's score."""
_BY_HOW_MUCH = (("by", "how", "much"), ("by", "how", "many"), ("by", "what"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """The figure that a question asks for.

    `terms` are the stemmed search terms of its measure; `weights` tells what each counts (1 if it
    is not there). `years` is empty and `status` and `change` are `None` where nothing is asked.
    """

    terms: frozenset[str]
    years: frozenset[int] = frozenset()
    status: Status | None = None
    change: bool | None = None
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FigureFit:
    """How a figure fits: `measure` from 0 to 1, the others -1 clash, 0 open, 1 fit."""

    measure: float
    period: float
    status: float
    change: float

    @property
    def score(self) -> float:
        """One number from 0 to 1."""
        return self.measure * _FACTORS[self.period] * _FACTORS[self.status] * _FACTORS[self.change]


NO_FIT = FigureFit(0.0, 0.0, 0.0, 0.0)


def fits(wanted: Wanted, figure: Figure) -> FigureFit:
    """How the figure fits what is wanted."""
    return FigureFit(
        measure=_share(wanted, figure.terms),
        period=agree(wanted.years, figure.period.years),
        status=same(wanted.status, figure.period.status),
        change=same(wanted.change, figure.change),
    )


def best_fit(wanted: Wanted, figures: Iterable[Figure]) -> FigureFit:
    """The fit of the figure that fits best; `NO_FIT` if there is none."""
    return max((fits(wanted, f) for f in figures), key=lambda fit: fit.score, default=NO_FIT)


def asks_change(question: str) -> bool | None:
    """Whether a question asks how much something changed; `None` if it does not tell.

    "By how much did exports grow" and "the increase in exports" ask for a change; "to how much did
    they grow" asks for a level.
    """
    asked = words(question)
    pairs = list(zip(asked, asked[1:], asked[2:], strict=False))
    if any(triple in _BY_HOW_MUCH or triple[:2] in _BY_HOW_MUCH for triple in pairs):
        return True
    if any(triple == ("to", "how", "much") or triple[:2] == ("to", "what") for triple in pairs):
        return False
    for word in asked:
        if direction_of_noun(word) is not None:
            return True
        if word.endswith(("grow", "rise", "fall", "decline")) and direction_of_verb(word):
            return True
    return None


def _share(wanted: Wanted, held: frozenset[str]) -> float:
    """The share, by weight, of the terms asked for that the figure's measure holds."""
    total = sum(wanted.weights.get(t, 1.0) for t in wanted.terms)
    if not total:
        return 0.0
    return sum(wanted.weights.get(t, 1.0) for t in wanted.terms & held) / total


def agree(asked: frozenset[int], told: frozenset[int]) -> float:
    """1 if some year asked about is told, -1 if none is, 0 if none is asked about or told."""
    if not asked or not told:
        return 0.0
    return 1.0 if asked & told else -1.0


def same(asked: object, told: object) -> float:
    """1 if what is told is what is asked for, -1 if not, 0 if either is open."""
    if asked is None or told is None:
        return 0.0
    return 1.0 if asked == told else -1.0
