"""What a sentence measures: figures whose measure its grammar tells without doubt.

Precision goes before recall: a clause that fits no pattern wholly gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from eval.cases.clauses import Clause
from eval.cases.grammar import ABOUT, MEASURE, NUMBER, PAST, PERCENT, PREPOSITIONS, is_noun_phrase


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure and what it measures.

    `figure` is written as in the sentence, with its unit. `form` names the wordings that fit, which
    `parts` fill (see `eval.cases.templates`). `measure` is a noun phrase of the sentence.
    """

    kind: str
    """`amount`, `count`, `share` or `growth`."""
    form: str
    figure: str
    measure: str
    planned: bool = False
    parts: Mapping[str, str] = field(default_factory=dict)


_NUMBER_OF = re.compile(r"(?i:the (?:total )?(?:number|count) of )")
_STOP = r"(?=[.,;]|$)"
_END = (
    r"(?=\s*(?:[.,;]|$|\s(?:in|by|from|to|for|at|on|and|while|up|during|compared|as|which|over|with"
    r"|having)\b))"
)
_BREAK = "|".join(sorted(PREPOSITIONS | {"and", "or", "while", "which", "having"}))
_UNIT = rf"(?:\s(?!(?:{_BREAK})\b)[A-Za-z]+){{0,3}}"
_FIGURE = rf"{ABOUT}(?:a (?:new )?(?:\w+ )?record of )?(?P<figure>{NUMBER}(?:{PERCENT}|{_UNIT}))"
_SHARE = rf"{ABOUT}(?P<figure>{NUMBER}{PERCENT})"
_WILL = r"(?:will|shall|should|is to|are to|is expected to|are expected to)"
_BASES = {
    "rose": "rise", "went up": "rise", "was up": "rise", "were up": "rise", "grew": "grow",
    "increased": "increase", "climbed": "climb", "expanded": "expand", "fell": "fall",
    "went down": "fall", "was down": "fall", "were down": "fall", "declined": "decline",
    "decreased": "decrease", "dropped": "drop",
}  # fmt: skip
_BASES |= {base: base for base in _BASES.values()}
_DOWN = frozenset("fall decline decrease drop reduction down falling declining decreasing".split())
_CHANGES = "|".join(sorted(_BASES, key=len, reverse=True))

_EMPTY = frozenset("a an the existing current total overall whole new latest remaining".split())
_LEVEL = re.compile(
    r"^(?P<subject>.+?) (?:reached|totall?ed|averaged|exceeded|surpassed|equall?ed|(?:was|were)(?= "
    r"[^a-z]|\s(?:about|around|over|more than|nearly) )|stood at|amounted to|came to|added up to|"
    rf"(?:rose|grew|increased|climbed|fell|dropped|declined|decreased) to) {_FIGURE}{_END}"
)
_WORTH = re.compile(rf"^(?P<subject>.+?) (?P<be>was|were) worth {_FIGURE}{_END}")
_TO_REACH = re.compile(
    rf"^(?P<subject>.+?) {_WILL} (?:reach|total|exceed|amount to|come to|stand at|"
    rf"(?:rise|grow|increase|fall) to) {_FIGURE}{_END}"
)
_GROWTH = re.compile(
    rf"^(?P<subject>.+?) (?P<will>{_WILL} )?(?:also |further )?(?P<verb>{_CHANGES}) (?:by )?"
    rf"{_FIGURE}(?: to {ABOUT}(?P<level>{NUMBER}{_UNIT}))?{_END}"
)
_CUT = re.compile(
    r"^(?P<subject>.+?) (?P<be>was|were|will be) (?P<verb>reduced|cut|lowered|raised|expanded) by "
    rf"{_FIGURE}{_END}"
)
_AFTERWARDS = re.compile(
    r",? (?:(?:registering|representing|marking|with) )?"
    r"(?:(?P<way>up|down)(?: by)?"
    r"|an? (?P<noun>increase|growth|rise|gain|decrease|decline|drop|fall) of"
    rf"|(?P<verb>increasing|growing|rising|decreasing|falling|declining) by) {_SHARE}{_END}"
)
_SHARE_OF = re.compile(
    r"^(?P<subject>.+?) (?:accounted for|accounts for|account for|made up|represented|constituted|"
    rf"equall?ed|reached|came to) {_SHARE} of (?P<whole>[^.;,]+?){_STOP}"
)
_SHARE_DONE = re.compile(
    rf"^{_SHARE} of (?P<whole>[^.;,]+?) (?P<rest>(?:was|were|will be) [^.;,]+?){_STOP}"
)
_SHARE_MADE = re.compile(
    rf"^(?P<subject>.+?) (?P<verb>{PAST}) {_SHARE} of (?P<whole>[^.;,]+?){_STOP}"
)
_TARGET = re.compile(
    r"^(?:(?P<label>[A-Z][^:]+): t|T)he target (?:for (?P<subject>.+?) )?is "
    rf"(?!to |that |for )(?:[^\d.,;:]{{0,60}}? )?{_FIGURE}{_END}"
)
_GOAL_OF_CHANGE = re.compile(
    rf"^(?:An?|The) (?P<noun>increase|growth|rise|decrease|decline|reduction) of {_FIGURE} in "
    r"(?P<subject>[^.;,]+?)[.,;]?$"
)
_GOAL = re.compile(
    r"^(?:An? |The )?(?:target )?(?P<subject>[^.;,:]+?) (?:of|kept within|kept at|held at|held "
    rf"within|reaching|equal to) {_SHARE}[.,;]?$"
)


