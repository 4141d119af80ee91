"""Near-miss twins: a question that the documents answer, moved to where they do not.

A twin asks for the same measure of another year, of which no sentence that shares the question's
words speaks, or of another place, which the documents never mention.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256

from eval.cases.sentences import Sentences
from rag.period import without_years
from rag.text import term_set

_SHIFTS = (1, 2, 3, 5, 8, 12)
"""Years away from the figure's own, nearest first: the nearer, the harder to tell apart."""
_SHARED = 0.5
"""A sentence with half of a question's words may already speak of the same measure."""
_LEAST_NAMED = 3
_NAMED = re.compile(r"\b(?:in|across|throughout) (?P<name>[A-Z][a-z]{2,}(?: [A-Z][a-z]+)?)\b")
_SAYS_WHERE = re.compile(
    r"(?<=\s)[A-Z][a-z]+\b"
    r"|\b(?:city|town|country|nation|state|province|region|district|county|village|area|world)\b",
)
_CITIES = (
    "Oslo", "Lisbon", "Nairobi", "Toronto", "Santiago", "Melbourne", "Warsaw", "Osaka", "Cairo",
    "Mumbai", "Lagos", "Chicago", "Madrid", "Istanbul", "Hanoi", "Dublin", "Montreal", "Accra",
)  # fmt: skip
_COUNTRIES = (
    "Norway", "Portugal", "Kenya", "Canada", "Chile", "Australia", "Poland", "Japan", "Egypt",
    "India", "Nigeria", "Spain", "Turkey", "Vietnam", "Ireland", "Ghana", "France", "Brazil",
    "China", "Germany", "Italy", "Mexico", "Sweden", "Thailand", "Finland", "Austria",
)  # fmt: skip
_MONTHS = frozenset(
    """January February March April May June July August September October November December
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday Parliament Congress Part Chapter
    Section Article Annex Table Figure""".split()
)
_ASKING = frozenset(
    term for word in (
        "what how many much which tell give need please number figure percentage percent share "
        "level value total come reach reported planned target set account increase decrease rise "
        "grow fall decline"
    ).split() for term in term_set(word)
)  # fmt: skip
"""What a question says because it asks."""


def content_terms(question: str) -> frozenset[str]:
    """The search terms of a question without its years."""
    return frozenset(t for t in term_set(without_years(question)) if t not in _ASKING)


def other_year(sentences: Sentences, question: str, year: int, planned: bool) -> int | None:
    """The nearest year of which no sentence that shares the question's words speaks.

    It lies before a result and after a plan, so that the tense of the question still fits.
    """
    near = sentences.speaking_of(content_terms(question), _SHARED)
    told = {y for place in near for y in place.period.years}
    ways = (year + (shift if planned else -shift) for shift in _SHIFTS)
    return next((other for other in ways if other not in told), None)


def homes(sentences: Sentences) -> Mapping[str, str]:
    """The place that each document speaks of, by document id: the one it is most often "in"."""
    found = {}
    for id_, document in sentences.documents.items():
        named = Counter(
            match["name"]
            for match in _NAMED.finditer(" ".join(document.text.split()))
            if match["name"].split()[0] not in _MONTHS
        ).most_common(2)
        # A place that another comes close to is not what the document as a whole speaks of.
        clear = len(named) == 1 or (named and named[0][1] >= 2 * named[1][1])
        if clear and named[0][1] >= _LEAST_NAMED:
            found[id_] = named[0][0]
    return found


def other_place(sentences: Sentences, home: str, key: str) -> str | None:
    """A place of the same sort that the documents never mention; the same `key`, the same one."""
    sort = _COUNTRIES if home in _COUNTRIES else _CITIES
    strange = [name for name in sort if not sentences.knows(name)]
    if not strange:
        return None
    return strange[int(sha256(key.encode()).hexdigest(), 16) % len(strange)]


def moved(question: str, home: str, away: str) -> str:
    """The question with every mention of one place turned into another."""
    return re.sub(rf"\b{re.escape(home)}\b", away, question)


def names_place(question: str) -> bool:
    """Whether the question already says where: by a name inside it, or as "the city"."""
    return bool(_SAYS_WHERE.search(question))
