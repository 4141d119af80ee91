"""Counts that a clause tells: so many things were made, were there, or are to be made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from eval.cases.clauses import Clause
from eval.cases.grammar import (
    ABOUT,
    MEASURE,
    MORE,
    NUMBER,
    PAST,
    has_finite_verb,
    is_noun_phrase,
    may_be_verb,
    participle,
)
from eval.cases.measures import Measured

_PARTICLE = r"(?P<particle> (?:up|out|off|down))?"
_AHEAD = r"(?=(?:[a-z]+ ){0,3}\d)"
_NUMBERED = rf"{MORE}{ABOUT}{MORE}(?P<number>{NUMBER}) "
_NEXT = (
    r"(?: and| as well as) (?=(?:(?:over|more|than|about|around|another|an|additional) ){0,2}\d)"
)
_ITEM = re.compile(
    rf"{_NUMBERED}(?:(?:more|new and additional|additional|further) )?"
    rf"(?P<things>[^,;.:]+?)(?=[,;.:]|$|{_NEXT}| as well as | while | such as | including "
    r"| (?:were|was|have|has|had|will|is|are) | and (?:the|an?|also) "
    r"| and [a-z]+ed (?!and\b|or\b|of\b))"
)
_CUT_LIST = re.compile(r", (?:[a-z-]+ ){1,3}(?:and|or) (?:[a-z-]+ ?){1,3}[.;]?$")
"""What a list of things goes on with, so that the number counts more than its first member."""
_JOIN = re.compile(rf"(?:, and|,| and|, as well as| as well as) {_AHEAD}")
_BE = re.compile(
    r" (?P<be>were|was|have been|has been|will be|are to be|is to be|should be) "
    rf"(?P<rest>(?:[a-z]+ly |also )?(?:{PAST}|[a-z]+en|put|made|done)\b[^.;,]*?)"
    r"(?=[.,;]|$| and (?:the|an?|over|more than|another|\d)| while | which | by \w+ing )"
)
_MOVED = re.compile(
    rf"^{_NUMBERED}(?P<things>[^,;.:]+?) (?P<rest>[a-z]+ed"
    r"(?: (?:in|into|at|from|to|on|for|across|under|out|up|down) [^.;,]+?)?)"
    r"(?=[.,;]|$| and (?:the|an?|\d)| while )"
)
_DID = re.compile(
    r"^(?P<subject>[A-Z].*?) (?:(?:have|has|also|then|newly|cumulatively|jointly) )*"
    rf"(?P<verb>{PAST}){_PARTICLE} "
)
_DID_NEXT = re.compile(rf"(?:, and|,| and) (?:also |then )?(?P<verb>{PAST}){_PARTICLE} {_AHEAD}")
_WILL_DO = re.compile(
    r"\b(?:will|shall|aims? to|plans? to|intends? to|is to|are to)(?: also| then)? "
    rf"(?P<verb>[a-z]+){_PARTICLE} {_AHEAD}"
)
_WILL_NEXT = re.compile(rf"(?:, and|,| and) (?P<verb>[a-z]+){_PARTICLE} {_AHEAD}")
_PLAN = re.compile(
    r"\b(?:will|shall|(?:aims?|plans?|intends?|wants?) to"
    r"|(?:goal|target|plan|aim)\b[^.;]*? is to)\b"
)
_TARGET = re.compile(
    r"^(?:[A-Z][^:]+: t|T)he (?:[a-z]+ )?target (?:for (?P<subject>[^,]+?) )?is " + _AHEAD
)
_HAD = re.compile(rf"^(?P<subject>[A-Z].*?) (?:now )?(?P<verb>had|has|have) {_AHEAD}")
_HOW = re.compile(
    r"(?<!ed) (?=(?:in|into|to|on|onto|at|under|through|via|as|across|along|within|throughout) )"
)
_MODIFIED = re.compile(r"\b[a-z]+ed (?:as|by|for|in|on|to|under|with) | from .* to ")
"""What keeps for itself what follows it: a participle ("tasks named in the plan"), "from"."""
_TAIL = re.compile(
    r" (?:\(|(?:of|for|in|on|at|to|with|by|from|per|under|within)\b"
    r"|(?<!ly )[a-z]+ed (?:by|in|on|for|to|from|with|at|under)\b)"
)
_VERB = re.compile(r"\b(?:were|was|have|has|are|is|will)\b")
_COMPLEX = frozenset("make made keep kept leave left render rendered get got find found".split())
"""Verbs whose object may go on with what it became ("made 20 homes safe")."""
_PRONOUNS = frozenset("we it they he she".split())
_GENERAL = frozenset(("the city", "the government", "the country", "the state"))


@dataclass(frozen=True, slots=True)
class _Item:
    number: str
    things: str
    end: int


def counts_in(clause: Clause) -> Iterator[Measured]:
    """Counted things: as subject of the clause, or as object of one of its verbs."""
    text = clause.text
    yield from _counted_subjects(clause)
    if re.match(_NUMBERED, text):
        return
    yield from _had(text)
    yield from _done(text)
    yield from _to_be_done(text)
    yield from _aimed_at(text)


def _counted_subjects(clause: Clause) -> Iterator[Measured]:
    text = clause.text
    items = _items(text, 0)
    if items and (verb := _BE.match(text, items[-1].end)):
        for item in items:
            yield from _counted(item, f"{verb['be']} {verb['rest']}")
        return
    # After a mere "and", "tasks set in the plans" is no clause of its own.
    match = _MOVED.match(text) if clause.whole else None
    if match and not has_finite_verb(match["rest"]) and not _VERB.search(text, match.end()):
        yield from _counted(_Item(match["number"], match["things"], match.end()), match["rest"])


def _had(text: str) -> Iterator[Measured]:
    match = _HAD.match(text)
    if not match or not is_noun_phrase(match["subject"], most=8):
        return
    for item in _items(text, match.end()):
        parts = {"things": item.things, "subject": match["subject"], "verb": match["verb"]}
        form = "had" if match["verb"] == "had" else "have"
        if _is_countable(item.things):
            yield Measured("count", form, _figure(item), item.things, parts=parts)


def _done(text: str) -> Iterator[Measured]:
    first = _DID.match(text)
    if not first or not _is_agent(first["subject"]) or _PLAN.search(text):
        return
    verbs = (first, *_DID_NEXT.finditer(text, first.end() - 1))
    for verb in (verb for verb in verbs if verb["verb"] not in _COMPLEX):
        for item in _items(text, verb.end()):
            yield from _acted_on(item, "were", verb, _agent(first["subject"]))


def _to_be_done(text: str) -> Iterator[Measured]:
    if not _PLAN.search(text):
        return
    verbs = [*_WILL_DO.finditer(text), *_WILL_NEXT.finditer(text)]
    for verb in verbs:
        if may_be_verb(verb["verb"]) and verb["verb"] not in _COMPLEX:
            for item in _items(text, verb.end()):
                yield from _acted_on(item, "will be", verb)


def _aimed_at(text: str) -> Iterator[Measured]:
    match = _TARGET.match(text)
    if not match or (match["subject"] and not is_noun_phrase(match["subject"])):
        return
    for item in _items(text, match.end()):
        purpose = f"for {match['subject']}" if match["subject"] else ""
        parts = {"things": item.things, "purpose": purpose}
        if _is_countable(item.things) and not MEASURE.fullmatch(item.things):
            yield Measured("count", "target count", _figure(item), item.things, True, parts)


def _acted_on(item: _Item, be: str, verb: re.Match[str], agent: str = "") -> Iterator[Measured]:
    """The object of a verb as the subject of its passive; where and how go with the verb."""
    things, *how = [item.things] if _MODIFIED.search(item.things) else _HOW.split(item.things, 1)
    doing = [be, participle(verb["verb"]) + (verb["particle"] or ""), *how]
    yield from _counted(replace(item, things=things), " ".join(doing), agent)


def _counted(item: _Item, predicate: str, agent: str = "") -> Iterator[Measured]:
    # A present perfect does not go with the year that a question names.
    plain = re.sub(r"^(?:have|has) been", "were", predicate)
    planned = bool(re.match(r"(?:will|are to|is to|should) ", plain))
    known = not re.search(r"\b(?:it|them|this|these|such|its)\b|\d|\b(?:who|which|that)$", plain)
    if known and _is_countable(item.things):
        parts = {"things": item.things, "rest": plain, "agent": agent}
        form = "extent" if MEASURE.match(item.things) else "count"
        yield Measured("count", form, _figure(item), item.things, planned, parts)


def _items(text: str, at: int) -> list[_Item]:
    """The counted things that start at `at` and follow one another: "5 parks and 3 gardens"."""
    found: list[_Item] = []
    while (match := _ITEM.match(text, at)) and not _CUT_LIST.match(text, match.end()):
        found.append(_Item(match["number"], match["things"].strip(), match.end()))
        join = _JOIN.match(text, match.end())
        if not join or join.end() == match.end():
            break
        at = join.end()
    return found


def _is_countable(things: str) -> bool:
    counts = is_noun_phrase(things, most=16) and not re.search(r"(?<!\w)\d|\bones?\b", things)
    first = things.split()[0]
    money = MEASURE.match(things) and re.match(r"(?:US )?(?:dollar|yuan|euro|pound|yen)", things)
    return counts and not money and (first[0].isalpha() or first[0] in "“\"'")


def _is_agent(subject: str) -> bool:
    return subject.lower() in _PRONOUNS or is_noun_phrase(subject, most=9)


def _agent(subject: str) -> str:
    """Who did it, if that tells more than that it was done."""
    return "" if subject.lower() in _PRONOUNS | _GENERAL else subject


def _figure(item: _Item) -> str:
    """The number with the first words of what it counts."""
    unit = MEASURE.match(item.things)
    return f"{item.number} {unit[0]}" if unit else f"{item.number} {_head(item.things)}"


def _head(things: str) -> str:
    """The things without what a preposition or a participle adds to them."""
    plain = _TAIL.split(things)[0]
    # "Internet of Things terminals" are no "Internet".
    return things if plain.split()[-1][0].isupper() else plain
