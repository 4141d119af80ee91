"""Word's automatic numbers: "Article 3", "2.1", "(b)", which stand in no paragraph's text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.readers.docx_text import W, value

_PLACE = re.compile(r"%(\d)")
_ITEM = re.compile(r"\d{1,9}[.)]$")
_LEVELS = 9
_DIGITS = "零一二三四五六七八九"
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class Number:
    """What stands before a paragraph; `listed`: as an item of a list, `depth` lists deep."""

    text: str
    depth: int
    listed: bool


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    pattern: str
    start: int


@dataclass
class Numbering:
    """The lists of one document; counts on with every paragraph."""

    levels: Mapping[str, Mapping[int, _Level]]
    by_style: Mapping[str, tuple[str, int]]
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Any) -> Numbering:
        """The numbering that a document defines; most define some, a few none."""
        styles = {}
        for style in document.styles:
            own = style.element.find(f"{W}pPr/{W}numPr")
            found = _read(own) if own is not None else None
            if found:
                styles[str(style.style_id)] = found
        part = next(
            (
                rel.target_part
                for rel in document.part.rels.values()
                if rel.reltype.endswith("/numbering") and not rel.is_external
            ),
            None,
        )
        return cls(_levels(part.element) if part is not None else {}, styles)

    def next_of(self, paragraph: Any) -> Number | None:
        """The number of the next paragraph, or `None` when it bears none."""
        place = self._place(paragraph)
        if place is None:
            return None
        number, depth = place
        levels = self.levels.get(number, {})
        level = levels.get(depth)
        if level is None or level.form == "none":
            return None
        counts = self._count(number, depth, levels)
        if level.form == "bullet":
            return Number("-", depth, listed=True)
        text = _PLACE.sub(lambda m: _number(int(m[1]) - 1, counts, levels), level.pattern)
        return Number(text, depth, listed=bool(_ITEM.match(text)))

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        own = paragraph.find(f"{W}pPr/{W}numPr")
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        inherited = self.by_style.get(value(style) or "") if style is not None else None
        found = (_read(own) if own is not None else None) or inherited
        return found if found and found[0] != "0" else None

    def _count(self, number: str, depth: int, levels: Mapping[int, _Level]) -> dict[int, int]:
        counts = self._counts.setdefault(number, {})
        start = levels[depth].start
        counts[depth] = counts.get(depth, start - 1) + 1
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        return counts


def _read(numbered: Any) -> tuple[str, int] | None:
    number = numbered.find(f"{W}numId")
    level = numbered.find(f"{W}ilvl")
    if number is None:
        return None
    return value(number) or "0", int(value(level) or 0) if level is not None else 0


def _levels(numbering: Any) -> dict[str, dict[int, _Level]]:
    abstract = {
        value(definition, "abstractNumId"): {
            int(value(level, "ilvl") or 0): _level(level) for level in definition.iter(f"{W}lvl")
        }
        for definition in numbering.iterfind(f"{W}abstractNum")
    }
    found = {}
    for number in numbering.iterfind(f"{W}num"):
        link = number.find(f"{W}abstractNumId")
        if link is not None:
            found[value(number, "numId") or ""] = abstract.get(value(link), {})
    return found


def _level(level: Any) -> _Level:
    def said(name: str, default: str) -> str:
        element = level.find(f"{W}{name}")
        return (value(element) or default) if element is not None else default

    return _Level(said("numFmt", "decimal"), said("lvlText", ""), int(said("start", "1")))


def _number(depth: int, counts: Mapping[int, int], levels: Mapping[int, _Level]) -> str:
    level = levels.get(depth, _Level("decimal", "", 1))
    count = counts.get(depth, level.start)
    if level.form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 % 5 + 1)
        return letter if level.form == "lowerLetter" else letter.upper()
    if level.form in ("lowerRoman", "upperRoman"):
        return _roman(count) if level.form == "lowerRoman" else _roman(count).upper()
    han = level.form.startswith(("chinese", "japanese", "taiwanese", "ideograph"))
    return _han(count) if han else str(count)


def _roman(count: int) -> str:
    text = ""
    for amount, letters in _ROMAN if 0 < count < 40 else ():
        text += letters * (count // amount)
        count %= amount
    return text or str(count)


def _han(count: int) -> str:
    if not 0 < count < 100:
        return str(count)
    tens, ones = divmod(count, 10)
    lead = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return lead + (_DIGITS[ones] if ones else "")
