"""Ranked sentences to claims, quoted: whole sentences, and list items with what introduces them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.adjoining import after, before
from rag.index import Index
from rag.locating import stands_whole
from rag.models import Citation, Claim, Document, Passage, Scored, Sentence, Span
from rag.permalink import permalink_to
from rag.question import Question, Wants
from rag.rank import Candidate
from rag.text import terms

_INTRODUCES = (":", "：")
_MOST_ITEMS = 12
_NEAR = 1.0
"""Log-odds below the best candidate within which another may add to the answer."""
_TIED = math.log(2)
"""Log-odds within which the best candidate is less than twice as likely as another."""
_SHARE = 0.15
"""Share of the question, by term weight, that an added sentence must newly cover."""


def cite(document: Document, span: Span, passage: Passage) -> Citation:
    """The citation of a stretch of a document, with the page and headings it lies under."""
    quote = document.text[span.start : span.end]
    return Citation(
        document_id=document.id,
        document=document.name,
        title=document.title,
        source=document.source,
        published=document.published,
        span=span,
        quote=quote,
        page=document.page_of(span.start),
        heading=passage.heading,
        permalink=str(permalink_to(document, span)),
        also=tuple(twin.source for twin in document.twins if stands_whole(twin.text, quote)),
    )


def compose(
    question: Question, ranked: Sequence[Scored[Candidate]], index: Index, most: int
) -> list[Claim]:
    """The best candidate as a claim, and those that say what it leaves unsaid.

    One fact gives one sentence. A further candidate is taken if it is all but tied with the best,
    since leaving either out would be a guess, or if it scores nearly as high and holds a good
    share of the question's terms that no claim holds yet; a figure or a date has no such rest.
    """
    claims = [quoted_claim(ranked[0].item, question.wants, index)]
    missing = set(question.terms) - set(terms(claims[0].text))
    total = sum(map(index.weight, question.terms))
    for scored in ranked[1:]:
        behind = ranked[0].score - scored.score
        held = missing & set(terms(scored.item.sentence.text))
        adds = sum(map(index.weight, held)) >= _SHARE * total and not question.wants.is_single
        if len(claims) < most and behind <= (_NEAR if adds else _TIED):
            claims.append(quoted_claim(scored.item, question.wants, index))
            missing -= held
    return claims


def quoted_claim(candidate: Candidate, wants: Wants, index: Index) -> Claim:
    """The candidate as a claim: its tidied text, and the exact words it stands on.

    A sentence that introduces a list is followed by the list; a list item is preceded by the
    sentence that introduces it, since it says nothing alone; a question for a list gets it whole.
    """
    document = index.documents[candidate.passage.document_id]
    listing = _listing_of(candidate, index)
    if listing is None:
        return _claim(_whole(candidate, wants), document, candidate.passage)
    if candidate.sentence is listing.lead or wants is Wants.LIST:
        return _listed(listing, document, candidate.passage)
    return _claim([listing.lead, candidate.sentence], document, candidate.passage)


def _whole(candidate: Candidate, wants: Wants) -> list[Sentence]:
    """The sentence with the one that it leans on, and the one that goes on with it, if any.

    A figure or a date is told by its sentence alone: a neighbour would bring another.
    """
    passage, sentence = candidate.passage, candidate.sentence
    leading = None if wants.is_single else before(passage, sentence)
    near = (leading, sentence, after(passage, sentence, wants))
    return [one for one in near if one is not None]


@dataclass(frozen=True, slots=True)
class _Listing:
    """A sentence that introduces a list, and the items of the list, in order."""

    lead: Sentence
    items: Sequence[Sentence]


def _listing_of(candidate: Candidate, index: Index) -> _Listing | None:
    passages = index.passages_of(candidate.passage.document_id)
    place = passages.index(candidate.passage)
    heading = candidate.passage.heading
    if candidate.sentence.text.endswith(_INTRODUCES):
        lead = candidate.sentence
        if lead is not candidate.passage.sentences[-1]:
            return None
        heading = (*heading, _as_heading(lead))
    else:
        while place >= 0 and passages[place].heading == heading:
            place -= 1
        if place < 0 or not heading or _as_heading(passages[place].sentences[-1]) != heading[-1]:
            return None
        lead = passages[place].sentences[-1]
    items: list[Sentence] = []
    for passage in passages[place + 1 :]:
        if passage.heading != heading:
            break
        items.extend(passage.sentences)
    return _Listing(lead, items[:_MOST_ITEMS]) if items else None


def _as_heading(sentence: Sentence) -> str:
    return sentence.text.rstrip("".join(_INTRODUCES))


def _claim(sentences: Sequence[Sentence], document: Document, passage: Passage) -> Claim:
    return Claim(
        text=" ".join(sentence.text for sentence in sentences),
        citations=tuple(cite(document, place, passage) for s in sentences for place in s.places),
    )


def _listed(listing: _Listing, document: Document, passage: Passage) -> Claim:
    items = "; ".join(item.text.rstrip(".;,") for item in listing.items)
    span = Span(listing.lead.span.start, listing.items[-1].span.end)
    return Claim(f"{listing.lead.text} {items}.", (cite(document, span, passage),))
