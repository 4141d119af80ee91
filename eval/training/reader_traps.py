"""Made-up statistics: a question, the sentence that answers it, and sentences that nearly do.

They mix nouns, invented owners and periods, and differ in one respect each: another period, another
measure, another owner, or a plan, a result or a change in place of one another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.reader import Candidate

Rng = np.random.Generator

MEASURES = (
    ("total revenue", "money"), ("net profit", "money"), ("operating costs", "money"),
    ("spending on education", "money"), ("the budget deficit", "money"), ("tax income", "money"),
    ("the value of exports", "money"), ("research spending", "money"), ("long-term debt", "money"),
    ("investment in transport", "money"), ("capital expenditure", "money"),
    ("average monthly income", "money"), ("donations received", "money"),
    ("the number of students", "count"), ("the number of visitors", "count"),
    ("the number of employees", "count"), ("the number of new jobs", "count"),
    ("the population", "count"), ("the number of patients treated", "count"),
    ("the number of homes built", "count"), ("the number of road deaths", "count"),
    ("the number of registered companies", "count"), ("the number of library members", "count"),
    ("the number of complaints", "count"), ("the number of flights", "count"),
    ("the unemployment rate", "share"), ("the literacy rate", "share"),
    ("the inflation rate", "share"), ("the recycling rate", "share"),
    ("the share of renewable energy", "share"), ("the profit margin", "share"),
    ("forest cover", "share"), ("the vaccination rate", "share"), ("the vacancy rate", "share"),
    ("wheat production", "tons"), ("steel output", "tons"), ("coal consumption", "tons"),
    ("fish catches", "tons"), ("carbon emissions", "tons"), ("electricity generation", "hours"),
    ("the length of the rail network", "length"), ("the length of cycle paths", "length"),
)  # fmt: skip
UNITS = {
    "money": ("${} million", "€{} billion", "{} million dollars", "£{} million", "${}.{} billion"),
    "count": ("{}", "{} thousand", "{},000", "{}.{} million"),
    "share": ("{}.{} percent", "{}%", "{} per cent"),
    "tons": ("{} million tons", "{},000 tonnes", "{}.{} million tonnes"),
    "hours": ("{} gigawatt hours", "{}.{} billion kilowatt hours"),
    "length": ("{} km", "{} kilometers", "{} miles"),
}
SYLLABLES = ("bar", "cal", "dor", "el", "fen", "gar", "hal", "in", "kel", "lor", "mar", "nor",
             "or", "pel", "quin", "ros", "sal", "tor", "ul", "ver", "wes", "yar",
             "zan")  # fmt: skip
ENDINGS = ("ia", "ton", "ford", "a", "dale", "stan", "berg", " City", " County", " Group", " Ltd",
           " District", " Island", "", " University")  # fmt: skip
ACHIEVED = (
    "{m} {of} was {v} {in}.", "{In}, {m} {of} reached {v}.", "{m} {of} stood at {v} {in}.",
    "{In}, {m} {of} came to {v}, compared with {o} before.", "{m} {of} rose to {v} {in}, up {g}.",
    "{m} {of} fell to {v} {in}.", "{of2} reported {m} of {v} {in}.",
    "{In}, {of2} recorded {m} of {v}.", "{m} {of} totalled {v} {in}, an increase of {g}.",
    "{m} {of} had reached {v} by the end of {p}.", "{m} was held at {v} {in}.",
)  # fmt: skip
PLANNED = (
    "{m} {of} is to reach {v} {in}.", "{In}, {m} {of} will be around {v}.",
    "{of2} aims for {m} of {v} {in}.", "The target for {m} {of} {in} is {v}.",
    "{of2} plans to bring {m} to {v} {in}.", "{m} {of} is expected to come to {v} {in}.",
    "We will keep {m} at about {v} {in}.", "{In}, we intend to raise {m} to {v}.",
    "{m} should reach {v} by {p}.", "{of2} has set a goal of {v} for {m} {in}.",
    "{m} is projected at {v} for {p}.",
)  # fmt: skip
GROWN = (
    "{m} {of} grew by {v} {in}.", "{In}, {m} {of} increased {v}.", "{m} {of} was up {v} {in}.",
    "{of2} saw {m} go up by {v} {in}.", "{m} {of} dropped by {v} {in}.",
    "Growth in {m} {of} was {v} {in}.", "{m} {of} rose {v} {in}, to {o}.",
    "{In}, {m} {of} was {o}, up {v}.", "{m} {of} fell {v} {in} to {o}.",
)  # fmt: skip
ASK = {
    "achieved": (
        "What was {m} {of} {in}?", "How high was {m} {of} {in}?", "What did {m} {of} reach {in}?",
        "What {m} did {of2} record {in}?", "{m} {of} {in}?", "{In}, what was {m} {of}?",
        "What level did {m} {of} actually reach {in}?", "What was the actual {bare} {of} {in}?",
    ),
    "planned": (
        "What is the target for {m} {of} {in}?", "What {bare} does {of2} plan for {p}?",
        "What {bare} is {of2} aiming for {in}?", "What should {m} {of} be {in}?",
        "What goal was set for {m} {of} {in}?", "What is {m} {of} expected to be {in}?",
        "To what level does {of2} intend to bring {m} {in}?",
    ),
    "grown": (
        "By how much did {m} {of} grow {in}?", "How fast did {m} {of} grow {in}?",
        "What was the growth of {m} {of} {in}?", "How much did {m} {of} change {in}?",
    ),
}  # fmt: skip
TOLD = {"achieved": ACHIEVED, "planned": PLANNED, "grown": GROWN}


@dataclass(frozen=True)
class Fact:
    """A made-up statistic: how much of what, of whom, when, and whether it came about."""

    measure: str
    kind: str
    owner: str
    period: str
    mode: str


@dataclass(frozen=True)
class Trap:
    """A question, the sentence that answers it, with the answer's span, and those that do not."""

    question: str
    right: Candidate
    span: tuple[int, int]
    wrong: tuple[Candidate, ...]


