"""Where sentences end: abbreviations, initials, quotes after the stop, glued and Chinese text."""

from __future__ import annotations

import re

from ingest.mapped import Mapped
from ingest.normalise import CJK

_STOP = re.compile(r"[.!?…]+[\"'”’)\]»]*|[。！？]+[”’」』）]*")
_TOKEN = re.compile(r"[^\s(\[“‘\"]+$")
_FIRST = re.compile(r"[\s(\[“‘\"'«]*(\w+|.)?")
_ENUMERATOR = re.compile(r"^[(\[]?(?:\d{1,3}(?:\.\d{1,2})*|[A-Za-z]|[IVXivx]{1,6})$")
_INITIAL = re.compile(r"^[A-Z]$")
_INITIAL_NEXT = re.compile(r" [A-Z]\.")
_DOTTED = re.compile(r"^(?:[A-Za-z]\.)+[A-Za-z]$")

_NEVER_FINAL = frozenset(
    "Mr Mrs Ms Dr Prof St Gen Gov Sen Rep Rev Hon Lt Col Capt Sgt Messrs Mmes vs v e.g i.e cf viz "
    "approx ca incl esp resp".split()
)
_BEFORE_NUMBER = frozenset(
    "No Nos nos Art Arts art Fig Figs fig Vol vol p pp Sec sec Sect Ch ch Para para Ref Refs Eq "
    "Ed ed Cl Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec est".split()
)
_SELDOM_FINAL = frozenset("Inc Corp Co Ltd Bros Jr Sr al Est Dept Univ Assn Mt Ft".split())
_OPENERS = frozenset(
    "A According Additionally After All Also Although An And Another As At Because Before "
    "Both But By Despite During Each Every Few First Following For From Further He Her Here "
    "His How However I If In Instead It Its Last Many Meanwhile More Moreover Most My No Not "
    "Of On Once One Only Or Other Our Over Second She Since So Some Such That The Their Then "
    "There Therefore These They Third This Those Though Through Thus To Today Under Unlike "
    "Until We What When Where Which While Who Why With Without Yet You".split()
)


def split_sentences(twin: Mapped) -> list[Mapped]:
    """The sentences of a normalised text, whole and in order."""
    parts: list[Mapped] = []
    start = 0
    for end in [*_ends(twin), len(twin.text)]:
        part = twin.cut(start, end)
        # A stray stop or ornament belongs to what stands before it.
        if any(map(str.isalnum, part.text)):
            parts.append(part)
        start = end
    return parts


def _ends(twin: Mapped) -> list[int]:
    return [m.end() for m in _STOP.finditer(twin.text) if _is_end(twin, m.start(), m.end())]


def _is_end(twin: Mapped, start: int, end: int) -> bool:
    text = twin.text
    if end >= len(text) or text[start] in "。！？":
        return end < len(text)
    if text[end] != " ":
        return bool(re.match(rf"[{CJK}]", text[end]))
    if text[start:end] == "." and _is_abbreviation(text, start, end):
        return False
    return twin.glued(end) or _opens(text[end : end + 40])


def _opens(following: str) -> bool:
    """Whether a sentence can begin so: not with a small letter nor with a comma."""
    match = _FIRST.match(following)
    first = match[1] if match and match[1] else ""
    return bool(first) and not first[0].islower() and first[0] not in ",;:.!?)]”’"


def _is_abbreviation(text: str, start: int, end: int) -> bool:
    """Whether the stop at `start` belongs to the word before it and ends nothing."""
    before = _TOKEN.search(text[max(0, start - 24) : start])
    token = before[0] if before else ""
    match = _FIRST.match(text[end : end + 40])
    word = match[1] if match and match[1] else ""
    if token in _NEVER_FINAL:
        return True
    if token in _BEFORE_NUMBER:
        return word[:1].isdigit() or bool(re.fullmatch(r"[IVXLC]+", word))
    if len(token) == start and _ENUMERATOR.match(token):
        return True
    if _INITIAL.match(token) and _INITIAL_NEXT.match(text[end : end + 4]):
        return True
    single = len(token) == 1 and token.isupper()
    if single or token in _SELDOM_FINAL or _DOTTED.match(token):
        return word not in _OPENERS
    return False
