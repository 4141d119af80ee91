"""Where a stretch of a sentence's normalised twin stands in the stored text."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate

from rag.models import Sentence, Span

_PROBES = ((12, 1024), (4, 256), (2, 32), (1, 16))
"""How many characters must agree, and how far away they are looked for: the fewer, the nearer."""
_SHORT = 600
"""Up to as many differing characters the closest alignment of all is looked for."""
_WIDEST = max(size + reach for size, reach in _PROBES)


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
        return self._map[first], self._map[last]

    @cached_property
    def _map(self) -> list[int]:
        return aligned(self._twin, self._body)


def aligned(twin: str, body: str) -> list[int]:
    """Where in `body` each character of `twin` stands, -1 where it does not; in linear time.

    What both begin and end with is theirs in common. Between, if that is long, two pointers go on
    side by side and skip, where they differ, the least that makes the next characters agree again.
    """
    found = [-1] * len(twin)
    begin = _common(twin, body)
    found[:begin] = range(begin)
    tail = _common(twin[begin:][::-1], body[begin:][::-1])
    if tail:
        found[-tail:] = range(len(body) - tail, len(body))
    end, stop = len(twin) - tail, len(body) - tail
    if max(end, stop) - begin <= _SHORT:
        matcher = SequenceMatcher(None, twin[begin:end], body[begin:stop], autojunk=False)
        for block in matcher.get_matching_blocks():
            at, to = begin + block.a, begin + block.b
            found[at : at + block.size] = range(to, to + block.size)
        return found
    _walk(twin, body, begin, (end, stop), found)
    return found


def _walk(twin: str, body: str, begin: int, ends: tuple[int, int], found: list[int]) -> None:
    """Let two pointers go from `begin` to the two ends, noting in `found` what agrees."""
    i, j, (end, stop) = begin, begin, ends
    while i < end and j < stop:
        if twin[i] == body[j]:
            found[i] = j
            i, j = i + 1, j + 1
        else:
            left, out = _skipped(twin[i : min(end, i + _WIDEST)], body[j : min(stop, j + _WIDEST)])
            i, j = i + left, j + out


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _skipped(twin: str, body: str) -> tuple[int, int]:
    """How many characters of each to skip; one of both where nothing near agrees."""
    for size, reach in _PROBES:
        out = body.find(twin[:size], 0, reach + size)
        left = twin.find(body[:size], 0, reach + size)
        if out >= 0 and (left < 0 or out <= left):
            return 0, out
        if left >= 0:
            return left, 0
    return 1, 1


def _holds(stretch: str, wanted: str) -> bool:
    """Whether the stretch is what is wanted, but for characters that were taken out."""
    rest = iter(stretch)
    return bool(stretch) and stretch[0] == wanted[0] and all(char in rest for char in wanted)
