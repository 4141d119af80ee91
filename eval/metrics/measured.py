"""Whether a figure is of the expected measure, by the words about it and the headings above."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace

from eval.corpus import Corpus
from eval.metrics.amounts import Amount
from eval.metrics.clauses import terms_about
from eval.metrics.evidence import Place
from rag.models import Citation, Claim, Document, Span
from rag.text import term_set

_BEFORE = 500
"""How many characters before a cited sentence the sentence before it is looked for in."""


def is_of_measure(
    names: Sequence[str], amount: Amount, claim: Claim, places: Sequence[Place], corpus: Corpus
) -> bool:
    """By the words about the number in the cited text, since a claim may word anything.

    A claim in words of its own must name the measure too, or nothing that those words do not. Where
    no cited text says the number, the claim's words are all there is.
    """
    above = _terms_above(claim.citations, corpus)
    said = list(terms_about(amount, claim.text, names))
    cited = list(_terms_cited(amount, places, names, corpus))
    if not cited:
        return any(_names(terms | above, names) for terms in said)
    proven = [terms for terms in cited if _names(terms | above, names)]
    if not proven or _is_verbatim(claim.text, places):
        return bool(proven)
    return any(
        _names(own, names) or _words(own) <= terms | above for own in said for terms in proven
    )


def headings_above(citation: Citation, corpus: Corpus) -> tuple[str, ...]:
    """The headings above the cited text, by the corpus's own passages where it tells any."""
    passages = corpus.passages_of(citation.document_id)
    if not passages:
        return citation.heading
    found = (p.heading for p in passages if p.span.overlaps(citation.span))
    return next(found, ())


def document_of(citation: Citation, corpus: Corpus) -> Document | None:
    """The document that is cited, if there is one of that id."""
    return corpus.documents.get(citation.document_id)


def is_row(places: Sequence[Place]) -> bool:
    """Whether a table's row is cited under its header."""
    return len(places) > 1 and all("|" in place.text for place in places)


def _terms_above(citations: Iterable[Citation], corpus: Corpus) -> Set[str]:
    found: set[str] = set()
    for citation in citations:
        document = document_of(citation, corpus)
        for text in (document.title if document else "", *headings_above(citation, corpus)):
            found |= term_set(text)
    return found


def _terms_cited(
    amount: Amount, places: Sequence[Place], names: Sequence[str], corpus: Corpus
) -> Iterator[Set[str]]:
    """The terms about the number, place by place; in a table's row all cells are about another."""
    if is_row(places):
        places = [replace(places[0], text=" ".join(place.text for place in places))]
    for place in places:
        if "|" not in place.text:
            start = max(0, place.span.start - _BEFORE)
            before = corpus.text_at(place.document_id, Span(start, place.span.start))
            yield from terms_about(amount, place.text, names, before)
        elif amount.said_in(place.text):
            yield term_set(place.text)


def _names(terms: Set[str], names: Sequence[str]) -> bool:
    return any(term_set(name) <= terms for name in names)


def _words(terms: Set[str]) -> set[str]:
    return {term for term in terms if not term[0].isdigit()}


def _is_verbatim(text: str, places: Sequence[Place]) -> bool:
    """Whether the claim is the cited text; only blanks may differ, and notes part it."""
    return _squeezed(text) in _squeezed(*(place.text for place in places))


def _squeezed(*texts: str) -> str:
    return "".join("".join(text.split()) for text in texts)
