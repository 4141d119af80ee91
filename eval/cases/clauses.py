"""A sentence cut into simple clauses, in which a figure and its verb stand side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from eval.cases.grammar import has_finite_verb

_YEAR = r"(?:19|20)\d\d"
_LEFT_OUT = (
    (re.compile(rf"\b([Tt]he) {_YEAR} (?=target|plan|goal)"), r"\1 "),
    (re.compile(rf"(?<=\btarget|..\bplan|..\bgoal) for {_YEAR}\b"), ""),
    (re.compile(rf"^(?:In|During|For) (?:the year )?{_YEAR},? "), ""),
    (re.compile(r"^(?:Last|This|Next) year,? "), ""),
    (re.compile(rf",? (?:in|during|throughout|over|for) (?:the year )?{_YEAR}\b(?![-–])"), ""),
    (re.compile(r"(?<=\w),? (?:in all|in total|thereby|on average)\b"), ""),
    (re.compile(r" (?:throughout|during|over) the (?:past )?year\b| (?:last|this) year\b"), ""),
)
_ASIDE = re.compile(r", (?:namely|including|i\.e\.,|for example|such as|among them) [^.;:]*?,(?= )")
_DROPPED = re.compile(
    r"^(?:In addition|In total|In all|In particular|On average|Overall|Also|Moreover|Furthermore|"
    r"Meanwhile|Therefore|Together|As a result|On the whole|(?:With|Following|As part of|To) [^,]+|"
    r"[A-Z][a-z]+ing [^,]+), "
)
_ADJUNCT = re.compile(
    r"^(?P<adjunct>(?:In|At|On|Across|Under|Within|Through|Among) [^,\d:]{3,90}), (?=\S)"
)
_SPLIT = re.compile(r"(?:; |, and |, while |, but | and (?=(?:the|another|over|more than) |\d))")
_YEAR_LEFT = re.compile(rf"(?<![\d.,]){_YEAR}(?![\d.,]\d|\d)")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause without its times; `adjunct` is where it happened, if the sentence opens with it.

    `whole` is false after a mere "and", which may join less than clauses.
    """

    text: str
    adjunct: str = ""
    whole: bool = True


def clauses_of(sentence: str) -> Iterator[Clause]:
    """The sentence without what tells the year, then what follows each of its conjunctions.

    A sentence that gives figures for several things in turn ("respectively"), or that still names
    a year elsewhere, gives nothing.
    """
    text = " ".join(sentence.split())
    for pattern, plain in _LEFT_OUT:
        text = pattern.sub(plain, text)
    text = _DROPPED.sub("", _ASIDE.sub("", text))
    if _YEAR_LEFT.search(text) or "respectively" in text:
        return
    adjunct = ""
    if opening := _ADJUNCT.match(text):
        adjunct = opening["adjunct"][0].lower() + opening["adjunct"][1:]
        text = text[opening.end() :]
    if not text:
        return
    yield Clause(_capital(text), adjunct)
    for cut in _SPLIT.finditer(text):
        # "A, B, and C grew" is one clause: what follows is one only if a verb stands before.
        if has_finite_verb(text[: cut.start()]):
            yield Clause(_capital(text[cut.end() :]), adjunct, whole=cut[0] != " and ")


def _capital(text: str) -> str:
    return text[0].upper() + text[1:] if text else text
