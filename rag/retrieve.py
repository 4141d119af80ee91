"""A question to passages: dense and lexical search, fused by reciprocal rank."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

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
    where, k = filters or Filters(), settings.candidates
    searches: dict[str, Callable[[], list[Scored[Passage]]]] = {
        "dense": lambda: index.dense(vector, k, where),
        "sentence": lambda: index.by_sentence(vector, k, where),
        "lexical": lambda: index.lexical(question.all_terms, k, where),
    }
    weights: dict[str, float] = settings.weights.model_dump()
    rankings = {name: search() for name, search in searches.items() if weights[name]}
    return fuse(rankings, settings.rrf_constant, weights)[: settings.passages]


def fuse(
    rankings: Mapping[str, Sequence[Scored[Passage]]],
    constant: int = 60,
    weights: Mapping[str, float] | None = None,
) -> list[Scored[Passage]]:
    """Reciprocal rank fusion: each ranking gives weight / (constant + rank), ranks from 1.

    Cormack, Clarke and Büttcher, SIGIR 2009; a ranking without a weight weighs 1. `parts` keeps
    each ranking's own score.
    """
    weigh = weights or {}
    items: dict[str, Passage] = {}
    scores: dict[str, float] = {}
    parts: dict[str, dict[str, float]] = {}
    for name, ranking in rankings.items():
        for rank, found in enumerate(ranking, start=1):
            key = found.item.id
            items[key] = found.item
            scores[key] = scores.get(key, 0.0) + weigh.get(name, 1.0) / (constant + rank)
            parts.setdefault(key, {})[name] = found.score
    order = sorted(scores, key=lambda key: (-scores[key], key))
    return [Scored(items[key], scores[key], parts[key]) for key in order]
