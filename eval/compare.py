"""Two runs on the same cases: what each measure gained or lost, and which cases changed.

No statement is made about chance: a difference of a few cases may be none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eval.summary import Scored, Slice, slice_of


@dataclass(frozen=True, slots=True)
class Change:
    """A case that passed in one run and failed in the other, with the newer run's reason."""

    id: str
    kind: str
    split: str
    question: str
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both runs measured on the cases that are word for word the same in both.

    `unmatched` counts cases that only one run has, or that were edited in between.
    """

    before: Slice
    after: Slice
    gained: tuple[Change, ...]
    lost: tuple[Change, ...]
    unmatched: int


def compare(before: Iterable[Scored], after: Iterable[Scored]) -> Comparison:
    """Compare the rows of two runs, case by case."""
    old, new = ({row.case.id: row for row in rows} for rows in (before, after))
    shared = [id_ for id_, row in new.items() if id_ in old and old[id_].case == row.case]
    gained = [new[i] for i in shared if _passes(new[i]) and not _passes(old[i])]
    lost = [new[i] for i in shared if _passes(old[i]) and not _passes(new[i])]
    return Comparison(
        before=slice_of("before", [old[id_] for id_ in shared]),
        after=slice_of("after", [new[id_] for id_ in shared]),
        gained=tuple(map(_change, gained)),
        lost=tuple(map(_change, lost)),
        unmatched=len(old.keys() | new.keys()) - len(shared),
    )


def _passes(row: Scored) -> bool:
    return bool(row.scores["right"].value)


def _change(row: Scored) -> Change:
    case = row.case
    return Change(case.id, case.kind, case.split, case.question, row.scores["right"].reason)
