"""The number and the unit of an expected figure, and where a text says them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from eval.text import tokens
from rag.models import Span

_TOKEN = re.compile(r"#(-?[\d.:/]+?)(%|‰|pp|bp)?")
_CELL = re.compile(r";\s")
_WORD = re.compile(r"\S+")
_GAP = 3
"""Most words between a number and its unit, as in "4,000 additional new beds"."""
_ENDS_UNIT = frozenset(
    "a an and at by each every for from in of on or per plus than to versus with".split()
)
"""What follows these is a unit of something else, as in "10,000 yuan per square meter"."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, the kind of share it is (`%`, `‰`, `pp`, `bp` or none) and the words of its unit.

    All are tokens of `eval.text`, so scale and ways of writing do not matter.
    """

    number: str
    kind: str
    unit: tuple[str, ...]

    def said_in(self, text: str) -> bool:
        """Whether the text says the number, of whatever unit."""
        return any(self._places(row) for row in _readings(text))

    def spans_in(self, text: str) -> list[Span]:
        """The words with which the number begins, wherever the text says it."""
        words = [match.span() for match in _WORD.finditer(text)]
        # What follows makes a number what it is, so it is read from each word to the end.
        left = [self._times(text[start:]) for start, _ in words]
        drops = zip(words, left, [*left[1:], 0], strict=True)
        return [Span(*word) for word, here, after in drops if here > after]

    def unit_in(self, text: str) -> bool | None:
        """Whether the number has its unit there; `None` if the figure names no unit to look for.

        The unit follows the number, a few words apart at most, or is the name of the cell in
        "Throughput (TEUs): 49.158 million; Growth: 3.9%".
        """
        found = [self._unit_at(row, at) for row in _readings(text) for at in self._places(row)]
        if True in found or self._names_cell(text):
            return True
        return None if None in found else False

    def _places(self, row: Sequence[str]) -> list[int]:
        return [at for at, token in enumerate(row) if _number(token)[0] == self.number]

    def _times(self, text: str) -> int:
        return max(len(self._places(row)) for row in _readings(text))

    def _unit_at(self, row: Sequence[str], at: int) -> bool | None:
        if _number(row[at])[1] != self.kind:
            return False
        if not self.unit:
            return True if self.kind else None
        following = tuple(_unit_words(row[at + 1 : at + 1 + _GAP + len(self.unit)], self.unit))
        starts = range(len(following) - len(self.unit) + 1)
        return any(following[s : s + len(self.unit)] == self.unit for s in starts)

    def _names_cell(self, text: str) -> bool:
        for cell in _CELL.split(text) if self.unit else ():
            name, colon, value = cell.partition(":")
            if colon and self.said_in(value) and set(self.unit) <= set(tokens(name)):
                return True
        return False


@lru_cache(maxsize=4096)
def read_amount(value: str) -> Amount:
    """The amount that an expected figure's `value` says, as in "49.158 million TEUs".

    A value without any number is all unit, so it is said nowhere.
    """
    row = tokens(f" {value}")
    start = next((at for at, token in enumerate(row) if _number(token)[0]), len(row))
    number, kind = _number(row[start]) if start < len(row) else ("", "")
    return Amount(number or "?", kind, row[start + 1 :])


@lru_cache(maxsize=65536)
def _number(token: str) -> tuple[str, str]:
    match = _TOKEN.fullmatch(token)
    return (match[1], match[2] or "") if match else ("", "")


def _readings(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tokens(text), tokens(text, parted=True)


def _unit_words(row: Sequence[str], unit: Sequence[str]) -> Iterator[str]:
    """The tokens up to the next number, or up to a word that begins something else."""
    for token in row:
        if token not in unit and (_number(token)[0] or token in _ENDS_UNIT):
            return
        yield token
