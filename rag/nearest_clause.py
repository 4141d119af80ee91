"""The clauses of the cited sentences that a statement comes nearest to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.binding import segments
from rag.kinship import stands
from rag.text import is_content, term, words

_OPENS = re.compile(r"[;:]|,?\s?(?:and|but|while|whereas|when)\b", re.I)


def nearest_clauses(said: str, cited: Sequence[str]) -> list[str]:
    """Those that share most content words with what is said, if any share one."""
    own = content_terms(said)
    parts = [part for text in cited for part in clauses_of(text)]
    scores = [sum(stands(w, content_terms(part)) for w in own) for part in parts]
    best = max(scores, default=0)
    return [part for part, score in zip(parts, scores, strict=True) if best and score == best]


@lru_cache(maxsize=2048)
def clauses_of(text: str) -> tuple[str, ...]:
    """The clauses of a sentence, each with its figures."""
    found: list[str] = []
    for segment in segments(text):
        if not found or _OPENS.match(segment.text):
            found.append(segment.text)
        else:
            found[-1] += f" {segment.text}"
    return tuple(found)


@lru_cache(maxsize=8192)
def content_terms(text: str) -> frozenset[str]:
    """The search terms of the words that are more than grammar."""
    return frozenset(term(w) for w in words(text) if is_content(w))
