"""The two sides of a comparison, each as a question of its own, by grammar alone."""

from __future__ import annotations

import re

from rag.followup import TIME, with_year
from rag.period import Status, status_of, years_in
from rag.quantities import amounts
from rag.terms import asked_terms, without_asking
from rag.text import is_content, words
from rag.word_classes import AUXILIARY, CHANGES, HEAD_NOUN, MORE, NUMBERED

Sides = tuple[str, ...]
"""Two questions, or none where nothing is compared."""

_COMPARING = re.compile(
    r"\s*,?\s*\b(?:against|versus|vs\.?|(?:as\s+)?compared?\s+(?:with|to)"
    r"|(?<!rather\s)(?<!other\s)than|in\s+comparison\s+(?:with|to)|relative\s+to)\s+",
    re.I,
)
_NO_SIDE = re.compile(
    rf"(?:(?:about|around|almost|nearly|over|under|just|only|roughly|the)\s+)*(?:{NUMBERED}"
    r"|(?:expected|planned|usual|normal|before|ever|previously|possible|necessary|average|forecast"
    r"|thought|that|it|\w+ed)\b(?:\s+(?:in|for|by|at|on|during|last|this|next)\b.*)?\s*[?.!]*$"
    r"|(?:ever|expected|planned|usual|before)\b)",
    re.I,
)
"""What "than" sets a thing against that is no other thing: an amount, or what was expected."""
_ONLY_YEAR = re.compile(r"(?:19|20)\d\d(?=\s*(?:[?.,:]|$))")
_LAST = re.compile(r"^last\b(?!\s+y(?:ea)?r)", re.I)
_PLACED = r"(?:\s+(?:in|for|of|at|on|during|over|by|last|this|next|per|from|within|across)\b.*?)?"
_YEAR = r"(?:19|20)\d\d"
_FIGURE = re.compile(rf"\b{HEAD_NOUN}\b", re.I)
_EITHER = re.compile(
    r"^(?P<a>[^:?]+?)\s+(?:or|and|versus|vs\.?|against)\s+(?P<b>[^:?]+?)\s*(?::|\s[-–—])\s*"
    rf"(?P<asked>(?:which|what|who|how)\b(?=.*(?:\b{MORE}\b|\beach\b|\bboth\b|\btwo\b)).*)$",
    re.I,
)
_OR_AFTER = re.compile(
    rf"^(?:which|what)\s+(?P<before>[^,:?]*?)\b(?P<more>(?:more\s+\w+ly)|{MORE})\b"
    r"(?P<rest>[^,:?]*)[,:–-]\s*(?P<a>[^,?]+?),?\s+or\s+(?P<b>[^?]+?)\??$",
    re.I,
)
_GROWING = re.compile(
    rf"^(?:did|do|does|will|has|have)\s+(?P<a>.+?)\s+(?P<verb>{CHANGES})\s+(?:more\s+\w+ly|{MORE})"
    rf"\s+than\s+(?P<b>.+?)(?P<rest>{_PLACED})\??$",
    re.I,
)
_BEING = re.compile(
    rf"^(?P<be>is|was|are|were)\s+(?P<a>.+?)\s+(?:higher|lower|larger|smaller|greater|bigger)\s+"
    rf"than\s+(?P<b>.+?)(?P<rest>{_PLACED})\??$",
    re.I,
)
_MORE_OF = re.compile(
    rf"^(?:{AUXILIARY})\b.*?\b(?P<more>more|fewer|less)\s+(?!or\b)(?P<thing>.*?)"
    r"\b(?P<by>from|by|in|for|at|to|on|with|through)\s+(?P<a>[^,?]+?)\s+or\s+(?P=by)\s+"
    rf"(?P<b>[^,?]+?)(?P<rest>{_PLACED})\??$",
    re.I,
)
_MORE_THINGS = re.compile(
    r"^(?:is|are|was|were|do|does|did|has|have|will)\b(?:\s+there)?\s+(?:(?:\w+\s+){0,4}?)"
    r"(?P<more>more|fewer)\s+(?P<a>\w+s|\w*men|people|children)\s+(?:or|than)\s+"
    r"(?P<b>\w+s|\w*men|people|children)\b(?P<rest>[^?]*)\??$",
    re.I,
)
_CHANGED = re.compile(
    r"^how\s+(?P<aux>did|has|have|had)\s+(?P<a>.+?)\s+(?:change[ds]?|develop(?:ed)?|evolved?"
    r"|moved?|shift(?:ed)?|differ(?:ed)?)\s+(?:from|between)\s+"
    rf"(?P<one>{_YEAR})\s+(?:to|and|until|through)\s+(?P<other>{_YEAR})\b(?P<rest>[^?]*)\??$",
    re.I,
)
_COMPARED = re.compile(
    r"\bcompare\s+(?P<a>.+?)\s+(?:with|to|against|and)\s+(?P<b>.+?)[?.]?$"
    r"|^how\s+(?:do|does|did)\s+(?P<a2>.+?)\s+compare\s+(?:with|to|against)\s+(?P<b2>.+?)[?.]?$"
    r"|\bdifference\s+between\s+(?P<a3>.+?)\s+and\s+(?P<b3>.+?)[?.]?$",
    re.I,
)
_OF_PLACE = re.compile(r"^(?P<head>.*?)\s(?P<by>of|in|for|at|from)\s(?P<name>(?:the\s+)?[A-Z].*)$")
_NAME = re.compile(r"^(?:(?:of|in|for|at|from)\s+)?(?P<name>(?:the\s+)?[A-Z][\w’'&-]*(?:\s.*)?)$")
_THAT = re.compile(r"^(?:that|those|the\s+(?:one|ones|same))\b", re.I)
_HEAD = re.compile(r"^(?P<head>.+?)(?=\s+(?:of|in|for|at|from|during|on|last|this|next|per)\b|$)")
_SHARED = re.compile(r"\s+(?:of|in|for|at|from|during|on|last|this|next|per|among)\b.*$", re.I)
_OWN = re.compile(r"\b(?:of|in|for|at|from|during|last|this|next)\b", re.I)
_BE = re.compile(r"^(?:is|was|are|were|will\s+be)\b", re.I)
_SOONER = re.compile(r"^(?:earlier|later|sooner|older|younger|newer)$", re.I)
_AGED = re.compile(r"^(?:older|younger|newer)$", re.I)


