"""Whether a text says what a claim was proved of: the same proof, on the claim's own sentences."""

from __future__ import annotations

from collections.abc import Iterator

from rag.context import Shown
from rag.drafts import Draft
from rag.index import Index
from rag.models import Citation, Claim, Passage, Sentence, Verdict
from rag.proof import prove
from rag.word_proof import directions


def holds_too(text: str, claim: Claim, index: Index) -> bool:
    """Whether the text, in the documents' language, is proved by what the claim cites.

    It must also say that the same things rise or fall as the claim says.
    """
    if directions(text) != directions(claim.text):
        return False
    shown = tuple(_cited(claim, index))
    draft = Draft(text, tuple(one.number for one in shown))
    return bool(shown) and prove(draft, shown, index).verdict is Verdict.SUPPORTED


def _cited(claim: Claim, index: Index) -> Iterator[Shown]:
    """The passages that a claim cites, each with the cited sentences alone."""
    number = 0
    for document_id in dict.fromkeys(c.document_id for c in claim.citations):
        places = [c for c in claim.citations if c.document_id == document_id]
        for passage in index.passages_of(document_id):
            sentences = tuple(s for s in passage.sentences if _is_cited(s, passage, places))
            if sentences:
                number += 1
                yield Shown(number, index.documents[document_id], passage, sentences)


def _is_cited(sentence: Sentence, passage: Passage, places: list[Citation]) -> bool:
    spans = [place.span for place in places if place.heading == passage.heading]
    return all(stretch in spans for stretch in sentence.places)
