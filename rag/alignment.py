"""Where a stretch of a sentence's normalised twin stands in the stored text."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import Match, SequenceMatcher
from functools import cached_property
from itertools import accumulate

from rag.models import Sentence, Span


class Alignment:
    """A sentence's twin beside the stored text that it was made from.

    Normalising takes characters out and puts blanks in, but alters none.
    """

    def __init__(self, stored: str, sentence: Sentence) -> None:
        self._pieces = [piece for piece in sentence.places if sentence.span.covers(piece)]
        self._offsets = [
            i for p in self._pieces for i in range(p.start, p.end) if not stored[i].isspace()
        ]
        self._body = "".join(stored[i] for i in self._offsets)
        self._twin = "".join(sentence.text.split())
        self._solid = [0, *accumulate(not char.isspace() for char in sentence.text)]

    def place(self, start: int, end: int) -> Span | None:
        """The span of the stored text that `sentence.text[start:end]` was made from.

        Nothing if it does not stand within the sentence's own span, such as the name of a column.
        """
        first, last = self._aligned(self._solid[start], self._solid[end] - 1)
        wanted = self._twin[self._solid[start] : self._solid[end]]
        if first < 0 or not _holds(self._body[first : last + 1], wanted):
            return None
        begin = self._offsets[first]
        piece = next(piece for piece in self._pieces if piece.start <= begin < piece.end)
        # A footnote in the midst of it: the part before the note stands for it.
        end_of_part = max(i for i in self._offsets[first : last + 1] if i < piece.end)
        return Span(begin, end_of_part + 1)

    def _aligned(self, first: int, last: int) -> tuple[int, int]:
        """Where two characters of the twin stand in the body; -1 for what is not there."""
        if self._twin == self._body:
            return first, last
        wanted = self._twin[first : last + 1]
        if self._body.count(wanted) == 1:
            at = self._body.index(wanted)
            return at, at + len(wanted) - 1
        return _mapped(self._blocks, first), _mapped(self._blocks, last)

    @cached_property
    def _blocks(self) -> Sequence[Match]:
        matcher = SequenceMatcher(None, self._twin, self._body, autojunk=False)
        return matcher.get_matching_blocks()


def _mapped(blocks: Sequence[Match], at: int) -> int:
    return next((b.b + at - b.a for b in blocks if b.a <= at < b.a + b.size), -1)


def _holds(stretch: str, wanted: str) -> bool:
    """Whether the stretch is what is wanted, but for characters that were taken out."""
    rest = iter(stretch)
    return bool(stretch) and stretch[0] == wanted[0] and all(char in rest for char in wanted)
