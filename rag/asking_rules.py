"""The asking phrases of English, each with the kind of answer it asks for."""

from __future__ import annotations

import re

from rag.wants import FigureKind, Wants
from rag.word_classes import (
    AUXILIARY,
    BE,
    CHANGES,
    COUNT_NOUN,
    ENDS,
    FIRM_NOUN,
    GROWTH_NOUN,
    HEAD_NOUN,
    LONE_NOUN,
    MEASURE_NOUN,
    MORE,
    NOT,
    NUMBERS,
    PLACE,
    PLURAL,
    ROLE,
    SHARE_NOUN,
    SPAN,
    THAN,
    TIME_UNIT,
    UNIT,
    WORDS,
)

_WHAT = r"\b(?:what|which)"
_WHAT_IS = rf"\bwhat(?:['’]s|\s+{BE})"
_THE = r"\s+(?:(?:the|its|their|his|her|our|an?|this|that)\s+)?"
_LEAD = r"^(?:[^,?]{1,60},\s*)?"
_DOING = r"(?:doing|going|looking|faring)"
_SKIPPED = (
    rf"(?:(?!(?:of|that|to|for|in|by|behind|name|names|on|with|{AUXILIARY})\b){WORDS}){{0,7}}?"
)
_TWO = rf"(?:(?!(?:of|that|to|for|in|by|\w+ed|caused?|causes|{AUXILIARY})\b){WORDS}){{0,2}}?"

Rule = tuple[Wants, FigureKind | None, re.Pattern[str]]
"""What is asked for, the kind of figure if one is, and the phrase that asks."""


def _rule(wants: Wants, *phrases: str, figure: FigureKind | None = None) -> Rule:
    return wants, figure, re.compile("|".join(phrases), re.I)


def _figure(kind: FigureKind, *phrases: str) -> Rule:
    return _rule(Wants.AMOUNT, *phrases, figure=kind)


def _headed(kind: FigureKind, noun: str, alone: str = "") -> Rule:
    """What asks for a figure by the noun that heads its phrase ("what is the price of").

    `alone` are those that ask for a figure without a verb as well ("which price").
    """
    return _figure(
        kind,
        rf"{_WHAT_IS}{_THE}(?!(?:aim|goal|purpose|reason|cause|point)s?\b){_SKIPPED}{noun}{ENDS}",
        rf"\bwhat\s+(?:will|would|should|could){_THE}{_SKIPPED}{noun}\s+(?:be|become|reach)\b",
        rf"{_WHAT}\s+{_TWO}{alone or noun}{ENDS}",
        rf"\bhow(?:['’]s|\s+(?:is|are|was|were))\s+(?:the\s+)?{WORDS}{{0,5}}?{noun}\b"
        rf"(?=[^?]*\b{_DOING}\b)",
    )


