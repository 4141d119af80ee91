"""Sentences that say nothing alone: what must stand before a quote, and what goes on with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.models import Passage, Sentence, Span
from rag.wants import Wants

_LEANING = re.compile(
    r"^(?:[“\"'(]*)(?:it|its|they|their|he|his|she|her|these|those|this|that|such|both|neither"
    r"|the\s+(?:former|latter|same|two))\b(?!\s+(?:is|was)\s+(?:\w+\s+){1,3}that\b)",
    re.I,
)
_GOING_ON = re.compile(
    r"^(?:[“\"'(]*)(?:it|its|they|their|he|his|she|her|these|those|this|that|such|here|there|then"
    r"|instead|rather|thus|therefore|hence|so|also|moreover|besides|first|one|for\s+(?:example"
    r"|instance)|in\s+(?:other\s+words|this|that|short)|that\s+is|namely|by\s+this|the\s+(?:reason"
    r"|cause|aim|idea|rule|term|word|name|former|latter)s?)\b",
    re.I,
)
_SINGULAR = re.compile(r"^[“\"'(]*(?:it|its|he|his|she|her)\b", re.I)
_PLURAL = re.compile(r"^[“\"'(]*(?:they|their|these|those|both|the\s+two)\b", re.I)
_VERB = re.compile(r"\b(is|was|are|were)\b", re.I)
_OF_ONE = ("is", "was")
_MOST_LEADING = 2
_CAUSAL = re.compile(
    r"\b(?:because|since|due\s+to|owing\s+to|as\s+a\s+result|thanks\s+to|therefore|thus|hence"
    r"|reasons?|caus(?:e|es|ed)|blamed?|on\s+account\s+of|for\s+(?:lack|want|fear)\s+of|so\s+that"
    r"|in\s+order\s+to|led\s+to|mean(?:s|t)\s+that|attributed|result(?:s|ed)?\s+(?:of|from|in))\b",
    re.I,
)
_EXPLAINED = (Wants.DEFINITION, Wants.REASON, Wants.MANNER)


def before(passage: Passage, sentence: Sentence) -> Sentence | None:
    """What it leans on by a pronoun at its start; none if it stands alone, or nothing agrees.

    One sentence, or two in a row as one where the nearer leans too, or is about several while
    the pronoun means one, or the reverse.
    """
    place = passage.sentences.index(sentence)
    if place == 0 or not _LEANING.match(sentence.text):
        return None
    near = passage.sentences[max(0, place - _MOST_LEADING) : place]
    for count in range(1, len(near) + 1):
        lead = near[-count]
        if not _LEANING.match(lead.text) and _agree(sentence.text, lead.text):
            return _joined(near[-count:])
    return near[-1] if _agree(sentence.text, near[-1].text) else None


def _joined(leading: Sequence[Sentence]) -> Sentence:
    """Sentences in a row as one."""
    if len(leading) == 1:
        return leading[0]
    return Sentence(
        Span(leading[0].span.start, leading[-1].span.end),
        " ".join(sentence.text for sentence in leading),
        tuple(place for sentence in leading for place in sentence.places),
    )


def _agree(leaning: str, lead: str) -> bool:
    """Whether a pronoun may mean the subject of the lead; yes unless its verb says otherwise."""
    verb = _VERB.search(lead)
    if verb is None:
        return True
    one = verb[1].lower() in _OF_ONE
    return not (_PLURAL.match(leaning) if one else _SINGULAR.match(leaning))


def after(passage: Passage, sentence: Sentence, wants: Wants) -> Sentence | None:
    """The next sentence, where an explanation is asked for and it goes on with one."""
    place = passage.sentences.index(sentence) + 1
    if wants not in _EXPLAINED or place == len(passage.sentences):
        return None
    following = passage.sentences[place]
    if _GOING_ON.match(following.text):
        return following
    explains = wants is Wants.REASON and not _CAUSAL.search(sentence.text)
    return following if explains and _CAUSAL.search(following.text) else None
