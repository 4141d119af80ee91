"""What a reader of an open data set hands over: documents, cases, and how it read them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from eval.dataset import Case
from eval.metrics import Evaluator
from rag.errors import CaseError

_UNSAFE = re.compile(r"[^\w.-]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_STEM_CHARS = 60
"""Short enough for every file system, also where a character takes four bytes."""


@dataclass(frozen=True, slots=True)
class Outside:
    """An open data set, ready to be asked.

    `documents` holds texts by file name; they have no line ends but `\\n`, so that ingest stores
    them unchanged and the offsets in the cases hold. `evaluators` are the format's own, beside
    the usual ones. `note` says in one sentence how the data is read and what was left out.
    """

    documents: Mapping[str, str]
    cases: tuple[Case, ...]
    note: str
    evaluators: Mapping[str, Evaluator] = field(default_factory=dict)

    def sampled(self, count: int, seed: int = 0) -> Outside:
        """The same documents with `count` of the cases, in their order, drawn by `seed`.

        Raises:
            CaseError: `count` is less than 1.
        """
        if count < 1:
            raise CaseError(f"A sample of {count} cases asks nothing; give 1 or more.")
        if count >= len(self.cases):
            return self
        drawn = sorted(random.Random(seed).sample(range(len(self.cases)), count))  # noqa: S311  no secret
        note = f"{self.note} Asked are {count} of {len(self.cases)} cases, drawn with seed {seed}."
        return replace(self, cases=tuple(self.cases[i] for i in drawn), note=note)


Reader: TypeAlias = Callable[[Path], Outside]


class Names:
    """Gives every name once: a second `x` becomes `x-2`. Case is no difference."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def unique(self, wanted: str) -> str:
        """The name itself, or else with the first number that makes it new."""
        name, number = wanted, 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{wanted}-{number}"
        self._taken.add(name.casefold())
        return name


def file_stem(name: str) -> str:
    """A name as the stem of a file: no folder, not hidden, not long."""
    return _UNSAFE.sub("_", name).strip("._")[:_STEM_CHARS] or "untitled"


def with_lf(text: str) -> str:
    r"""The text as ingest stores it, with `\n` as its only line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def language_of(question: str) -> str:
    """The language a question is asked in, as far as its script tells."""
    return "zh" if _HAN.search(question) else "en"


def note_of(reading: str, remarks: Iterable[tuple[str, int]]) -> str:
    """One sentence: how the data is read, then what was counted more than zero times."""
    counted = [f"{what}: {count}" for what, count in remarks if count]
    return "; ".join([reading, *counted]) + "."
