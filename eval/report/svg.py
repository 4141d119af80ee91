"""The pieces of a chart: shapes and words as SVG text, axes with round ticks.

Colours are the page's variables with a value to fall back on, so that a chart follows light, dark
and print where it stands in a page, and can be read where it stands alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

SIZE = 11
INK, SOFT, LINE = "var(--ink, #22262b)", "var(--soft, #575d65)", "var(--line, #dcd7ca)"
ACCENT = "var(--accent, #1d5a7a)"
SHEET = "var(--sheet, #fffefb)"
# On average a letter is little more than half as wide as the type is high.
_LETTER = 0.56 * SIZE
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of values laid on a stretch of the drawing, with the ticks to mark on it."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    show: Callable[[float], str]

    def at(self, value: float) -> float:
        """Where a value lies in the drawing; values beyond the ends lie on them."""
        inside = min(max(value, self.low), self.high)
        share = (inside - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def ticks(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """At most `most` round values, in steps of 1, 2 or 5, that reach from `low` to `high`."""
    if high - low <= _SAME * max(1.0, abs(low), abs(high)):
        low, high = low - 0.5, high + 0.5
    step = 10.0 ** math.floor(math.log10((high - low) / most))
    factors = (factor * 10**power for power in range(3) for factor in (1, 2, 5))
    for factor in factors:
        first, last = math.floor(low / (step * factor)), math.ceil(high / (step * factor))
        if last - first < most:
            break
    # Multiplied as decimals, or 3 * 0.1 would be 0.30000000000000004.
    return tuple(round(n * step * factor, 12) for n in range(first, last + 1))


def axis(marks: Sequence[float], start: float, end: float, show: Callable[[float], str]) -> Axis:
    """An axis from its first to its last tick."""
    return Axis(marks[0], marks[-1], start, end, tuple(marks), show)


def percent(value: float) -> str:
    """A share as a whole percentage."""
    return f"{value:.0%}"


def plain(value: float) -> str:
    """A number without needless digits."""
    return f"{value:,.6g}"


def width_of(text: str) -> float:
    """About how wide a text is, which only a browser could tell exactly."""
    wide = sum(east_asian_width(letter) in "WF" for letter in text)
    return (len(text) - wide) * _LETTER + wide * SIZE


def shortened(text: str, width: float) -> str:
    """The text, cut at its end if it would be wider than that."""
    most = int(width / _LETTER)
    return text if len(text) <= most else text[: max(most - 1, 1)].rstrip() + "…"


def drawing(width: float, height: float, title: str, description: str, body: Iterable[str]) -> str:
    """A whole chart, which a screen reader reads as one picture with a name and a description."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_n(width)} {_n(height)}"'
        f' width="{_n(width)}" height="{_n(height)}" font-size="{SIZE}"'
        f' font-family="var(--sans, sans-serif)"><title>{escape(title)}</title>'
        f"<desc>{escape(description)}</desc>{''.join(body)}</svg>"
    )


def standalone(svg: str) -> str:
    """A chart as a file of its own: on a light ground, whatever it is shown on."""
    opening, rest = svg.split("<title>", 1)
    return f'{opening}<rect width="100%" height="100%" fill="#fffefb"/><title>{rest}\n'


def words(
    x: float, y: float, text: str, *, anchor: str = "start", fill: str = SOFT, bold: bool = False
) -> str:
    """A text whose base line begins, is centred or ends at a point."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{fill}"{weight}>'
        f"{escape(text)}</text>"
    )


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    *,
    stroke: str = LINE,
    width: float = 1,
    dashed: bool = False,
) -> str:
    """A straight line."""
    dash = ' stroke-dasharray="3 3"' if dashed else ""
    return (
        f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{stroke}"'
        f' stroke-width="{_n(width)}"{dash}/>'
    )


def box(
    x: float, y: float, width: float, height: float, hint: str = "", *, pale: bool = False
) -> str:
    """A filled rectangle, with a hint for the pointer; a pale one lets lines on it be seen."""
    opacity = ' fill-opacity="0.45"' if pale else ""
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
        f' fill="{ACCENT}"{opacity}>{_hint(hint)}</rect>'
    )


def dot(x: float, y: float, hint: str = "", radius: float = 4) -> str:
    """A filled circle, with a hint for the pointer."""
    return (
        f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{ACCENT}" stroke="{SHEET}">'
        f"{_hint(hint)}</circle>"
    )


def path(points: Iterable[tuple[float, float]]) -> str:
    """A line through points."""
    joined = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    return f'<polyline points="{joined}" fill="none" stroke="{ACCENT}" stroke-width="2"/>'


def frame(x: Axis, y: Axis, x_label: str, y_label: str) -> list[str]:
    """Both axes with their ticks and names; the name of the upright one stands above it."""
    parts = []
    for value in y.ticks:
        parts.append(line(x.start, y.at(value), x.end, y.at(value)))
        parts.append(words(x.start - 6, y.at(value) + 4, y.show(value), anchor="end"))
    for value in x.ticks:
        parts.append(line(x.at(value), y.start, x.at(value), y.start + 4, stroke=SOFT))
        parts.append(words(x.at(value), y.start + 17, x.show(value), anchor="middle"))
    parts.append(line(x.start, y.start, x.end, y.start, stroke=SOFT))
    parts.append(words((x.start + x.end) / 2, y.start + 33, x_label, anchor="middle", fill=INK))
    parts.append(words(2, SIZE, y_label, fill=INK))
    return parts


def _hint(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


def _n(value: float) -> str:
    """A length with a tenth at most; a number that is none would spoil the drawing."""
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be drawn")
    return f"{value:.1f}".removesuffix(".0")
