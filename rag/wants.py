"""The kinds of answer that a question may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Wants(StrEnum):
    """The kind of answer a question asks for."""

    AMOUNT = "amount"
    DATE = "date"
    DURATION = "duration"
    PERSON = "person"
    PLACE = "place"
    DEFINITION = "definition"
    REASON = "reason"
    MANNER = "manner"
    LIST = "list"
    YES_NO = "yes-no"
    COMPARISON = "comparison"
    OTHER = "other"

    @property
    def is_single(self) -> bool:
        """Whether one statement answers in full, so that a second can only repeat it."""
        return self in (Wants.AMOUNT, Wants.DATE, Wants.DURATION, Wants.PLACE)


class FigureKind(StrEnum):
    """The kind of figure a question asks for."""

    COUNT = "count"
    SHARE = "share"
    GROWTH = "growth"
    MEASURE = "measure"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; `figure` is `None` where no figure is."""

    wants: Wants
    figure: FigureKind | None
