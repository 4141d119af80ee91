"""Words that a statement turns round: it says "before" where what it cites says "after".

A word of the statement clashes with its opposite in the cited sentence where both stand among the
same words, and nothing of its own side stands among more of them. All are general English.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rag.kinship import stands
from rag.span import Statement, Support
from rag.text import is_content, term, words

_SIDES = """
before | after
earlier ahead sooner | later
since | until till
within inside indoors indoor | outside outdoors outdoor beyond
above | below beneath
north northern northward northeast northwest | south southern southward southeast southwest
| east eastern eastward | west western westward
left-hand | right-hand
upper | lower
top | bottom
front forward | rear back backward
inner internal interior | outer external exterior
open | close shut
start begin commence launch found introduce | end finish stop cease abolish complete terminate
enter join arrive | leave depart exit quit
buy purchase acquire | sell dispose
import | export
hire recruit appoint | dismiss fire resign retire
add include insert attach connect install fit | remove exclude detach disconnect uninstall delete
accept approve allow permit authorise authorize | reject refuse forbid prohibit ban deny disallow
win | lose
raise increase heighten lift | lower reduce decrease cut
widen broaden | narrow
lengthen extend prolong | shorten
strengthen tighten | weaken loosen
speed accelerate quicken | slow delay
heat warm | cool chill
full | empty
wet | dry
hot | cold
hard | soft
high higher highest tall taller tallest | low lower lowest
long longer longest | short shorter shortest
large larger largest big bigger biggest great greater | small smaller smallest little
wide wider widest | narrower narrowest
thick thicker | thin thinner
deep deeper deepest | shallow shallower
heavy heavier heaviest | light lighter lightest
fast faster fastest quick quicker | slower slowest
old older oldest | new newer newest young younger youngest
early earliest | late latest
strong stronger strongest | weak weaker weakest
rich richer richest | poor poorer poorest
expensive dear costlier | cheap cheaper cheapest
near nearer nearest | far farther farthest distant
many | few
more | less fewer
better best | worse worst
good | bad
warmer warmest | cooler colder coldest
maximum | minimum
first | last
former | latter
previous | next following coming
past | future
domestic home | foreign overseas abroad
public | private
urban | rural
male men man | female women woman
employer | employee
buyer | seller
landlord | tenant
lender creditor | borrower debtor
supplier | customer
profit surplus | loss deficit
asset | liability
revenue income receipts | expenditure expense spending
credit | debit
gross | net
fixed | variable
temporary provisional | permanent
mandatory compulsory obligatory | voluntary optional
manual manually | automatic automatically
direct directly | indirect indirectly
positive | negative
correct | wrong incorrect
safe | dangerous
same identical | different
half halve | twice double
succeed | fail
agree support favour favor | oppose object disagree
push | pull
press hold | release
lock | unlock
send | receive
lend | borrow
load | unload
fill | empty drain
charge | discharge
build construct erect | demolish dismantle
appear | disappear
encourage | discourage
attack | defend
improve | worsen deteriorate
expand grow | contract shrink
enable | prevent
majority | minority
senior | junior
horizontal | vertical
plus | minus
spring | summer | autumn | winter
morning | afternoon | evening | night
noon midday | midnight
red | green | blue | yellow | black | white | grey | brown | orange | purple
solid | liquid
"""
_NEIGHBOURS = 5
"""How many words to either side a word stands among."""
_NEGATION = re.compile(r"(?:not|no|never|without|cannot|nor|neither|nobody|none|\w+n't)$")
_DENIED_WORDS = 3
_BOUND = re.compile(r"\b(?:no|not|at)\s(?:more|less|fewer|later|earlier|longer|least|most)\b", re.I)
_PREFIXED = re.compile(
    r"un\w{4,}|non-?\w{4,}|(?:in|im|ir|il)\w{3,}(?:ble|bly|al|ally|ent|ant|ate|ive|ct|te|lar|ure)"
    r"|dis(?:agree|appear|connect|approv|allow|continu|qualif|hon|lik|mount|satisf|trust)\w*"
)
_PREFIX = re.compile(r"un|non-?|in|im|ir|il|dis")
_BARE_LETTERS = 4
Side = tuple[int, int]
"""The line of the table and the column that a word stands in."""


def _table() -> Mapping[str, frozenset[Side]]:
    found: dict[str, set[Side]] = defaultdict(set)
    lines = _SIDES.replace("\n|", " |").strip().splitlines()
    for number, line in enumerate(lines):
        for column, side in enumerate(line.split("|")):
            for word in side.split():
                found[term(word)].add((number, column))
    return {word: frozenset(sides) for word, sides in found.items()}


_TABLE = _table()


@dataclass(frozen=True, slots=True)
class _Use:
    """A word of the table in a text: its sides, what it stands among, and whether it is denied."""

    word: str
    sides: frozenset[Side]
    among: frozenset[str]
    denied: bool


def is_turned_round(statement: Statement, support: Support) -> bool:
    """Whether a word stands where the cited sentence has its opposite, or the word denied."""
    told = _uses(support.text)
    return any(_is_opposed(use, told) for use in _uses(statement.text)) or _is_prefixed(
        statement.text, support.text
    )


def same_side(one: str, other: str) -> bool:
    """Whether two lower-case words of the table are of one sense."""
    none: frozenset[Side] = frozenset()
    return bool(_TABLE.get(term(one), none) & _TABLE.get(term(other), none))


@lru_cache(maxsize=4096)
def _uses(text: str) -> tuple[_Use, ...]:
    return tuple(use for clause in re.split(r"[;:]", _BOUND.sub(" ", text)) for use in _in(clause))


def _in(clause: str) -> Iterator[_Use]:
    found = words(clause.replace("-", " "))
    for at, word in enumerate(found):
        sides = _TABLE.get(term(word))
        if sides and not _is_aside(word, found[at + 1 : at + 3]):
            near = found[max(0, at - _NEIGHBOURS) : at] + found[at + 1 : at + 1 + _NEIGHBOURS]
            before = found[max(0, at - _DENIED_WORDS) : at]
            yield _Use(
                term(word),
                sides,
                frozenset(term(w) for w in near if is_content(w)),
                any(map(_NEGATION.match, before)),
            )


def _is_aside(word: str, following: list[str]) -> bool:
    """A word that compares or dates a figure, which its own check heeds: "after 5", "before."."""
    after = following[0] if following else ""
    if word in ("before", "earlier", "later"):
        return not after or (word != "before" and after != "than" and not is_content(after))
    if word == "after":
        return after[:1].isdigit() or after in ("about", "around", "nearly", "some")
    if word in ("more", "less", "fewer", "above", "below"):
        return after == "than" or after[:1].isdigit()
    return False


def _is_opposed(use: _Use, told: tuple[_Use, ...]) -> bool:
    same = [_shared(use, other) for other in told if _is_same_side(use, other)]
    against = [_shared(use, other) for other in told if _is_other_side(use, other)]
    return bool(against) and max(against) > max((0, *same))


def _is_same_side(use: _Use, other: _Use) -> bool:
    return use.word == other.word or bool(use.sides & other.sides)


def _is_other_side(use: _Use, other: _Use) -> bool:
    if use.word == other.word or use.denied != other.denied:
        return False
    if use.sides & other.sides:
        return False
    return any(a[0] == b[0] and a[1] != b[1] for a in use.sides for b in other.sides)


def _shared(use: _Use, other: _Use) -> int:
    return sum(stands(word, other.among) for word in use.among)


def _is_prefixed(text: str, cited: str) -> bool:
    """ "unsuited" of what is "suited", or the other way round; denials make up for it."""
    own, told = _plain_words(text), _plain_words(cited)
    denies = any(map(_NEGATION.match, words(text))) or any(map(_NEGATION.match, words(cited)))
    return not denies and (_negates(own, told) or _negates(told, own))


def _plain_words(text: str) -> frozenset[str]:
    return frozenset(w for w in words(text) if is_content(w))


def _negates(own: frozenset[str], told: frozenset[str]) -> bool:
    stems = {term(w) for w in own}
    for word in told:
        if _PREFIXED.fullmatch(word) and term(word) not in stems:
            bare = term(_PREFIX.sub("", word, count=1))
            if len(bare) >= _BARE_LETTERS and bare in stems:
                return bare not in {term(w) for w in told}
    return False