def make_trap(rng: Rng, measures: Sequence[tuple[str, str]] = MEASURES, wrong: int = 5) -> Trap:
    """Make up a statistic, and others that differ from it in one respect each."""
    measure, kind = measures[int(rng.integers(len(measures)))]
    mode = str(rng.choice(["achieved", "planned", "grown"], p=[0.45, 0.35, 0.2]))
    fact = Fact(measure, kind, _owner(rng), _period(rng), mode)
    headed = rng.random() < 0.35
    right, span = _tell(rng, fact, headed, TOLD[mode])
    others = tuple(
        _tell(rng, other, headed, _plain(TOLD[other.mode]))[0]
        for other in (_other(rng, fact, measures) for _ in range(wrong))
    )
    question = _fill(rng, _one(rng, ASK[mode]), fact, "", hide_owner=headed and rng.random() < 0.5)
    return Trap(question, right, span, others)


def _one(rng: Rng, items: Sequence[str]) -> str:
    return items[int(rng.integers(len(items)))]


def _owner(rng: Rng) -> str:
    stem = "".join(_one(rng, SYLLABLES) for _ in range(2)).capitalize()
    return stem + _one(rng, ENDINGS)


def _period(rng: Rng) -> str:
    year = int(rng.integers(1985, 2036))
    forms = (
        f"{year}", f"{year}", f"{year}", f"fiscal {year}", f"the first half of {year}",
        f"the {_one(rng, ('first', 'second', 'third', 'fourth'))} quarter of {year}",
        f"{_one(rng, ('March', 'June', 'October'))} {year}", f"the {year}-{year + 4} period",
    )  # fmt: skip
    return _one(rng, forms)


def _other(rng: Rng, fact: Fact, measures: Sequence[tuple[str, str]]) -> Fact:
    """Change exactly one respect; period and mode most often, since those fool a reader most."""
    respect = str(rng.choice(["period", "mode", "measure", "owner"], p=[0.35, 0.35, 0.2, 0.1]))
    if respect == "period":
        return _with(fact, period=_different(fact.period, lambda: _shifted(rng, fact.period)))
    if respect == "mode":
        return _with(fact, mode=_different(fact.mode, lambda: _one(rng, tuple(TOLD))))
    if respect == "owner":
        return _with(fact, owner=_different(fact.owner, lambda: _owner(rng)))
    alike = [one for one in measures if one[1] == fact.kind and one[0] != fact.measure]
    measure, kind = alike[int(rng.integers(len(alike)))] if alike else ("the total", fact.kind)
    return _with(fact, measure=measure, kind=kind)


def _with(fact: Fact, **changes: str) -> Fact:
    return Fact(**{**vars(fact), **changes})


def _different(old: str, draw: Callable[[], str]) -> str:
    new = draw()
    return new if new != old else _different(old, draw)


def _shifted(rng: Rng, period: str) -> str:
    """The same period of another year, usually the year before or after."""
    shift = int(rng.choice([-2, -1, -1, 1, 1, 5]))
    return re.sub(r"\b\d{4}\b", lambda match: str(int(match.group()) + shift), period)


def _plain(templates: Sequence[str]) -> list[str]:
    """Templates that tell one figure: a second one might answer the question after all."""
    return [one for one in templates if "{o}" not in one and "{g}" not in one]


def _tell(
    rng: Rng, fact: Fact, headed: bool, templates: Sequence[str]
) -> tuple[Candidate, tuple[int, int]]:
    kind = "share" if fact.mode == "grown" else fact.kind
    value = _value(rng, kind)
    text = _fill(rng, _one(rng, templates), fact, value, hide_owner=headed)
    start = text.index(value)
    return Candidate(fact.owner if headed else "", text), (start, start + len(value))


def _value(rng: Rng, kind: str) -> str:
    top = 60 if kind == "share" else 900
    return _one(rng, UNITS[kind]).format(int(rng.integers(2, top)), int(rng.integers(1, 9)))


def _fill(rng: Rng, template: str, fact: Fact, value: str, hide_owner: bool) -> str:
    period = fact.period if rng.random() < 0.9 else f"the year {fact.period[-4:]}"
    filled = template.format(
        m=fact.measure,
        bare=fact.measure.removeprefix("the "),
        v=value,
        p=period,
        of="" if hide_owner else _one(rng, ("of {}", "in {}", "at {}")).format(fact.owner),
        of2="it" if hide_owner else fact.owner,
        o=_value(rng, fact.kind),
        g=_value(rng, "share"),
        **{"in": f"in {period}", "In": f"In {period}"},
    )
    filled = re.sub(r" +", " ", filled).replace(" ?", "?").replace(" .", ".").replace(" ,", ",")
    return filled[0].upper() + filled[1:]