def measured_in(clause: Clause, planned: bool) -> Iterator[Measured]:
    """Amounts, shares and growth that the clause tells of what it names.

    `planned` says that headings or the whole sentence speak of plans: only then is a phrase
    without a verb read as a target.
    """
    readers = (_read_share, _read_level, _read_growth, _read_target)
    found = [measured for read in readers for measured in read(clause.text)]
    yield from found or (list(_read_goal(clause.text)) if planned else [])


def _read_level(text: str) -> Iterator[Measured]:
    for pattern, form in ((_LEVEL, "level"), (_WORTH, "worth"), (_TO_REACH, "level")):
        match = pattern.match(text)
        if not match or not is_noun_phrase(match["subject"]) or _is_vague(match["subject"]):
            continue
        if _has_unit(match["figure"]) or _is_number_of(match["subject"]):
            parts = {k: v for k, v in match.groupdict().items() if k in ("subject", "be")}
            kind, planned = _level_kind(match), pattern is _TO_REACH
            yield _level(kind, form, match["figure"], planned, parts)
            yield from _read_change_after(match["subject"], text[match.end() :])
            return


def _level(kind: str, form: str, figure: str, planned: bool, parts: Mapping[str, str]) -> Measured:
    number = _NUMBER_OF.match(parts["subject"])
    if form == "level" and figure.endswith(("%", "percent", "per cent")):
        form = "rate"
    elif form == "level" and number and not planned:
        form, parts = "number", {**parts, "things": parts["subject"][number.end() :]}
    return Measured(kind, form, figure, parts["subject"], planned, parts)


def _read_change_after(subject: str, rest: str) -> Iterator[Measured]:
    match = _AFTERWARDS.match(rest)
    if match:
        word = match["way"] or match["noun"] or match["verb"]
        yield _growth(subject, match["figure"], "fall" if word in _DOWN else "grow", planned=False)


def _read_growth(text: str) -> Iterator[Measured]:
    match = _GROWTH.match(text)
    if match and is_noun_phrase(match["subject"]) and not _is_vague(match["subject"]):
        if not (_has_unit(match["figure"]) or _is_number_of(match["subject"])):
            return
        planned = bool(match["will"])
        yield _growth(match["subject"], match["figure"], _BASES[match["verb"]], planned)
        if match["level"]:
            parts = {"subject": match["subject"]}
            yield _level(_level_kind(match), "level", match["level"], planned, parts)
    match = _CUT.match(text)
    if match and is_noun_phrase(match["subject"]):
        parts = {key: match[key] for key in ("subject", "be", "verb")}
        will = match["be"] == "will be"
        form = "to be changed" if will else "changed"
        yield Measured("growth", form, match["figure"], match["subject"], will, parts)


def _growth(subject: str, figure: str, base: str, planned: bool) -> Measured:
    noun = "decrease" if base in _DOWN else "increase"
    parts = {"subject": subject, "base": base, "noun": noun}
    form = "percent growth" if figure.endswith("%") else "growth"
    return Measured("growth", form, figure, subject, planned, parts)


def _read_share(text: str) -> Iterator[Measured]:
    match = _SHARE_OF.match(text)
    if match and is_noun_phrase(match["subject"]) and is_noun_phrase(match["whole"]):
        parts = {"subject": match["subject"], "whole": match["whole"]}
        measure = f"{match['subject']} as a share of {match['whole']}"
        yield Measured("share", "share", match["figure"], measure, parts=parts)
        return
    match = _SHARE_DONE.match(text)
    if match and is_noun_phrase(match["whole"]):
        parts = {"whole": match["whole"], "rest": match["rest"]}
        measure = f"share of {match['whole']}"
        yield Measured("share", "share done", match["figure"], measure, parts=parts)
        return
    match = _SHARE_MADE.match(text)
    if match and is_noun_phrase(match["subject"]) and is_noun_phrase(match["whole"]):
        done = {"whole": match["whole"], "rest": f"was {match['verb']}"}
        done["agent"] = match["subject"]
        measure = f"{match['subject']}: share of {match['whole']}"
        yield Measured("share", "share done", match["figure"], measure, parts=done)


def _read_target(text: str) -> Iterator[Measured]:
    match = _TARGET.match(text)
    if match and (MEASURE.search(match["figure"]) or match["figure"].endswith("%")):
        subject = match["label"] or match["subject"] or ""
        if is_noun_phrase(subject):
            yield _target(match["figure"], subject)


def _read_goal(text: str) -> Iterator[Measured]:
    match = _GOAL_OF_CHANGE.match(text)
    if match and is_noun_phrase(match["subject"]):
        parts = {"subject": match["subject"], "noun": match["noun"]}
        yield Measured("growth", "goal of change", match["figure"], match["subject"], True, parts)
        return
    match = _GOAL.match(text)
    if match and is_noun_phrase(match["subject"]):
        yield _target(match["figure"], match["subject"])


def _target(figure: str, subject: str) -> Measured:
    kind = "share" if figure.endswith("%") else "amount"
    return Measured(kind, "target", figure, subject, True, {"subject": subject})


def _level_kind(match: re.Match[str]) -> str:
    return "count" if _is_number_of(match["subject"]) else "amount"


def _is_number_of(subject: str) -> bool:
    return bool(_NUMBER_OF.match(subject))


def _is_vague(subject: str) -> bool:
    """Whether the subject names no measure of its own ("costs", "the existing stock")."""
    telling = [word for word in subject.split() if word.lower() not in _EMPTY]
    return len(telling) < 2 and not any(word.isupper() for word in telling)


def _has_unit(figure: str) -> bool:
    return not re.fullmatch(NUMBER, figure) or "illion" in figure