def sides_of(text: str) -> Sides:
    """The two sides of a comparison, each with what it shares with the other; or none."""
    compared = _COMPARING.search(text)
    than = compared is not None and compared.group().strip().lower().endswith("than")
    if compared and than and _is_no_side(text[compared.end() :]):
        return ()
    for read in (_timed, _either, _or_after, _more_of, _more_things, _growing, _being, _changed):
        if sides := read(text):
            return sides
    return _compared(text)


def sides_as_asked(sides: Sides, text: str) -> Sides:
    """The sides as they stand in the question, where one was only completed at its end."""
    pieces = _COMPARING.split(text, maxsplit=1)
    if len(pieces) != 2 or len(sides) != 2:
        return sides
    right = pieces[1].strip(" ,;:?")
    return (sides[0], right) if right and sides[1].startswith(right) else sides


def _is_no_side(right: str) -> bool:
    """Whether what follows "than" is an amount or a clause cut short; a lone year is neither."""
    if _ONLY_YEAR.match(right):
        return False
    first = next(iter(amounts(right)), None)
    leads = first is not None and (first.whole or first).start == 0
    return leads or bool(_NO_SIDE.match(right))


def _timed(text: str) -> Sides:
    """Two times of one thing, or two things before a colon: "A versus B: which grew more?"."""
    sides = _COMPARING.split(text, maxsplit=1)
    if len(sides) != 2:
        return ()
    first, second = sides[0], with_year(_LAST.sub("last year", sides[1]), sides[0])
    if TIME.search(first) and TIME.search(second) and asked_terms(first):
        shared = _subject(first, second)
        return (first.strip(" ,;:"), " ".join([second.strip(" ,;:?"), *shared]))
    other, colon, asked = second.partition(":")
    if colon and asked_terms(first) and asked_terms(other):
        return (f"{first}: {asked.strip()}", f"{other}: {asked.strip()}")
    return ()


def _subject(first: str, second: str) -> list[str]:
    """The content words of one side that the other leaves out, but for its time and status."""
    asked = words(without_asking(TIME.sub(" ", first)))
    told = set(words(second))
    return [
        w for w in asked if is_content(w) and w not in told and status_of(w) is not Status.PLANNED
    ]


