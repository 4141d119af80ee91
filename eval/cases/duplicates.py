"""Cases that ask the same thing twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from rapidfuzz import fuzz

from eval.cases.finding import Finding
from eval.dataset import Case
from eval.text import tokens

_NEAR = 95
"""Of 100 (rapidfuzz ratio over sorted words): above it, questions differ by a letter or a word."""


def prove_no_duplicates(cases: Sequence[Case]) -> Iterator[Finding]:
    """That no question is asked twice, word for word; near ones with one expectation are told."""
    first: dict[tuple[object, ...], Case] = {}
    alike: dict[tuple[object, ...], list[Case]] = defaultdict(list)
    for case in cases:
        earlier = first.setdefault((tokens(case.question), *_setting(case)), case)
        if earlier is not case:
            yield Finding(case.id, "error", f"it asks the same as {earlier.id!r}")
        else:
            alike[(case.absent, case.expect, _particulars(case), *_setting(case))].append(case)
    for group in alike.values():
        yield from _near(group)


def _near(group: Sequence[Case]) -> Iterator[Finding]:
    for one, other in combinations(group, 2):
        score = fuzz.token_sort_ratio(one.question.lower(), other.question.lower())
        if score >= _NEAR:
            yield Finding(other.id, "warning", f"it asks nearly the same as {one.id!r}")


def _setting(case: Case) -> tuple[object, ...]:
    """What a question must be read with."""
    turns = tuple((tokens(turn.question), tokens(turn.answer)) for turn in case.history)
    return turns, case.documents, case.language


def _particulars(case: Case) -> tuple[str, ...]:
    """Numbers and names of a question: with others it is another question, however like it."""
    return tuple(re.findall(r"\d+|(?<=\s)[A-Z][\w-]+", case.question))
