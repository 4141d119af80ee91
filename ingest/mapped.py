"""Text that remembers, for every character, where in the stored text it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.models import Span

Edit = tuple[int, int, str]
"""Replace `[start, end)` of the current text by the string; edits are sorted and do not overlap."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A text and the stored offset of each of its characters; offsets never decrease.

    A character that was inserted shares the offset of the character after it.
    """

    text: str
    offsets: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.text) != len(self.offsets):
            raise ValueError("a mapped text needs exactly one offset for each character")

    @classmethod
    def of(cls, stored: str, pieces: Sequence[Span]) -> Mapped:
        """The pieces of the stored text, one after another, a line break between them."""
        text: list[str] = []
        offsets: list[int] = []
        for piece in pieces:
            if text:
                text.append("\n")
                offsets.append(offsets[-1] + 1)
            text.append(stored[piece.start : piece.end])
            offsets.extend(range(piece.start, piece.end))
        return cls("".join(text), tuple(offsets))

    def edit(self, edits: Iterable[Edit]) -> Mapped:
        """The text after the edits; what is put in takes the offset at which it stands."""
        text: list[str] = []
        offsets: list[int] = []
        done = 0
        for start, end, new in edits:
            text += (self.text[done:start], new)
            offsets.extend(self.offsets[done:start])
            offsets.extend([self._offset(start)] * len(new))
            done = end
        if not done and not text:
            return self
        text.append(self.text[done:])
        offsets.extend(self.offsets[done:])
        return Mapped("".join(text), tuple(offsets))

    def sub(self, pattern: re.Pattern[str], new: str) -> Mapped:
        """Put `new` for every match, or for its first group where the pattern has one."""
        group = 1 if pattern.groups else 0
        return self.edit((*match.span(group), new) for match in pattern.finditer(self.text))

    def cut(self, start: int, end: int) -> Mapped:
        """The stretch `[start, end)` without the blanks around it."""
        part = self.text[start:end]
        start += len(part) - len(part.lstrip())
        end = max(start, end - (len(part) - len(part.rstrip())))
        return Mapped(self.text[start:end], self.offsets[start:end])

    def glued(self, index: int) -> bool:
        """Whether the character at `index` was inserted between two that stood together."""
        return index + 1 < len(self.offsets) and self.offsets[index] == self.offsets[index + 1]

    @property
    def span(self) -> Span:
        """The stretch of the stored text from the first to the last character."""
        return Span(self.offsets[0], self.offsets[-1] + 1) if self.offsets else Span(0, 0)

    def _offset(self, index: int) -> int:
        if index < len(self.offsets):
            return self.offsets[index]
        return self.offsets[-1] + 1 if self.offsets else 0
