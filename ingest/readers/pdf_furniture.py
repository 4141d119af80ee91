"""Running heads, running feet and page numbers: lines that stand at the same height on many pages.

They are left out of the stored text: one in the middle of a sentence that goes over the page would
break every quote of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from ingest.readers.pdf_lines import Segment

_EDGE = 3
"""So many lines from the top and from the bottom may be furniture."""
_SHARE = 0.4
_PLACED_SHARE = 0.6
_PLACED_PAGES = 3
_PLACED_WORDS = 14
_APART = 0.9
"""Lines' heights between a head that changes, such as a chapter's name, and the text."""
_STEP = 6.0
_DIGITS = re.compile(r"[0-9]{1,4}")
_NUMBER = re.compile(
    r"^\W*(?:page\s*|第\s*)?(\d{1,4})(?:\s*(?:of|/|页|／|共)\W*\d{1,4}\s*页?)?\W*页?\W*$", re.I
)


def furniture(pages: Mapping[int, Sequence[Segment]], body: float) -> set[Segment]:
    """The segments that are no content, of all pages together; `body` is the size of the text.

    Nothing, where nothing else would be left: forms that differ in a number are no running heads.
    """
    edges = {number: _edges(segments) for number, segments in pages.items()}
    filled = sum(bool(segments) for segments in pages.values())
    found = _repeated(edges, filled) | _numbers(edges) | _placed(pages, edges, filled, body)
    return found if any(s not in found for held in pages.values() for s in held) else set()


def _edges(segments: Sequence[Segment]) -> list[Segment]:
    """The segments of the first and of the last lines."""
    ordered = sorted(segments, key=lambda s: s.middle)
    heights: list[float] = []
    for segment in ordered:
        if not heights or segment.middle - heights[-1] > 0.5 * segment.size:
            heights.append(segment.middle)
    if not heights:
        return []
    upper = heights[min(_EDGE, len(heights)) - 1] + 1
    lower = heights[-min(_EDGE, len(heights))] - 1
    return [s for s in ordered if s.middle <= upper or s.middle >= lower]


def _repeated(edges: Mapping[int, Sequence[Segment]], pages: int) -> set[Segment]:
    """Those with the same words (but for the page's number) at the same height on many pages."""
    keys = {s: _keys(s, number) for number, segments in edges.items() for s in segments}
    counts = Counter(key for found in keys.values() for key in found)
    needed = max(2, _SHARE * pages)
    return {s for s, found in keys.items() if any(counts[key] >= needed for key in found)}


def _keys(segment: Segment, page: int) -> set[tuple[str, int]]:
    """Its words with each number told from the page's, and its height on two grids."""
    text = segment.text.casefold()
    if not any(map(str.isalnum, text)):
        return set()
    texts = {text}
    for match in _DIGITS.finditer(text):
        texts.add(f"{text[: match.start()]}#{int(match[0]) - page}{text[match.end() :]}")
    grids = 2 * int(segment.middle / _STEP), 2 * int(segment.middle / _STEP + 0.5) + 1
    return {(words, height) for words in texts for height in grids}


def _numbers(edges: Mapping[int, Sequence[Segment]]) -> set[Segment]:
    """Numbers that count the pages: their distance from the page's own is the same on most."""
    offsets: Counter[int] = Counter()
    named: list[tuple[int, Segment]] = []
    for number, segments in edges.items():
        for segment in segments:
            match = _NUMBER.match(segment.text)
            if match:
                named.append((int(match[1]) - number, segment))
    offsets.update(offset for offset, _ in named)
    return {segment for offset, segment in named if offsets[offset] >= 2 or offset == 1}


def _placed(
    pages: Mapping[int, Sequence[Segment]],
    edges: Mapping[int, Sequence[Segment]],
    filled: int,
    body: float,
) -> set[Segment]:
    """The outermost line of most pages, set apart from the text and no larger than it."""
    if filled < _PLACED_PAGES:
        return set()
    found: set[Segment] = set()
    for first in (True, False):
        outer: dict[int, list[Segment]] = {}
        for number, segments in edges.items():
            line = _outermost(pages[number], segments, first)
            if line and all(s.size <= body * 1.05 for s in line):
                outer[number] = line
        counts = Counter(int(line[0].middle / _STEP + 0.25) for line in outer.values())
        for line in outer.values():
            if counts[int(line[0].middle / _STEP + 0.25)] >= _PLACED_SHARE * filled:
                found.update(line)
    return found


def _outermost(segments: Sequence[Segment], edge: Sequence[Segment], first: bool) -> list[Segment]:
    """The first or last line of a page, if a gap parts it from the others."""
    if not edge:
        return []
    height = (edge[0] if first else edge[-1]).middle
    line = [s for s in segments if abs(s.middle - height) < 0.5 * s.size]
    others = [s for s in segments if s not in line]
    if not others or sum(len(s.text.split()) for s in line) > _PLACED_WORDS:
        return []
    tall = max(s.size for s in line)
    gap = min(o.top for o in others) - max(s.bottom for s in line)
    if not first:
        gap = min(s.top for s in line) - max(o.bottom for o in others)
    return line if gap > _APART * tall else []
