"""All, only, each, together, most: what a statement says of how many must be cited too."""

from __future__ import annotations

import re

from rag.amounts import amounts_in
from rag.nearest_clause import nearest_clauses
from rag.span import Statement, Support

_NO = r"no|not|none|nobody|nothing|never|without|neither|nor|cannot|\w+n['’]t"
_NEGATED = re.compile(rf"\b(?:{_NO})\b", re.I)
_ALL = re.compile(
    r"\b(?<!in\s)(?<!at\s)(?<!above\s)(?<!after\s)(?<!first of\s)"
    r"(?:all|every(?:one|body|thing|where)?|each|any(?:one|body|thing)?|whole|entire(?:ly|ty)?"
    r"|always|wholly|completely|full(?:y)?|total(?:ly)?|both|whichever|whatever|whoever"
    r"|wherever|throughout|100(?:\s?%|\spercent|\sper\scent)|as\sa\swhole|without\sexception)\b",
    re.I,
)
_SAYS_ALL = re.compile(
    r"\b(?<!in\s)(?<!at\s)(?<!above\s)(?<!after\s)(?<!first of\s)"
    r"(?:all|every(?:one|body|thing|where)|whole|entire(?:ly|ty)?|always|wholly"
    r"|without\sexception)\b",
    re.I,
)
_EACH = re.compile(
    r"\b(?:each|every|apiece|per|all|any|both|either|whichever|individual(?:ly)?|respective(?:ly)?)\b",
    re.I,
)
_SAYS_EACH = re.compile(r"\b(?:each|every|apiece)\b", re.I)
_TIME_RATE = re.compile(
    r"\b(?:each|every)\s(?:other\s|second\s|\w+\s)?(?:second|minute|hour|day|night|week|weekday"
    r"|weekend|month|quarter|season|spring|summer|autumn|winter|term|year|decade|time|morning"
    r"|evening|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)s?\b",
    re.I,
)
_ONLY = re.compile(
    r"\b(?:only|sole(?:ly)?|exclusive(?:ly)?|just|alone|mere(?:ly)?|purely|nothing\sbut|limited"
    r"|restricted|confined|unless|except|apart\sfrom|other\sthan|single|one)\b",
    re.I,
)
_SAYS_ONLY = re.compile(
    r"\b(?<!not\s)(?:only(?!\s(?:about\s|around\s)?[\d$€£¥])|solely|exclusively|nothing\sbut)\b",
    re.I,
)
_TOGETHER = re.compile(
    r"\b(?:together|combined|altogether|in\s(?:all|total)|total(?:s|led|ling|ed|ing)?|jointly"
    r"|overall|sum)\b",
    re.I,
)
_MOST = re.compile(
    r"\b(?<!at\s)(?:most|mostly|mainly|chiefly|largely|predominantly|primarily|majority|bulk"
    r"|(?:more|over)\s(?:than\s)?half|generally|usually|principal(?:ly)?)\b",
    re.I,
)
_SAYS_MOST = re.compile(
    r"\b(?<!at\s)(?:most\sof|mostly|mainly|chiefly|predominantly|(?:the|a)\s(?:\w+\s)?majority"
    r"|more\sthan\shalf|over\shalf)\b",
    re.I,
)
_HALF = 50


def is_overstated(statement: Statement, support: Support) -> bool:
    """Whether it says all, each, only, together or most of what is not said to be so."""
    said, told = statement.text, support.text
    return (
        _says_all(said, told)
        or _says_each(said, told)
        or _says_only(said, support)
        or _says_together(said, told)
        or _says_most(said, told)
    )


def _says_all(said: str, told: str) -> bool:
    return bool(_SAYS_ALL.search(said)) and not (_ALL.search(told) or _NEGATED.search(told))


def _says_each(said: str, told: str) -> bool:
    """Of things, not of times, which have their own check."""
    said = _TIME_RATE.sub(" ", said)
    return bool(_SAYS_EACH.search(said)) and not (_EACH.search(told) or _NEGATED.search(told))


def _says_only(said: str, support: Support) -> bool:
    """ "Only once" may be told as "not before", in the same clause."""
    if not _SAYS_ONLY.search(said) or _ONLY.search(support.text):
        return False
    return not any(_NEGATED.search(clause) for clause in nearest_clauses(said, support.texts))


def _says_together(said: str, told: str) -> bool:
    """A figure of each told as that of all together."""
    each = _SAYS_EACH.search(_TIME_RATE.sub(" ", told))
    return bool(each and _TOGETHER.search(said)) and not _TOGETHER.search(told)


def _says_most(said: str, told: str) -> bool:
    if not _SAYS_MOST.search(said) or _MOST.search(told) or _ALL.search(told):
        return False
    return not any(a.kind == "percent" and a.value > _HALF for a in amounts_in(told))
