"""May, must, was and is: whether a statement tells a duty, a chance or a state as they are told."""

from __future__ import annotations

import re

from rag.nearest_clause import nearest_clauses
from rag.span import Statement, Support

_DUTY = re.compile(
    r"\b(?:must|shall|have\sto|has\sto|had\sto|needs?|needed|required?|requires|requirement"
    r"|obliged|obligation|mandatory|compulsory|should|ought|necessary|are\sto|is\sto|only|duty"
    r"|bound\sto|essential)\b",
    re.I,
)
_SAYS_DUTY = re.compile(
    r"\b(?:must|shall|(?:have|has)\sto|(?:is|are)\s(?:required|obliged)|mandatory|compulsory)\b",
    re.I,
)
_MAY = re.compile(
    r"\b(?:may|might|can|could|allowed|permitted|possible|possibly|perhaps|optional|optionally"
    r"|free\sto|voluntary|entitled|able\sto|allows?|permits?|lets?)\b",
    re.I,
)
_SAYS_MAY = re.compile(r"\b(?:may|might|optional|optionally|voluntary)\b(?!\s\d)", re.I)
_MONTH_OF_MAY = re.compile(
    r"(?:\b\d{1,2}(?:st|nd|rd|th)?\s|\b(?:in|of|by|since|until)\s)May\b|\bMay\s\d"
)
_CHANCE = re.compile(
    r"\b(?:may|might|could|perhaps|possibly|probably|likely|expect(?:s|ed)?|considering|would"
    r"|propos(?:e|es|ed|al))\b",
    re.I,
)
_SAYS_CERTAIN = re.compile(r"\b(?:will|shall)\b", re.I)
_WILL = re.compile(
    r"\b(?:will|shall|to|is|are|plan(?:s|ned)?|expects?|going|must|decided|agreed|next)\b", re.I
)
_NO = re.compile(r"\b(?:not|no|never|none|nobody|cannot|without|only|until)\b|n['’]t\b", re.I)
_NOW = re.compile(
    r"\b(?:now|today|currently|nowadays|presently|at\s(?:present|the\smoment)|these\sdays"
    r"|still|present-day)\b",
    re.I,
)
_PRESENT = re.compile(
    r"\b(?:is|are|am|has|have|does|do|remains?|stands?|stays?|becomes?|\w+['’](?:s|re|ve)\s(?:now|a))\b",
    re.I,
)
_PAST = re.compile(r"\b(?:was|were|had)\b", re.I)
_ENDED = re.compile(
    r"\b(?:then|until|till|formerly|previously|at\s(?:first|that\stime|the\stime)|once|originally"
    r"|initially|used\sto|in\sthose\sdays|no\slonger|from\s(?:1\d|20)\d\d\s(?:to|until)"
    r"|between\s(?:1\d|20)\d\d\sand)\b",
    re.I,
)
_SINCE = re.compile(r"\b(?:ha(?:s|ve)\sbeen|has|have)\b.*\bsince\b|\bsince\b.*\bha(?:s|ve)\b", re.I)
_CLOSED_SPAN = re.compile(
    r"\b(?:(?:from|in)\s(?:\w+\s){0,2}?(?:1\d|20)\d\d\s(?:to|until|till|[-–—])"
    r"|between\s(?:\w+\s){0,2}?(?:1\d|20)\d\d\sand)\s(?:\w+\s){0,3}?(?:1\d|20)\d\d\b",
    re.I,
)
_IS_STATE = re.compile(r"\b(?:is|are|has|have)\b(?!\s(?:\w+ly\s)?(?:been|had|\w+ed)\b)", re.I)


def is_otherwise_bound(statement: Statement, support: Support) -> bool:
    """Whether what may be is told as a duty or as certain, or a duty as what may be."""
    said, told = (_MONTH_OF_MAY.sub(" ", text) for text in (statement.text, support.text))
    near = " ".join(nearest_clauses(said, support.texts))
    is_duty = _SAYS_DUTY.search(said) and not _MAY.search(said)
    if is_duty and _MAY.search(near) and not (_DUTY.search(near) or _NO.search(near)):
        return True
    if _NO.search(said):
        return False
    if _SAYS_MAY.search(said) and _DUTY.search(told) and not _MAY.search(told):
        return True
    certain = _SAYS_CERTAIN.search(said) and not _CHANCE.search(said)
    return bool(certain and _CHANCE.search(told) and not _WILL.search(told))


def is_past_told_as_present(statement: Statement, support: Support) -> bool:
    """Whether a state that was is said to be, or to last to this day."""
    said = statement.text
    if _SINCE.search(said) and _CLOSED_SPAN.search(support.text):
        return not _CLOSED_SPAN.search(said)
    says_now = _NOW.search(said)
    if not (says_now or _IS_STATE.search(said)) or _PAST.search(said):
        return False
    told = nearest_clauses(said, support.texts)
    past = bool(told) and all(_PAST.search(t) and not _PRESENT.search(t) for t in told)
    if says_now:
        return past and not any(_NOW.search(t) for t in told)
    return past and any(_ENDED.search(t) for t in told)
