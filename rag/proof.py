"""Whether a sentence that a model wrote holds, and on which sentences of the documents it stands.

A draft is held against single sentences of the passages it cites, or one with the sentence before
that its pronoun stands for. Never against a heap of them: the words of two sentences together say
things that neither does. A draft that says several things may hold clause by clause. Pure, no I/O.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.binding import bound_together
from rag.context import Shown
from rag.contradictions import contradicted
from rag.coverage import covered, share_covered
from rag.drafts import Draft
from rag.extractive import cite
from rag.figure_proof import figures_verdict
from rag.index import Index
from rag.models import Citation, Claim, Sentence, Verdict
from rag.span import Statement, Support
from rag.text import is_content, words
from rag.word_proof import words_verdict

_NEARNESS = (
    Verdict.SUPPORTED,
    Verdict.STATUS_CLASH,
    Verdict.PERIOD_CLASH,
    Verdict.MEASURE_CLASH,
    Verdict.NAME_NOT_IN_SPAN,
    Verdict.QUOTE_ALTERED,
    Verdict.NOT_COVERED,
    Verdict.FIGURE_NOT_IN_SPAN,
)
"""What is wrong, the least first: of all places tried, the nearest tells why a claim fails."""
_POINTS = re.compile(
    r"\W*(?:it|they|this|these|those|that|its|their|he|she|his|her|such|both|the\s(?:latter|former))\b",
    re.I,
)
_CLAUSES = re.compile(
    r"[;.]\s+(?:and\s|but\s|while\s)?|,\s+(?:and|but|while|whereas)\s|\s(?:and|while|whereas)\s"
)
_MOST_CLAUSES = 4
_LEAST_WORDS = 2
"""Content words that a clause must have of its own, or it leans on what stands before it."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a claim may stand on: a sentence, perhaps with the one before it."""

    shown: Shown
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    verdict: Verdict
    citations: tuple[Citation, ...] = ()


def prove(draft: Draft, shown: Sequence[Shown], index: Index) -> Claim:
    """The draft as a claim: supported, with the sentences that carry it, or why it is not.

    A claim that fails cites what came nearest. Numbers of passages that there are not are left
    out; a draft that cites nothing else fails.
    """
    if not draft.cited:
        return Claim(draft.text, (), Verdict.UNCITED)
    cited = [one for one in shown if one.number in draft.cited]
    if not cited:
        return Claim(draft.text, (), Verdict.UNKNOWN_SOURCE)
    outcome = _held(draft.text, cited, index)
    if outcome.verdict is not Verdict.SUPPORTED:
        outcome = _by_clause(draft.text, cited, index) or outcome
    return Claim(draft.text, outcome.citations, outcome.verdict)


def _by_clause(text: str, cited: Sequence[Shown], index: Index) -> _Outcome | None:
    """Supported if the text falls into clauses that each hold for themselves."""
    for clauses in _partitions(text):
        found = [_held(clause, cited, index) for clause in clauses]
        if all(outcome.verdict is Verdict.SUPPORTED for outcome in found):
            together = [citation for outcome in found for citation in outcome.citations]
            return _Outcome(Verdict.SUPPORTED, tuple(dict.fromkeys(together)))
    return None


def _partitions(text: str) -> Iterator[list[str]]:
    """The text cut in two at each place where a clause may begin, then at all of them."""
    cuts = list(_CLAUSES.finditer(text))[: _MOST_CLAUSES - 1]
    ways = [[cut] for cut in cuts] + ([cuts] if len(cuts) > 1 else [])
    for way in ways:
        ends = [*(cut.start() for cut in way), len(text)]
        starts = [0, *(cut.end() for cut in way)]
        clauses = [text[a:b] for a, b in zip(starts, ends, strict=True)]
        if all(map(_stands_alone, clauses)):
            yield clauses


def _stands_alone(clause: str) -> bool:
    """Whether a clause names what it speaks of; one that points back speaks of anything."""
    own = [w for w in words(clause) if is_content(w) and not w[0].isdigit()]
    return len(own) >= _LEAST_WORDS and not _POINTS.match(clause)


def _held(text: str, cited: Sequence[Shown], index: Index) -> _Outcome:
    """The first place that carries the whole text, or the one that comes nearest to it."""
    nearest: _Place | None = None
    why = Verdict.NOT_COVERED
    for place in _places(text, cited):
        verdict = _verdict(text, place, index)
        if nearest is None or _NEARNESS.index(verdict) < _NEARNESS.index(why):
            nearest, why = place, verdict
        if verdict is Verdict.SUPPORTED:
            break
    return _Outcome(why, _citations(nearest) if nearest else ())


def _places(text: str, cited: Sequence[Shown]) -> Iterator[_Place]:
    """The sentences that share something with the text, those that cover most of it first."""
    found = [
        (share, one, place)
        for one in cited
        for place, sentence in enumerate(one.sentences)
        if (share := share_covered(text, sentence.text)) > 0
    ]
    found.sort(key=lambda item: -item[0])
    yield from (_Place(one, (one.sentences[at],)) for _, one, at in found)
    for _, one, at in found:
        if at and _POINTS.match(one.sentences[at].text):
            yield _Place(one, one.sentences[at - 1 : at + 1])


def _verdict(text: str, place: _Place, index: Index) -> Verdict:
    statement = Statement.read(text, place.shown.document)
    support = Support.of(place.shown, place.sentences, index)
    if support.is_quoted(text):
        return Verdict.SUPPORTED
    for check in (figures_verdict, words_verdict, covered, contradicted):
        verdict = check(statement, support)
        if verdict is not Verdict.SUPPORTED:
            return verdict
    return bound_together(text, support.texts)


def _citations(place: _Place) -> tuple[Citation, ...]:
    return tuple(
        cite(place.shown.document, stretch, place.shown.passage)
        for sentence in place.sentences
        for stretch in sentence.places
    )
