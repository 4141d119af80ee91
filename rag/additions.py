"""Whether a statement adds something of its own, or takes from a heading what a text must tell."""

from __future__ import annotations

import re

from rag.amounts import amounts_in, is_money
from rag.grammar.tagging import tag
from rag.grammar.tokens import Tag
from rag.grammar.verbs import LEVELS, lemma
from rag.kinship import stands
from rag.span import Statement, Support
from rag.text import is_content, term, term_set, words

_SEGMENT = re.compile(r"[,;:]\s|\s(?:and|but|while|because|since|as)\s")
_FROM_HEADING = 0.5
"""The share of what is said that may stand in headings and the title alone."""
_QUOTED = re.compile(
    r"[„‚«»‹›](?P<said>[^„“”‚‘’«»‹›]{2,})[“”‘’«»‹›]|(?<!\w)'(?P<single>[^']{3,}\s[^']+)'(?!\w)"
)
_ASIDES = frozenset(
    """accordingly actually additionally afterwards alternatively annually apparently approximately
    basically briefly broadly certainly clearly collectively commonly comparatively consequently
    conversely correspondingly currently directly effectively equally especially essentially
    eventually evidently exactly explicitly fairly finally financially firstly formally formerly
    frequently fully generally globally gradually historically immediately importantly increasingly
    individually initially interestingly internally internationally jointly largely lastly lately
    likely locally mainly monthly mostly namely nationally naturally nearly newly normally notably
    officially operationally originally overly partly particularly permanently possibly potentially
    precisely predominantly presently previously primarily principally probably publicly quickly
    quarterly rapidly recently regionally regularly reportedly respectively roughly secondly
    separately shortly significantly similarly simultaneously slightly socially specifically
    steadily strategically strongly subsequently substantially successfully supposedly technically
    temporarily thirdly typically ultimately unusually usually virtually weekly widely yearly
    """.split()
)
"""Adverbs that set the scene of a sentence; any other word in "-ly," at its head is a name."""


def adds(statement: Statement, support: Support) -> bool:
    """Whether anything in a statement stands on nothing that it cites."""
    return (
        _has_own_segment(statement.text, support)
        or _leans_on_headings(statement.text, support)
        or _names_currency(statement.text, support)
        or _opens_with_a_name(statement.text, support)
    )


def alters_quote(statement: Statement, support: Support) -> bool:
    """Whether words in marks of other languages, or plain ones, are not cited word for word."""
    told = [f" {' '.join(words(one))} " for one in (*support.texts, *support.quotes)]
    quoted = [match["said"] or match["single"] for match in _QUOTED.finditer(statement.text)]
    return any(not any(f" {' '.join(words(said))} " in one for one in told) for said in quoted)


def _has_own_segment(text: str, support: Support) -> bool:
    """Whether a part of it holds no word that is cited."""
    held = term_set(support.text) | term_set(support.context)
    for segment in _SEGMENT.split(text):
        said = [w for w in words(segment) if is_content(w) and w not in _ASIDES]
        if said and not any(stands(term(w), held) or w[0].isdigit() for w in said):
            return True
    return False


def _leans_on_headings(text: str, support: Support) -> bool:
    """Whether its verbs, or more than half of what it says, stand in headings alone."""
    told, above = term_set(support.text), term_set(support.context)
    tokens = tag(text, [(amount.start, amount.end) for amount in amounts_in(text)])
    verbs = [t.lower for t in tokens if t.tag is Tag.VERB and lemma(t.lower) not in LEVELS]
    if any(stands(term(v), above) and not stands(term(v), told) for v in verbs):
        return True
    said = {w for w in words(text) if is_content(w) and w[0].isalpha()}
    borrowed = [w for w in said if stands(term(w), above) and not stands(term(w), told)]
    return len(borrowed) > _FROM_HEADING * len(said)


def _names_currency(text: str, support: Support) -> bool:
    """Whether it gives a currency to an amount that has none there, nor anywhere above it."""
    cited = amounts_in(support.text)
    above = {a.unit for a in (*cited, *amounts_in(support.context))}
    for own in amounts_in(text):
        same = [a for a in cited if (a.value, a.high, a.unit) == (own.value, own.high, None)]
        if own.unit and is_money(own.unit) and same and own.unit not in above:
            return not _is_told(own.unit, support.context)
    return False


def _is_told(unit: str, context: str) -> bool:
    """Whether a heading tells the currency of all that stands below it: "millions of euros"."""
    return any(a.unit == unit for a in amounts_in(f"1 {context.split()[-1]}" if context else ""))


def _opens_with_a_name(text: str, support: Support) -> bool:
    """Whether "Italy," at its head, which looks like an adverb, is not cited."""
    opening = re.match(r"\W*([A-Z]\w+ly),", text)
    if opening is None or opening[1].lower() in _ASIDES:
        return False
    held = term_set(support.text) | term_set(support.context)
    return not stands(term(opening[1].lower()), held)
