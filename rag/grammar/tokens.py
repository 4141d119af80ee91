"""Words, figures and marks of a sentence, with the grammatical class that their words tell.

No dictionary of open classes is used: what is no function word and no number counts as a noun,
adjectives included, until `rag.grammar.tagging` finds the verbs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.grammar.verbs import AUXILIARIES, MODALS


class Tag(StrEnum):
    """The class of a token."""

    FIGURE = "figure"
    VERB = "verb"
    """A finite verb, or the infinitive or participle that carries its meaning."""
    GERUND = "gerund"
    AUXILIARY = "auxiliary"
    MODAL = "modal"
    NOUN = "noun"
    DETERMINER = "determiner"
    PREPOSITION = "preposition"
    PRONOUN = "pronoun"
    ADVERB = "adverb"
    ABOUT = "about"
    """Says how exactly a figure is meant, or stands before it as an article does."""
    AND = "and"
    JOINER = "joiner"
    """Opens a clause: while, because, which."""
    COMMA = "comma"
    BREAK = "break"
    YEAR = "year"
    OPEN = "("
    CLOSE = ")"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a figure or a mark, with its place in the sentence."""

    text: str
    start: int
    end: int
    tag: Tag
    figure: int = -1
    """Which of the sentence's figures it is."""

    @property
    def lower(self) -> str:
        """The text without case."""
        return self.text.lower()


_ABOUT = (
    r"(?:a|an|the) (?:grand |combined |cumulative |estimated )?total of"
    r"|(?:a|an|the) (?:new |all-time |historical |historic )*(?:record|high|low|peak|average|mean"
    r"|median|maximum|minimum|estimated|additional|extra|further|mere|staggering|whopping)"
    r"(?: high| low)?(?: of)?|no (?:more|fewer|less) than"
    r"|(?:more|less|fewer|greater|higher|lower|larger|rather|other) than"
    r"|as (?:many|much|few|little|high|low) as|at (?:least|most)|up to|in excess of"
    r"|well (?:over|above)|close to|the (?:first|last|next|other|remaining|existing|said|above)"
    r"|all(?: the)?|another|an|a|the|about|around|approximately|roughly|nearly|almost|some|just"
    r"|only|even|over|above|below|under|within|beyond|these|those|its|their|our|his|her|both"
    r"|additional|exactly|precisely|estimated|every|not|merely|each|such|circa|ca\.|c\.|~|≈|[<>≥≤]"
    r"|cumulatively|together|further|slightly"
)
_TOKEN = re.compile(
    rf"(?P<about>(?<![\w-])(?:{_ABOUT})(?=\s))|(?P<word>per\s+capita\b|[^\W\d_](?:[\w&/-]|['’](?=\w)|\.(?=\w))*)"
    r"|(?P<year>(?:1[0-9]|20)\d\d(?![\w-]))|(?P<digits>\d[\w.,:/-]*\w|\d)|(?P<open>[(\[])"
    r"|(?P<close>[)\]])|(?P<comma>,)|(?P<stop>[;:.!?–—]|(?<=\s)-(?=\s))",
    re.I,
)
_DETERMINERS = frozenset(
    """a an the this that these those its their our his her my your another each every all both such
    some any no each either neither""".split()
)
_PREPOSITIONS = frozenset(
    """about above across after against along amid among around as at before below between beyond by
    despite during except for from in inside into like near of off on onto out outside over past per
    than through throughout to toward towards under until upon via with within without versus
    including excluding regarding concerning""".split()
)
_PRONOUNS = frozenset(
    "i we you he she it they them us him me there here itself themselves who".split()
)
_JOINERS = frozenset(
    """which who whom whose while whilst whereas because since if when where although though unless
    so that but""".split()
)
_ADVERBS = frozenset(
    """also already again so not never now then thus yet still even just only too very well further
    up down more less most least fewer higher lower respectively annually daily monthly weekly today
    however therefore meanwhile otherwise together alone ever once twice almost nearly newly later
    earlier ago thereby hence""".split()
)
_LY = re.compile(
    r"(?!family|supply|assembly|reply|july|anomaly|monopoly|early|daily|elderly|namely"
    r"|friendly|likely|costly|quarterly|lively|orderly|timely|deadly)\w{3,}ly$"
)


def tokens_of(text: str, figures: Sequence[tuple[int, int]]) -> Iterator[Token]:
    """The tokens of a sentence, by their words alone; `figures` are the places of its figures."""
    at = 0
    for number, (start, end) in enumerate(figures):
        yield from _plain(text, at, start)
        yield Token(text[start:end], start, end, Tag.FIGURE, number)
        at = end
    yield from _plain(text, at, len(text))


def _plain(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, end):
        found = Token(match[0], match.start(), match.end(), _class_of(match))
        if found.tag is Tag.ABOUT and not _leads_to_figure(text, match.end(), end):
            yield from _words(text, match.start(), match.end())
        else:
            yield found


def _words(text: str, start: int, end: int) -> Iterator[Token]:
    for match in re.compile(r"\S+").finditer(text, start, end):
        yield Token(match[0], match.start(), match.end(), _word_class(match[0].lower()))


_TO_FIGURE = re.compile(rf"\s+(?:(?:{_ABOUT})\s+)*[“\"‘$€£¥]?$", re.I)


def _leads_to_figure(text: str, start: int, end: int) -> bool:
    """Whether nothing but more of its kind stands between here and the figure at `end`."""
    return end < len(text) and bool(_TO_FIGURE.match(text, start, end))


def _class_of(match: re.Match[str]) -> Tag:
    kind = match.lastgroup
    if kind == "word":
        return _word_class(match[0].lower())
    named = {
        "about": Tag.ABOUT, "year": Tag.YEAR, "digits": Tag.NOUN, "open": Tag.OPEN,
        "close": Tag.CLOSE, "comma": Tag.COMMA,
    }  # fmt: skip
    return named.get(str(kind), Tag.BREAK)


def _word_class(word: str) -> Tag:
    if word in ("and", "or", "nor", "plus", "&"):
        return Tag.AND
    for words, found in (
        (MODALS, Tag.MODAL),
        (AUXILIARIES, Tag.AUXILIARY),
        (_JOINERS, Tag.JOINER),
        (_PREPOSITIONS, Tag.PREPOSITION),
        (_DETERMINERS, Tag.DETERMINER),
        (_PRONOUNS, Tag.PRONOUN),
        (_ADVERBS, Tag.ADVERB),
    ):
        if word in words:
            return found
    return Tag.ADVERB if _LY.fullmatch(word) else Tag.NOUN
