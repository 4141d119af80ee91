"""Sentences that say nothing alone: what must stand before a quote, and what goes on with it."""

from __future__ import annotations

import re

from rag.models import Passage, Sentence
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
_CAUSAL = re.compile(
    r"\b(?:because|since|due\s+to|owing\s+to|as\s+a\s+result|thanks\s+to|therefore|thus|hence"
    r"|reasons?|caus(?:e|es|ed)|blamed?|on\s+account\s+of|for\s+(?:lack|want|fear)\s+of|so\s+that"
    r"|in\s+order\s+to|led\s+to|mean(?:s|t)\s+that|attributed|result(?:s|ed)?\s+(?:of|from|in))\b",
    re.I,
)
_EXPLAINED = (Wants.DEFINITION, Wants.REASON, Wants.MANNER)


def before(passage: Passage, sentence: Sentence) -> Sentence | None:
    """The sentence that it leans on by a pronoun at its start; none if it stands alone."""
    place = passage.sentences.index(sentence)
    leans = place > 0 and _LEANING.match(sentence.text)
    return passage.sentences[place - 1] if leans else None


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
