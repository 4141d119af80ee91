"""A question to passages: dense and lexical search, fused by reciprocal rank."""

from __future__ import annotations

from collections.abc import Sequence

from rag.embedding import Vectors
from rag.index import Index
from rag.models import Filters, Passage, Scored
from rag.question import Question
from rag.settings import RetrievalSettings


def retrieve(
    question: Question,
    vector: Vectors,
    index: Index,
    settings: RetrievalSettings,
    filters: Filters | None = None,
) -> list[Scored[Passage]]:
    """The passages most likely to answer, best first; `vector` is the question's unit vector."""
    where = filters or Filters()
    dense = index.dense(vector, settings.candidates, where)
    rankings = {
        "dense": dense,
        "sentence": index.by_sentence(vector, settings.candidates, where),
        "lexical": index.lexical(question.terms, settings.candidates, where),
    }
    return fuse(rankings, settings.rrf_constant)[: settings.passages]


def fuse(rankings: dict[str, list[Scored[Passage]]], constant: int = 60) -> list[Scored[Passage]]:
    """Reciprocal rank fusion: each ranking gives 1 / (constant + rank), ranks from 1.

    Cormack, Clarke and Büttcher, SIGIR 2009. `parts` keeps each ranking's own score.
    """
    items: dict[str, Passage] = {}
    scores: dict[str, float] = {}
    parts: dict[str, dict[str, float]] = {}
    for name, ranking in rankings.items():
        for rank, found in enumerate(ranking, start=1):
            key = found.item.id
            items[key] = found.item
            scores[key] = scores.get(key, 0.0) + 1 / (constant + rank)
            parts.setdefault(key, {})[name] = found.score
    order: Sequence[str] = sorted(scores, key=lambda key: (-scores[key], key))
    return [Scored(items[key], scores[key], parts[key]) for key in order]