_COMPARES = _rule(
    Wants.COMPARISON,
    rf"{_LEAD}{AUXILIARY}\b{NOT}[^?]*\b{MORE}\b[^?]*(?:{THAN}|\bor\b)",
    rf"{_LEAD}{AUXILIARY}\b[^?]*{THAN}",
    rf"\bhow\s+(?:many|much|far)\s+{MORE}\b[^?]*{THAN}",
    r"\bhow\s+far\s+(?:above|below|ahead|behind)\b",
    rf"\b(?:what|which|who|where)\b[^?]*\b{MORE}\b[^?]*(?:,[^?]*\bor\b|{THAN})",
    rf"\bor\b[^?]*[:,–-]\s*(?:what|which|who)\b[^?]*\b{MORE}\b",
    rf"\bwhich\s+of\s+(?:the\s+two|both|them)\b[^?]*\b{MORE}\b",
    r"^[^?]*\b(?:compare[sd]?|comparison|versus|vs|differ(?:s|ed)?)\b",
    r"^[^?]*\bdifferences?\s+(?:between|in|from)\b",
)
_FIGURES = (
    _figure(
        FigureKind.SHARE,
        rf"{_WHAT}\s+(?:percentage|share|proportion|percent|per\s?cent|fraction|%)(?=\W|$)",
        rf"{_WHAT}\s+(?:part|portion)\s+of\s+(?:(?!{AUXILIARY}\b)[\w'’]+\s+){{0,3}}?{HEAD_NOUN}\b",
        r"\bhow\s+many\s+(?:percent|per\s?cent|%)(?!\w)(?!\s*age\s+points)",
    ),
    _rule(
        Wants.DURATION,
        rf"\b(?:for|in|within|after|over)\s+how\s+many\s+{WORDS}{{0,2}}{TIME_UNIT}\b",
        rf"\bhow\s+many\s+{WORDS}{{0,2}}{TIME_UNIT}\s+(?:running|in\s+a\s+row|on\s+end|straight"
        rf"|{AUXILIARY}\b[^?]*\b(?:takes?|took|lasts?|lasted|run|stay|wait|live|serve|spen[dt]|get"
        r"|need)\b)",
        figure=FigureKind.COUNT,
    ),
    _rule(
        Wants.DURATION,
        r"\bhow\s+long\s+(?:did|does|do|will|would|has|have|had|can|could|must|should|may|until"
        r"|before|after|ago)\b",
        rf"\bhow\s+long\s+(?:is|was|are|were)\b[^?]*?\b{SPAN}\b",
        r"\bfor\s+how\s+long\b",
        r"\bhow\s+much\s+(?:time|longer)\b",
        rf"{_WHAT_IS}{_THE}{WORDS}{{0,4}}?(?:duration|lifespan|time\s+limit)\b",
    ),
    _figure(
        FigureKind.GROWTH,
        rf"\bwhat\b[^?]*\b{CHANGES}\s+by\b",
        rf"\bto\s+what\s+extent\b[^?]*\b{CHANGES}\b",
        r"\bby\s+how\s+(?:much|many)\b",
        r"\bhow\s+many\s+percentage\s+points\b",
        rf"\bhow\s+(?:much|far|fast|strongly|quickly|steeply|sharply)\b[^?]*\b{CHANGES}\b"
        r"(?!\s+(?:\w+\s+)?(?:industr|sector|market|compan)\w*)",
    ),
    _figure(FigureKind.MEASURE, rf"\bhow\s+many\s+(?:\w+\s+)?{UNIT}\b"),
    _figure(FigureKind.COUNT, r"\bhow\s+many\b", r"\bhow\s+(?:often|frequently)\b"),
    _figure(
        FigureKind.MEASURE,
        r"\bhow\s+(?:much|big|large|small|high|low|tall|deep|wide|broad|far|heavy|old|fast"
        r"|expensive|costly|cheap|hot|cold|dense|thick|populous|loud|steep|long|strong|rich)\b",
        r"\bwhat\b[^?]*\b(?:costs?|weighs?|earns?|pay|amount(?:ed)?\s+to|add(?:ed)?\s+up\s+to"
        r"|(?:come|came)\s+to|total(?:led)?|worth)(?=\s*(?:[?.,;]|$)|\s+(?:in|per|for|on|at|last"
        r"|this|next|to|a|altogether|overall)\b)",
        rf"{_WHAT_IS}{_THE}{WORDS}{{0,3}}?(?:targets?|plans?|goals?|aims?|forecasts?|estimates?"
        r"|projections?|ceilings?|limits?|norms?)\s+(?:for|of|on)\s+"
        rf"{WORDS}{{0,8}}?{HEAD_NOUN}{ENDS}",
    ),
    _headed(FigureKind.GROWTH, GROWTH_NOUN),
    _headed(FigureKind.SHARE, SHARE_NOUN),
    _headed(FigureKind.COUNT, COUNT_NOUN),
    _headed(FigureKind.MEASURE, MEASURE_NOUN, LONE_NOUN),
)
_OTHERS = (
    _rule(
        Wants.DATE,
        r"\bwhen\b(?!\s+it\s+comes\s+to)"
        r"(?![^?,]*,\s*(?:how|what|which|who|where|why|did|do|does|is|are|was|were)\b)",
        rf"(?:\b(?:by|in|on|at|since|until|from)\s+)?{_WHAT}\s+(?:\w+\s+)?(?:dates?|days?|months?"
        r"|years?|time|century|decade|quarter|season|weekday|weekend)\b(?!-)",
        rf"{_WHAT_IS}{_THE}{WORDS}{{0,3}}?(?:dates?|deadlines?|birthday|due\s+date){ENDS}",
        r"\bhow\s+(?:soon|recently|late|early)\b",
    ),
    _rule(
        Wants.PERSON,
        r"\b(?-i:[Ww])ho(?:m|se)?\b(?:['’]s)?",
        rf"{_WHAT}\s+(?:(?!{AUXILIARY}\b|the\b)[\w-]+\s+){{0,2}}?{ROLE}\b",
        rf"{_WHAT_IS}\s+the\s+names?\s+of\s+(?:the\s+|a\s+)?{WORDS}{{0,3}}?{ROLE}\b",
        rf"{_WHAT_IS}{_THE}{WORDS}{{0,3}}?{ROLE}['’]s\s+name\b",
    ),
    _rule(
        Wants.PLACE,
        r"\bwhere(?:abouts)?\b",
        rf"{_WHAT}\s+(?:(?!{AUXILIARY}\b)\w+\s+){{0,2}}?{PLACE}\b"
        r"(?!\s+(?:of\s+(?:affairs|mind)|government|council|party))",
    ),
    _rule(
        Wants.REASON,
        r"\bwhy\b",
        r"\bhow\s+come\b",
        r"\bfor\s+(?:what|which)\s+reasons?\b",
        rf"{_WHAT_IS}{_THE}{WORDS}{{0,2}}?(?:reasons?|causes?|rationale|motives?)\b",
        r"\bwhat\s+(?:caused|causes|led\s+to|prompted|triggered|drove|explains?|explained"
        r"|brought\s+about|made)\b",
        r"\bwhich\s+(?:\w+\s+)?(?:reasons|causes)\b",
    ),
    _rule(
        Wants.DEFINITION,
        r"\bwhat\b[^?]*\b(?:means?|stand\s+for|refer\s+to|denote|signify|meant\s+by|short\s+for)\b",
        r"\bwhat['’]s\s+meant\s+by\b",
        rf"{_WHAT_IS}{_THE}(?:exact\s+)?(?:definition|meaning)\b",
        rf"{_WHAT_IS}\s+(?:(?:the|an?)\s+)?(?:so-called\s+)?[“\"‘'](?=\w)[^”\"’']{{2,60}}[”\"’']"
        r"(?=\s*[?.!]?\s*$|\s+(?:of|in|at|for|from|that|which)\b)",
        r"^\s*(?:please\s+)?define\b",
        r"\b(?:definition|meaning)\s+of\b",
        r"^\s*(?:explain|describe)\s+(?:what\b|the\s+(?:term|expression|concept|notion|idea)\b)",
        r"[-–—,:]\s*what(?:['’]s|\s+(?:is|are|was|were))\s+(?:it|that|this|they|those|these)\W*$",
    ),
    _rule(Wants.MANNER, rf"{_WHAT}\s+(?:steps|methods?|procedures?)\b"),
    _rule(
        Wants.LIST,
        r"\blist\b(?!\s+of\s+\w+\s+is)",
        r"\bname\s+(?:the|all|them|some|any|\w+s)\b",
        r"\benumerate\b",
        r"\bexamples\s+of\b",
        r"\bwhat\s+(?:are|were)\b(?!\s+(?:you|we)\b)",
        rf"{_WHAT}\s+(?:\w+\s+)?(?:kinds|types|sorts|forms|categories)\s+of\b",
        rf"{_WHAT}\s+(?:other\s+)?{NUMBERS}\s+(?!{TIME_UNIT}\b)\w+",
        rf"{_WHAT}\s+(?:(?!{AUXILIARY}\b)[\w-]+\s+){{0,3}}{PLURAL}\s+(?:{AUXILIARY}|make|belong"
        r"|come|came|need|went|count|began|started)\b",
    ),
    _rule(
        Wants.MANNER,
        r"\bhow\s+to\b",
        r"\b(?:in|by)\s+(?:what|which)\s+(?:ways?|manner|means|methods?)\b",
        rf"\bhow\s+(?:exactly\s+|else\s+)?{AUXILIARY}\b"
        rf"(?![^?]*\b{_DOING}\b\W*(?:today|now)?\W*$)",
    ),
    _rule(
        Wants.YES_NO,
        rf"^(?:(?!{_WHAT}|\bhow\b)[^,?:]{{1,60}},\s*)?{AUXILIARY}{NOT}\s+(?!been\b)\w",
        r"\bwhether\b",
        r",\s*(?:right|correct|yes|no|isn['’]t\s+it|true)\s*\?\s*$",
        r"\bis\s+it\s+true\b",
    ),
    _rule(
        Wants.DEFINITION,
        r"^[^?]{0,3}\bwhat(?:['’]s|\s+(?:is|are))\s+(?:an?\s+)?"
        r"(?!(?:the|your|my|its|their|his|her|this|that|these|those|it|there|up|new|next|in|on|at"
        r"|going|being|planned|said|done|known|happening|needed|required|to|wrong|more|left"
        r"|\w+ed|an?)\b)(?:[\w&'’“”\"-]+\s*){1,4}\?*\s*$",
    ),
    _rule(Wants.OTHER, _WHAT + r"\b"),
)
RULES = (_COMPARES, *_FIGURES, *_OTHERS)
"""Of those that match first in a text, the first here decides."""
KEYWORDS = (
    _figure(FigureKind.COUNT, r"^\W*(?:by\s+)?how\s+(?:much|many)\W*$"),
    _rule(Wants.DEFINITION, r"^\W*(?:definition|meaning)\b", r"\b(?:definition|meaning)\W*$"),
    _rule(Wants.DATE, r"\b(?:dates?|deadlines?)\b(?:\s+(?:of|for)\b|\W*$)"),
    _rule(Wants.REASON, r"^\W*(?:the\s+)?(?:reasons?|causes?)\s+(?:for|of|why|behind)\b"),
    _figure(FigureKind.GROWTH, rf"\b{GROWTH_NOUN}\b{ENDS}"),
    _figure(FigureKind.SHARE, rf"\b{SHARE_NOUN}\b{ENDS}", r"\b(?:percentage|ratio|rate)\b"),
    _figure(FigureKind.COUNT, rf"\b{COUNT_NOUN}\s+(?:of|for)\b", r"\bnumbers?\W*$"),
    _figure(FigureKind.MEASURE, rf"\b{MEASURE_NOUN}\b{ENDS}", rf"\b{FIRM_NOUN}\b"),
)
"""What a few words without a verb ask for, as they are typed into a search box."""
