"""The normalised twin of a text: what is searched, with a map back to what is quoted.

Each rule is a pattern whose match (or first group) is replaced by a blank or by nothing, so a
character is never altered and every one that is left knows its stored offset.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.mapped import Edit, Mapped

CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\u3000-\u303f"

_UNITS = (
    "percent|per cent|percentage|thousand|million|billion|trillion|bn|mn|m|km|kg|mm|cm|ha|mu|"
    "square|cubic|sq|meters?|metres?|kilom\\w+|miles?|hectares?|acres?|tons?|tonnes?|kilow\\w+|"
    "megaw\\w+|gigaw\\w+|yuan|dollars?|euros?|pounds?|yen|times|points?|years?|months?|days?|hours?|"
    "minutes?|degrees?"
)

_Rule = tuple[re.Pattern[str], str]

_MARKDOWN: tuple[_Rule, ...] = (
    (re.compile(r"\[\^[^\]\s]{1,40}\]:?"), ""),
    (re.compile(r"<(?!(?:https?|ftp|mailto):)/?[A-Za-z][^<>@]*>"), ""),
    (re.compile(r"<(?=(?:https?|ftp|mailto):[^<>\s]*>)|(?<=[\w/])>"), ""),
    (re.compile(r"(?<![\w*\\])\*{1,3}(?=[^\s*])|(?<=[^\s*\\])\*{1,3}(?![\w*])"), ""),
    (re.compile(r"(?<![\w\\])_{1,3}(?=[^\s_])|(?<=[^\s_\\])_{1,3}(?!\w)"), ""),
    (re.compile(r"`+|~~"), ""),
    (re.compile(r"\\(?=[!-/:-@\[-`{-~\n])"), ""),
)
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\([^()\s]*\))?[^()\n]*\)|\[[^\[\]]*\])")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#\d{1,6});")

_SPACING: tuple[_Rule, ...] = (
    (re.compile("[\u00ad\u200b-\u200d\ufeff]"), ""),
    (re.compile(rf"(?<=[{CJK}])\s*\n\s*(?=[{CJK}])"), ""),
    # A hyphen at a line's end keeps its place: "inter-\nprovincial" may be either word.
    (re.compile(r"(?<=[a-z]-)\s*\n\s*(?=[a-z])"), ""),
    (re.compile(r"\s{2,}|[^\S ]"), " "),
    (re.compile(r"(?<=[“‘]) "), ""),
    (re.compile(r" (?=”)"), ""),
    (re.compile(r"(?<=s) (?=’(?:\s|$))"), ""),
    # "areas. , as well" and "nature. .": the stop is a slip of the editor.
    (re.compile(r"\. (?=[.,](?:\s|$))"), ""),
    (re.compile(r"(?<=[\w”’\")\]%]) (?=[,;:!?.](?:\s|$))"), ""),
)

_NUMBERS: tuple[_Rule, ...] = (
    # "15. 1 square": only before a unit, and with a word in front, as "2023. 12 new" ends a
    # sentence and "3. 5 million" may be an item of a list.
    (
        re.compile(
            rf"(?<=[\w,(] )[$€£¥]?\d{{1,3}}\.( )\d{{1,3}}(?=\s?%|\s(?:{_UNITS})\b)", re.IGNORECASE
        ),
        "",
    ),
    (re.compile(r"(?<=\w-) (?=\d)"), ""),
)

_GLUED: tuple[_Rule, ...] = (
    (re.compile(r"(?<=[a-z0-9%)\]”’][.!?])(?=[“‘]?(?:[A-Z][a-z]|[AI] ))"), " "),
    (re.compile(r"(?<=[.!?][”’)])(?=[A-Z][a-z])"), " "),
    (re.compile(r"(?<=[a-z]{4}\.)(?=\d[\d,.]* [a-z])"), " "),
    (re.compile(r"(?<=[a-z)”]\.)(?=[a-z]{2,}[A-Z][a-z])"), " "),
    (re.compile(r"(?<=[A-Za-z][,;])(?=[A-Za-z]{2})"), " "),
    (re.compile(r"(?<=[a-z]:)(?=[A-Z][a-z])"), " "),
)
_CAMEL = re.compile(r"\b([a-z]{2,})([A-Z][a-z]{2,})")
_FUNCTION_WORDS = frozenset("of the and in for to by with on at from or as that".split())

_MARKER = re.compile(r"(?:(?<=[a-z]{3})|(?<=[”’\")\]]))(\d{1,2})(?=[”’\")\]]?(?:[\s.,;:]|$))")
_WORD = re.compile(r"\b[a-z]{2,}\b")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What normalising one stretch needs to know of the whole document.

    `words` are those that stand in lower case somewhere; `notes` the numbers of its footnotes.
    """

    words: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()
    markdown: bool = False

    @classmethod
    def of(cls, text: str, notes: frozenset[str] = frozenset(), markdown: bool = False) -> Lexicon:
        """The lexicon of a document's text."""
        return cls(frozenset(_WORD.findall(text)), notes, markdown)


def normalise(source: Mapped, lexicon: Lexicon = Lexicon()) -> Mapped:
    """The twin of `source`: one line, blanks where they belong, markers and marks left out."""
    twin = _strip_markdown(source) if lexicon.markdown else source
    twin = twin.edit(_markers(twin.text, lexicon.notes))
    for pattern, new in (*_SPACING, *_NUMBERS, *_GLUED):
        twin = twin.sub(pattern, new)
    twin = twin.edit(_camels(twin, lexicon.words))
    return twin.cut(0, len(twin.text))


def markers(text: str) -> frozenset[str]:
    """The numbers that are glued to a word or a closing quote, as footnote markers are."""
    return frozenset(_MARKER.findall(text))


def _strip_markdown(source: Mapped) -> Mapped:
    # Twice, for an image inside a link.
    twin = source.edit(_links(source.text))
    twin = twin.edit(_links(twin.text))
    for pattern, new in _MARKDOWN:
        twin = twin.sub(pattern, new)
    return twin.edit((*m.span(), html.unescape(m[0])) for m in _ENTITY.finditer(twin.text))


def _links(text: str) -> Iterator[Edit]:
    for match in _LINK.finditer(text):
        yield match.start(), match.start(1), ""
        yield match.end(1), match.end(), ""


def _markers(text: str, notes: frozenset[str]) -> Iterator[Edit]:
    if notes:
        yield from ((*m.span(1), "") for m in _MARKER.finditer(text) if m[1] in notes)


def _camels(twin: Mapped, words: frozenset[str]) -> Iterator[Edit]:
    """Part "wantContinue" but not a name such as "neoBay" or "iPhone"."""
    for match in _CAMEL.finditer(twin.text):
        after_stop = match.start() > 1 and twin.glued(match.start() - 1)
        if after_stop or match[1] in _FUNCTION_WORDS or match[2].lower() in words:
            yield match.start(2), match.start(2), " "
