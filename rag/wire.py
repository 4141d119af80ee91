"""The one JSON form of an answer, used by `ask --json`, `batch`, the API and the widget."""

from __future__ import annotations

from typing import Any

from rag.models import Answer, Citation


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """The JSON form of one citation; `start` and `end` count characters of the stored text."""
    return {
        "document": citation.document,
        "title": citation.title,
        "source": citation.source,
        "published": citation.published.isoformat() if citation.published else None,
        "start": citation.span.start,
        "end": citation.span.end,
        "quote": citation.quote,
        "page": citation.page,
        "heading": " › ".join(citation.heading) or None,
        "permalink": citation.permalink,
    }


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """The JSON form of an answer: claims refer to `citations` by index from 0."""
    index = {citation: i for i, citation in enumerate(answer.citations)}
    return {
        "id": answer.id,
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "confidence": round(answer.confidence, 4),
        "claims": [
            {
                "text": claim.text,
                "verdict": claim.verdict.value,
                "citations": [index[citation] for citation in claim.citations],
            }
            for claim in answer.claims
        ],
        "citations": [citation_to_json(citation) for citation in answer.citations],
        "nearest": [citation_to_json(citation) for citation in answer.nearest],
        "engine": answer.engine,
        "model": answer.model,
        "index_version": answer.index_version,
        "latency_ms": round(answer.timings_ms.get("total", 0.0), 1),
    }
