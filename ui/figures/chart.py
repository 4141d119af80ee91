"""Results against targets as horizontal bars: pure functions from figures to HTML with inline SVG.

Each bar stands in a button that tells all it shows in words, so the drawing itself is hidden from
screen readers, and the words grow and break as the reader's browser likes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape

from eval.report.svg import ACCENT, SHEET, Axis, line, plain
from rag.figures import Figure
from rag.models import Document
from rag.period import Status
from ui.figures.amounts import BARE, unit_text
from ui.figures.rows import period_text
from ui.figures.table import amount_html, place_of
from ui.figures.targets import Target
from ui.words import Words

SHOWN = 8
"""Measures that are drawn at once; the others unfold."""
_WIDTH, _HEIGHT = 100.0, 10.0


def chart(targets: Sequence[Target], documents: Mapping[str, Document], words: Words) -> str:
    """All measures that have both, each with its bars; nothing if there are none."""
    if not targets:
        return ""
    drawn = [_measure(target, documents, words) for target in targets]
    first, rest = "".join(drawn[:SHOWN]), "".join(drawn[SHOWN:])
    more = escape(words("figures.rest", n=len(drawn) - SHOWN))
    unfolded = f"<details><summary>{more}</summary><ul>{rest}</ul></details>" if rest else ""
    return (
        f"<h3>{escape(words('figures.chart'))}</h3>"
        f"<p>{escape(words('figures.chart_about'))}</p><ul>{first}</ul>{unfolded}"
    )


def _measure(target: Target, documents: Mapping[str, Document], words: Words) -> str:
    """A measure with its bars, which share a scale from zero."""
    ends = [end for f in target.figures for end in (f.value, f.high) if end is not None]
    scale = _scale(ends)
    bars = "".join(_bar(f, documents[f.document_id], scale, words) for f in target.figures)
    return f"<li><h4>{escape(target.measure)}</h4>{bars}</li>"


def _scale(ends: Sequence[Decimal]) -> Axis:
    low, high = float(min(Decimal(0), *ends)), float(max(Decimal(0), *ends))
    return Axis(low, high if high > low else low + 1, 0.0, _WIDTH, (), plain)


def _bar(figure: Figure, document: Document, scale: Axis, words: Words) -> str:
    planned = figure.period.status is Status.PLANNED
    key = "figures.target" if planned else "figures.result"
    when = words(key, period=period_text(figure, words("figures.to")))
    unit = "" if figure.unit in BARE else f" {unit_text(figure, words)}".rstrip()
    original = escape(" ".join(figure.text.split()))
    return (
        f'<button type="button" class="bar {"planned" if planned else "achieved"}"'
        f' data-open-place="{place_of(figure, document)}" title="{original}">'
        f'<span class="when">{escape(when)}</span>{_drawn(figure, scale, planned)}'
        f'<span class="amount">{amount_html(figure, words)}{escape(unit)}</span></button>'
    )


def _drawn(figure: Figure, scale: Axis, planned: bool) -> str:
    """A filled bar for a result, an empty one for a target; a range goes on as a line."""
    zero, end = scale.at(0.0), scale.at(float(figure.value))
    left, wide = min(zero, end), max(abs(end - zero), 0.5)
    filled = f'fill="{SHEET}" stroke="{ACCENT}"' if planned else f'fill="{ACCENT}"'
    parts = (
        f'<rect x="{left:.1f}" y="1" width="{wide:.1f}" height="8" {filled}'
        ' vector-effect="non-scaling-stroke"/>'
    )
    if figure.high is not None:
        middle = _HEIGHT / 2
        parts += line(end, middle, scale.at(float(figure.high)), middle, stroke=ACCENT, width=3)
    return (
        f'<svg viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" preserveAspectRatio="none"'
        f' aria-hidden="true" focusable="false">{parts}</svg>'
    )
