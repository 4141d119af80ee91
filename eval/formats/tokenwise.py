"""Retrieved passages against reference spans, word by word (Smith and Troynikov 2024).

A token is a word, or one character of Chinese or Japanese; a span holds the tokens it touches.
The original counts characters or model tokens, so compare figures in kind, not in the third digit.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from eval.metrics import Context, Evaluator, Score
from rag.models import Document

DEPTH = 5
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
_NOTHING = Score(None, "the case names no reference in these documents")
_Tokens: TypeAlias = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Overlap:
    """Tokens of the references, those of them that were retrieved, and how many were in all.

    A token that was retrieved twice counts twice in `retrieved`: it is read twice.
    """

    wanted: int
    found: int
    retrieved: int

    @property
    def counts(self) -> str:
        return (
            f"{self.found} of {self.wanted} reference tokens are among the {self.retrieved} "
            f"of the first {DEPTH} passages"
        )


def token_recall(context: Context) -> Score:
    """The share of the references' tokens that the first five passages hold."""
    overlap = _overlap(context)
    return _share(overlap, overlap.found, overlap.wanted) if overlap else _NOTHING


def token_precision(context: Context) -> Score:
    """The share of the first five passages' tokens that belong to a reference."""
    overlap = _overlap(context)
    return _share(overlap, overlap.found, overlap.retrieved) if overlap else _NOTHING


def token_iou(context: Context) -> Score:
    """Reference tokens retrieved, over all tokens retrieved or missed."""
    overlap = _overlap(context)
    if overlap is None:
        return _NOTHING
    return _share(overlap, overlap.found, overlap.retrieved + overlap.wanted - overlap.found)


TOKENWISE: Mapping[str, Evaluator] = MappingProxyType(
    {"token_recall": token_recall, "token_precision": token_precision, "token_iou": token_iou}
)


def _share(overlap: _Overlap, part: int, whole: int) -> Score:
    return Score(part / whole if whole else 0.0, overlap.counts)


def _overlap(context: Context) -> _Overlap | None:
    corpus = context.corpus
    named = ((corpus.named(r.document), r) for r in context.case.references)
    wanted: _Tokens = frozenset().union(*(_touched(d, r.start, r.end) for d, r in named))
    if not wanted:
        return None
    passages = [
        _touched(corpus.documents.get(p.document_id), p.span.start, p.span.end)
        for p in context.answer.trace.passages[:DEPTH]
    ]
    found = wanted & frozenset().union(*passages)
    return _Overlap(len(wanted), len(found), sum(map(len, passages)))


def _touched(document: Document | None, start: int, end: int) -> _Tokens:
    """The tokens of a document that `[start, end)` holds at least one character of."""
    if document is None:
        return frozenset()
    starts, ends = _bounds(document.text)
    return frozenset(
        (document.id, i) for i in range(bisect_right(ends, start), bisect_left(starts, end))
    )


@lru_cache(maxsize=64)
def _bounds(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where the tokens of a text start and where they end."""
    spans = [match.span() for match in _TOKEN.finditer(text)]
    return tuple(start for start, _ in spans), tuple(end for _, end in spans)