def _either(text: str) -> Sides:
    match = _EITHER.match(text)
    if not match:
        return ()
    shared = _SHARED.search(match["b"])
    own = _OWN.search(match["a"])
    first = match["a"] + (shared.group() if shared and not own else "")
    return (f"{first}: {match['asked']}", f"{match['b']}: {match['asked']}")


def _or_after(text: str) -> Sides:
    match = _OR_AFTER.match(text)
    if not match:
        return ()
    before, rest = match["before"].strip(), match["rest"].strip()
    ask = "When" if _SOONER.match(match["more"]) else "How much"
    if _BE.match(before) and _AGED.match(match["more"]):
        return ()
    if _BE.match(before) and ask == "When":
        return tuple(_tidy(f"When {before} {match[side]} {rest}?") for side in "ab")
    if _BE.match(before):
        if not _tells_figure(match["a"] + match["b"]):
            return ()
        return tuple(_tidy(f"What {before} {match[side]} {rest}?") for side in "ab")
    return tuple(_tidy(f"{ask} {match[side]} {before} {rest}?") for side in "ab")


def _more_of(text: str) -> Sides:
    match = _MORE_OF.match(text)
    if not match or not asked_terms(match["thing"]):
        return ()
    ask = "How much" if match["more"].lower() == "less" else "How many"
    thing, by, rest = match["thing"], match["by"], match["rest"]
    return tuple(_tidy(f"{ask} {thing} {by} {match[side]} {rest}?") for side in "ab")


def _more_things(text: str) -> Sides:
    match = _MORE_THINGS.match(text)
    if not match:
        return ()
    return tuple(_tidy(f"How many {match[side]} {match['rest']}?") for side in "ab")


def _growing(text: str) -> Sides:
    match = _GROWING.match(text)
    if not match or not asked_terms(TIME.sub(" ", match["b"])):
        return ()
    rest = match["rest"]
    return tuple(_tidy(f"How much did {match[side]} {match['verb']} {rest}?") for side in "ab")


def _being(text: str) -> Sides:
    match = _BEING.match(text)
    if not match or not asked_terms(TIME.sub(" ", match["b"] + match["rest"])):
        return ()
    if not _tells_figure(f"{match['a']} {match['b']}"):
        return ()
    sides = _shared(match["a"], match["b"] + match["rest"])
    return tuple(f"What {match['be'].lower()} {side}?" for side in sides)


def _changed(text: str) -> Sides:
    match = _CHANGED.match(text)
    if not match:
        return ()
    years = (match["one"], match["other"])
    return tuple(_tidy(f"What was {match['a']} {match['rest']} in {year}?") for year in years)


def _compared(text: str) -> Sides:
    """Of "compare A with B" and "the difference between A and B", what tells figures or times."""
    match = _COMPARED.search(text)
    if not match:
        return ()
    a, b = (next(g for g in match.group(n, f"{n}2", f"{n}3") if g) for n in "ab")
    if not (TIME.search(f"{a} {b}") or _tells_figure(f"{a} {b}")):
        return ()
    return _shared(a.strip(), b.strip())


def _tells_figure(text: str) -> bool:
    """Whether a noun says that a figure is meant, such as "rate"."""
    return bool(_FIGURE.search(text))


def _shared(a: str, b: str) -> Sides:
    """Both sides whole: the second takes its head from the first, the first its place from it."""
    if _THAT.match(b):
        head = _HEAD.match(a)
        return (a, _THAT.sub(lambda _: head["head"] if head else a, b))
    time = TIME.search(a)
    if time and not asked_terms(TIME.sub(" ", b)) and (year := TIME.search(b)):
        when = year.group() if not year.group()[0].isdigit() else f"in {year.group()}"
        return (a, _tidy(f"{a[: time.start()]} {when} {a[time.end() :]}"))
    place, name = _OF_PLACE.match(a), _NAME.match(b)
    if place and name:
        return _placed(place, name["name"])
    shared = _SHARED.search(b)
    if shared and not _OWN.search(a):
        return (a + shared.group(), b)
    return (a, b)


def _placed(place: re.Match[str], name: str) -> Sides:
    """ "The rate of A" and "B in 2023": the rate of both, both in 2023."""
    time = TIME.search(name)
    first = place["name"] + (f" {time.group()}" if time and not years_in(place["name"], 0) else "")
    return tuple(f"{place['head']} {place['by']} {one}" for one in (first, name))


def _tidy(text: str) -> str:
    return " ".join(text.split()).replace(" ?", "?")
