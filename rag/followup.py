"""A follow-up made a whole question, from the question before it. Grammar only, no model.

A fragment takes the place of what it replaces: a year that of the year ("and in 2024?"), a name
that of the name ("And Hangzhou?"), a thing that of the thing asked for ("what about beds?"). A
clause of its own ("How old is he?") gets the subject of the question before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.models import Turn
from rag.period import years_in
from rag.text import terms

_OPENING = re.compile(
    r"^\s*(?:(?:ok(?:ay)?|thanks?|thank\s+you|and|but|or|also|so|then|now)\b[\s,.!]*)+"
    r"|^\s*(?:what|how)\s+about\b\s*",
    re.I,
)
_POINTING = re.compile(
    r"\b(?:it|its|he|his|him|she|her|they|them|their|that|those|this|these|there|one)\b", re.I
)
_PRONOUN = re.compile(r"\b(?:it|he|him|she|they|them|its|his|her|their)\b", re.I)
_ASKS = re.compile(
    r"\?|\b(?:how|what|which|who|whom|whose|when|where|why)\b"
    r"|^\s*(?:is|are|was|were|do|does|did|has|have|will|can|should|tell|give|show|list|name)\b",
    re.I,
)
_AUXILIARY = (
    r"(?:is|are|was|were|be|been|do|does|did|has|have|had|will|would|can|could|shall|should|must)"
)
_VERB = re.compile(rf"\b{_AUXILIARY}\b|\b(?:how|what|which|who|whom|whose|when|where|why)\b", re.I)
_HEAD = re.compile(
    rf"(?P<ask>\bhow\s+(?:many|much)\s+|\b(?:what|which)\s+)(?!{_AUXILIARY}\b|of\b)"
    rf"(?P<thing>.+?)(?=\s+(?:{_AUXILIARY}|for|of|in|to|on|at|by|with|from)\b|$)",
    re.I,
)
_WH = re.compile(
    rf"^\s*(?:(?:by|in|on|at|for|of|to|with)\s+)?(?:how\s+(?:many|much|\w+)|what|which|who|whom"
    rf"|whose|when|where|why)\b(?:\s+{_AUXILIARY}\b)?\s*",
    re.I,
)
_HELPING = re.compile(rf"\b{_AUXILIARY}\b\s*", re.I)
_NAME = re.compile(r"\b[A-Z][\w’'&-]*(?:\s+[A-Z][\w’'&-]*)*")
_SHIFTED = re.compile(
    r"\b(?:in\s+)?the\s+(?:(?P<later>(?:year\s+(?:after|that\s+followed)|(?:following|next)\s+year))"
    r"|(?:year\s+(?:before|earlier)|(?:previous|preceding)\s+year))\b",
    re.I,
)
TIME = re.compile(
    r"\b(?:(?:in|for|during|by|since|of)\s+)?(?:(?:the\s+year\s+)?(?:19|20)\d\d"
    r"|(?:last|past|previous|this|the\s+current|next|coming)\s+y(?:ea)?r)\b",
    re.I,
)
_BARE_YEAR = re.compile(r"^\d{4}$")
_FEW_TERMS = 2
_SHORT_SUBJECT = 5


def resolve(text: str, history: Sequence[Turn]) -> str:
    """The text as a question of its own; it is returned as it is when it needs none before it."""
    if not history or not leans(text):
        return text
    # Joined first: the patterns below take long over a text of many lines.
    before = " ".join(resolve(history[-1].question, history[:-1]).split()).rstrip(" ?.!")
    own = with_year(_OPENING.sub("", text).strip(" ?.!,"), before)
    if not own:
        return text
    whole = _clause(own, before) if _VERB.search(own) else _fragment(own, before)
    return f"{' '.join(whole.split())}?"


def with_year(text: str, before: str) -> str:
    """The text with "the year after" and its kin as the year that is meant, where one is told."""
    years = years_in(before, reference=None)
    if len(years) != 1:
        return text
    (year,) = years
    return _SHIFTED.sub(lambda m: f"in {year + (1 if m['later'] else -1)}", text)


def leans(text: str) -> bool:
    """Whether it asks something, but not without what was asked before."""
    opens = _OPENING.search(text)
    if not (opens or _ASKS.search(text) or not _VERB.search(text)):
        return False
    if not opens and not _ASKS.search(text) and text.rstrip().endswith("!"):
        return False
    return bool(opens or _POINTING.search(text) or len(terms(text)) <= _FEW_TERMS)


def _fragment(own: str, before: str) -> str:
    """A fragment in the place of what it replaces."""
    kept = TIME.sub(" ", before) if TIME.search(own) else before
    thing = TIME.sub(" ", own).strip(" ,")
    when = " ".join(_BARE_YEAR.sub(r"in \g<0>", m.group()) for m in TIME.finditer(own))
    if not terms(thing):
        return f"{kept} {when}"
    asking = _WH.match(kept)
    names = list(_NAME.finditer(kept, asking.end() if asking else 0))
    if _NAME.fullmatch(thing) and names:
        last = names[-1]
        return f"{kept[: last.start()]}{thing}{kept[last.end() :]} {when}"
    if _HEAD.search(kept):
        return f"{_HEAD.sub(lambda m: m['ask'] + thing, kept, count=1)} {when}"
    return f"{_WH.sub('', kept)}: {own}"


def _clause(own: str, before: str) -> str:
    """A clause with the subject of the question before, in the place of its pronoun or before it.

    One that names a subject of its own and leans on no pronoun is whole as it is.
    """
    if not _PRONOUN.search(own) and len(terms(own)) > _FEW_TERMS:
        return own
    kept = TIME.sub(" ", before) if TIME.search(own) else before
    subject = " ".join(_HELPING.sub("", _WH.sub("", kept)).split())
    if _PRONOUN.search(own) and len(subject.split()) <= _SHORT_SUBJECT:
        return _PRONOUN.sub(lambda _: subject, own, count=1)
    return f"{subject}: {own}"
