"""Running heads, running feet and page numbers: lines that stand at the same height on many pages.

They are left out of the stored text: one in the middle of a sentence that goes over the page would
break every quote of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median

from ingest.lines import is_closed
from ingest.readers.pdf_lines import Segment

_EDGE = 3
"""So many lines from the top and from the bottom may be furniture."""
_SHARE = 0.4
_PLACED_SHARE = 0.6
_PLACED_PAGES = 3
_PLACED_WORDS = 14
_APART = 0.9
"""Lines' heights between a head that changes, such as a chapter's name, and the text."""
_MARGIN = 0.07
"""The share of a page's height that is its margin for certain."""
_SENTENCE_WORDS = 4
_SAME = 0.06
_CLOSE = 2.0
_RUN_ON = 1.15
_STEP = 6.0
_DIGITS = re.compile(r"[0-9]{1,4}")
_NUMBER = re.compile(
    r"^\W*(?:page\s*|第\s*)?(\d{1,4})(?:\s*(?:of|/|页|／|共)\W*\d{1,4}\s*页?)?\W*页?\W*$", re.I
)


def furniture(
    pages: Mapping[int, Sequence[Segment]], body: float, heights: Mapping[int, float]
) -> set[Segment]:
    """The segments that are no content, of all pages together.

    `body` is the size of the text, `heights` those of the pages. What stands in the outermost part
    of a page may be any line; further in, only lines that keep away from the text.
    """
    edges = {number: _edges(segments) for number, segments in pages.items()}
    filled = sum(bool(segments) for segments in pages.values())
    numbers = _numbers(edges)
    margins = {
        s: min(s.middle, heights[number] - s.middle) < _MARGIN * heights[number]
        for number, segments in edges.items()
        for s in segments
    }
    outermost = {s for s, outside in margins.items() if outside}
    found = _repeated(edges, filled) | numbers | _placed(pages, edges, filled, body, outermost)
    pitch = _pitch(pages)
    kept: set[Segment] = set()
    for segments in pages.values():
        lines = _lines(segments)
        for ordered in (lines, lines[::-1]):
            kept.update(_from_outside(ordered, found, outermost, pitch))
    return kept | {s for s in numbers if s in found and _is_alone(s, pages)}


def _lines(segments: Sequence[Segment]) -> list[list[Segment]]:
    lines: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: s.middle):
        if lines and segment.middle - lines[-1][0].middle <= 0.5 * segment.size:
            lines[-1].append(segment)
        else:
            lines.append([segment])
    return lines


def _pitch(pages: Mapping[int, Sequence[Segment]]) -> float:
    """The usual distance of two lines of text by their size."""
    steps = [
        (below[0].middle - above[0].middle) / above[0].size
        for segments in pages.values()
        for above, below in pairwise(_lines(segments))
        if abs(above[0].size - below[0].size) < _SAME * above[0].size
    ]
    close = [step for step in steps if step < _CLOSE]
    return median(close) if close else _CLOSE / 2


def _from_outside(
    lines: Sequence[Sequence[Segment]],
    found: set[Segment],
    outermost: set[Segment],
    pitch: float,
) -> Iterator[Segment]:
    """Those found that follow each other from the page's edge on, up to where the text begins."""
    count = 0
    for line in lines[:_EDGE]:
        if not all(s in found or s in outermost for s in line):
            break
        count += 1
    while 0 < count < len(lines) and not all(s in outermost for s in lines[count - 1]):
        last, text = lines[count - 1][0], lines[count][0]
        alike = abs(last.size - text.size) < _SAME * text.size
        if not alike or abs(text.middle - last.middle) > _RUN_ON * pitch * text.size:
            break
        count -= 1
    return (s for line in lines[:count] for s in line if s in found)


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


def _texts(line: Sequence[Segment], page: int) -> set[str]:
    """A line's words, and those with each number told from the page's."""
    text = " ".join(segment.text for segment in line).casefold()
    if not any(map(str.isalnum, text)):
        return set()
    texts = {text}
    for match in _DIGITS.finditer(text):
        texts.add(f"{text[: match.start()]}#{int(match[0]) - page}{text[match.end() :]}")
    return texts


def _is_sentence(line: Sequence[Segment]) -> bool:
    text = " ".join(segment.text for segment in line)
    return is_closed(text) and len(text.split()) >= _SENTENCE_WORDS


def _is_alone(segment: Segment, pages: Mapping[int, Sequence[Segment]]) -> bool:
    """Whether a number is all that its line holds."""
    page = next(found for found in pages.values() if segment in found)
    return all(s is segment or abs(s.middle - segment.middle) > 0.5 * s.size for s in page)


def _keys(segment: Segment, page: int) -> set[tuple[str, int]]:
    """Its words with each number told from the page's, and its height on two grids."""
    texts = _texts([segment], page)
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
    outermost: set[Segment],
) -> set[Segment]:
    """The outermost line of most pages, set apart from the text and no larger than it.

    Further in than the margin it must recur; a sentence must in any case.
    """
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
        texts = Counter(t for number, line in outer.items() for t in _texts(line, number))
        for number, line in outer.items():
            recurs = any(texts[text] > 1 for text in _texts(line, number))
            free = all(s in outermost for s in line) and not _is_sentence(line)
            often = counts[int(line[0].middle / _STEP + 0.25)] >= _PLACED_SHARE * filled
            if often and (recurs or free):
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
