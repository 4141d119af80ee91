"""What was asked in one breath, parted: several questions, coordinated things, compared sides."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from rag.comparison import sides_as_asked, sides_of
from rag.followup import TIME
from rag.period import months_in, without_months, years_in
from rag.terms import asked_terms, without_asking
from rag.text import is_content, words
from rag.wants import Asked, FigureKind, Wants
from rag.word_classes import AUXILIARY, CHANGES, HEAD_NOUN

MOST_PARTS = 6
"""The most questions that are answered at once."""
Stands = Callable[[str], bool]
"""Whether a phrase stands in the documents word for word."""

_PART = re.compile(
    r"\?\s+(?=\S)"
    r"|[,;]?\s+(?:and|or)\s+"
    r"(?=(?:(?:at|by|for|from|in|of|on|to|with)\s+)?(?:how|what|which|who|whom|whose|when|where|why)\b)",
    re.I,
)
_BOTH_YEARS = re.compile(
    r"(?<!between\s)\b(?:19|20)\d\d(?:(?:\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+)"
    r"(?:(?:in|for|of|by|during|at|on|since|as\s+of)\s+)?(?:19|20)\d\d\b)+",
    re.I,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+", re.I)
_STOP = (
    rf"(?:{AUXILIARY}|in|for|at|on|by|from|to|per|with|during|under|within|among|last|this|next)"
)
_MANY = re.compile(
    rf"^(?P<ask>.*?\bhow\s+many\s+)(?P<list>(?:(?!{_STOP}\b)[\w'’,-]+\s+)+?)"
    rf"(?P<rest>(?:{_STOP}\b|\w+ed\b).*)$",
    re.I,
)
_BARE_THING = re.compile(r"^(?:what|which)\s+\S+$", re.I)
"""As in "what year and where did it open?", which is one question."""
_THING = re.compile(
    rf"^(?:and\s+|or\s+)?(?:by\s+)?(?:how\s+(?:many|much)|what|which)\s+"
    rf"(?!{_STOP}\b|of\b|more\b|fewer\b|less\b|else\b|others?\b)\w",
    re.I,
)
_BY = r"(?:in|for|at|on|by|from|to|with|among|within)"
_ELSEWHERE = re.compile(
    rf"^(?:how\s+(?:many|much)|what)\s+(?P<there>(?P<by>{_BY})\s+[^?]+)\??$", re.I
)
_STRETCH = re.compile(
    rf"\s(?P<by>{_BY})\s+(?:(?!\s{_BY}\s|\s(?:last|this|next)\s+year)[^?])+", re.I
)
_GROW = re.compile(
    rf"^(?P<ask>(?:by\s+)?how\s+(?:much|far|fast|strongly|quickly)\s+{AUXILIARY}\s+)"
    rf"(?P<list>(?:(?!\bto\b).)+?)\s+(?P<rest>{CHANGES}\b(?!\s+(?:the|its|their|an?)\b).*)$",
    re.I,
)
_WHAT_IS = re.compile(
    r"^(?P<ask>what(?:['’]s|\s+(?:is|was|are|were|will\s+be))\s+)(?P<list>.+?)"
    r"(?P<rest>\s+(?:in|for|at|on|last|this|next|during|per|among|within|between)\b.*|\s*\??)$",
    re.I,
)
_WHAT_OF = re.compile(
    r"^(?P<ask>what(?:['’]s|\s+(?:is|was|are|were|will\s+be))\s+)"
    r"(?P<list>(?:(?!of\b)\S+\s+)+?)(?P<rest>of\b.*)$",
    re.I,
)
_NAMED = re.compile(
    r"^(?P<ask>.*?\b(?:of|in|for|at)\s+)"
    r"(?P<list>(?:the\s+)?[A-Z][\w’'&-]*(?:\s+[A-Z][\w’'&-]*)*"
    r"(?:\s*,\s+(?:the\s+)?[A-Z][\w’'&-]*(?:\s+[A-Z][\w’'&-]*)*)*"
    r",?\s+and\s+(?:the\s+)?[A-Z][\w’'&-]*(?:\s+[A-Z][\w’'&-]*)*)"
    rf"(?P<rest>\s*(?:[?.,].*)?|\s+{_STOP}\b.*)$"
)
_DETERMINED = re.compile(r"^(?:the|its|their|his|her|our)\s+", re.I)
_MANY_OF = re.compile(r"(?:[^\Wsui]s|people|men|children)$", re.I)
_MEASURED = re.compile(rf"\b{HEAD_NOUN}(?:\s+of\s+.+)?$", re.I)
_FEW_TERMS = 2
_MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Parts:
    """The questions asked in one breath, none for a single one; `compares` if they are sides.

    `texts` are whole questions; `pieces` are the same in the words in which they were asked.
    Of more than `MOST_PARTS` the later ones have a piece, but no text: they are not looked up.
    """

    texts: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()
    compares: bool = False


def parts_of(text: str, asked: Asked, stands: Stands) -> Parts:
    """The parts of a question, each once; `stands` tells a name with "and" from two things."""
    parts = _parts(text, asked, stands)
    once: dict[str, str] = {}
    for whole, piece in zip(parts.texts, parts.pieces, strict=True):
        once.setdefault(whole, piece)
    return Parts(tuple(once)[:MOST_PARTS], tuple(once.values()), parts.compares)


def _parts(text: str, asked: Asked, stands: Stands) -> Parts:
    pieces = [piece.strip(" ,;") for piece in _PART.split(text)]
    whole = [p for p in pieces if asked_terms(p)]
    if len(whole) > 1 and not _BARE_THING.match(whole[0]):
        first = sides_of(whole[0]) or _in_both_years(whole[0]) or whole[:1]
        texts = (*first, *(_completed(piece, whole[0]) for piece in whole[1:]))
        return Parts(texts, (*first, *whole[1:]))
    if sides := sides_of(text):
        return Parts(sides, sides_as_asked(sides, text), compares=True)
    if years := _in_both_years(text):
        return Parts(years, years, compares=asked.wants is Wants.COMPARISON)
    things = _coordinated(text, asked, stands)
    return Parts(things, things)


def _in_both_years(text: str) -> tuple[str, ...]:
    years = _BOTH_YEARS.search(text)
    if not years:
        return ()
    before, after = text[: years.start()], text[years.end() :]
    return tuple(f"{before}{year}{after}" for year in _YEAR.findall(years.group()))


def _completed(part: str, first: str) -> str:
    """A later part with what it leaves to the first: the verb, the subject, the time."""
    if again := _placed_again(part, first):
        return again
    topic, colon, _ = first.partition(":")
    added: list[str] = [topic] if colon and asked_terms(topic) else []
    if not added:
        added = [_rest_of(first)] if _is_elliptic(part) else _subject(part, first)
    if not years_in(part, reference=0):
        added += _times(first, " ".join(added))
    return " ".join(" ".join([part, *added]).split())


def _times(first: str, added: str) -> list[str]:
    """The months, years and relative years of the first part that were not added already."""
    undated = without_months(first)
    told = years_in(added, reference=None)
    return [
        *(f"{date(*month, 1):%B %Y}" for month in sorted(months_in(first))),
        *map(str, sorted(years_in(undated, reference=None) - told)),
        *(m.group() for m in TIME.finditer(undated) if not years_in(m.group(), None)),
    ]


def _placed_again(part: str, first: str) -> str:
    """The first part at another place or time: "…, and how many in the south?"; or nothing."""
    match = _ELSEWHERE.match(part)
    if not match or not _MANY.match(f"{first} "):
        return ""
    timed = bool(TIME.fullmatch(match["there"].rstrip(" ?")))
    for stretch in reversed(list(_STRETCH.finditer(first))):
        if stretch["by"].lower() == match["by"].lower() and timed == bool(
            TIME.fullmatch(stretch.group().strip())
        ):
            return f"{first[: stretch.start()]} {match['there']}{first[stretch.end() :]}"
    return ""


def _is_elliptic(part: str) -> bool:
    """Whether the part names a thing of its own and leaves out the verb: "and how many beds?"."""
    return bool(_THING.match(part)) and not re.search(rf"\b{AUXILIARY}\b", part, re.I)


def _rest_of(first: str) -> str:
    """What the first part says of its thing, but for the time."""
    match = _MANY.match(f"{first} ")
    return TIME.sub(" ", match["rest"]).strip(" ?") if match else ""


def _subject(part: str, first: str) -> list[str]:
    """The subject of the first part, if a later one names none."""
    own = [term for term in asked_terms(part) if not term[0].isdigit()]
    if len(own) >= _FEW_TERMS or (own and _THING.match(part)):
        return []
    asked = [word for word in words(without_asking(first)) if is_content(word)]
    return [word for word in asked if not word[0].isdigit() and word not in words(part)]


def _coordinated(text: str, asked: Asked, stands: Stands) -> tuple[str, ...]:
    """One figure asked of several things: each of them with all the rest of the question."""
    if asked.figure is None or asked.wants is not Wants.AMOUNT:
        return ()
    for pattern, agrees in _SHAPES:
        match = pattern.match(text)
        if match is None or not _AND.search(match["list"]):
            continue
        things = [thing.strip() for thing in _AND.split(match["list"].strip())]
        if agrees(things, asked) and not _is_one(things, stands):
            named = [_determined(thing, things[0]) for thing in things]
            return tuple(_whole(match["ask"], thing, match["rest"]) for thing in named)
    return ()


def _is_one(things: Sequence[str], stands: Stands) -> bool:
    """Whether the things make one name, or are no things: the documents say them as they are."""
    if not all(asked_terms(t) and len(t.split()) <= _MOST_WORDS for t in things):
        return True
    if _DETERMINED.match(things[-1]):
        return False
    before, after = things[-2].split()[-1], things[-1].split()[0]
    return stands(f"{before} and {after}")


def _are_many(things: Sequence[str], asked: Asked) -> bool:
    return asked.figure is FigureKind.COUNT and all(_MANY_OF.search(thing) for thing in things)


def _each_stands_alone(things: Sequence[str], _: Asked) -> bool:
    """Whether no thing needs the next one's noun, as "research" does in "research and … costs"."""
    if _DETERMINED.match(things[-1]) or all(_MEASURED.search(thing) for thing in things):
        return True
    sizes = [len(thing.split()) for thing in things]
    return min(sizes[:-1]) >= sizes[-1]


def _are_measured(things: Sequence[str], _: Asked) -> bool:
    return all(_MEASURED.search(thing) for thing in things)


def _are_names(things: Sequence[str], _: Asked) -> bool:
    return all(things)


_Agrees = Callable[[Sequence[str], Asked], bool]
_SHAPES: tuple[tuple[re.Pattern[str], _Agrees], ...] = (
    (_MANY, _are_many),
    (_GROW, _each_stands_alone),
    (_WHAT_OF, _are_measured),
    (_WHAT_IS, _are_measured),
    (_NAMED, _are_names),
)


def _determined(thing: str, first: str) -> str:
    """A thing with the article that only the first of them has."""
    article = _DETERMINED.match(first)
    return f"{article.group()}{thing}" if article and not _DETERMINED.match(thing) else thing


def _whole(ask: str, thing: str, rest: str) -> str:
    return " ".join(f"{ask} {thing} {rest}".split()).replace(" ?", "?").replace(" ,", ",")
