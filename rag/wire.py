"""The one JSON form of an answer, used by `ask --json`, `batch`, the API and the widget."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from rag.models import Answer, Citation, Claim, Span, Trace, Verdict, Weighed
from rag.permalink import parse_permalink


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
        "heading": _SEPARATOR.join(citation.heading) or None,
        "permalink": citation.permalink,
        **({"also": list(citation.also)} if citation.also else {}),
    }


def answer_to_json(answer: Answer, *, trace: bool = False) -> dict[str, Any]:
    """The JSON form of an answer: claims refer to `citations` by index from 0.

    With `trace` it also tells how the answer came about.
    """
    value = {
        "id": answer.id,
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "confidence": round(answer.confidence, 4),
        "claims": _claims_to_json(answer.claims, answer.citations),
        "citations": [citation_to_json(citation) for citation in answer.citations],
        "nearest": [citation_to_json(citation) for citation in answer.nearest],
        "engine": answer.engine,
        "model": answer.model,
        "index_version": answer.index_version,
        "latency_ms": round(answer.timings_ms.get("total", 0.0), 1),
    }
    return {**value, "trace": _trace_to_json(answer)} if trace else value


def answer_from_json(value: Mapping[str, Any]) -> Answer:
    """The answer that `answer_to_json` wrote, with its trace if that is there.

    Raises:
        ValueError, TypeError, KeyError or IndexError: it is no such form.
    """
    citations = [_citation(part) for part in value["citations"]]
    trace = value.get("trace") or {}
    return Answer(
        id=value["id"],
        question=value["question"],
        claims=_claims(value["claims"], citations),
        abstained=value["abstained"],
        reason=value["reason"],
        confidence=value["confidence"],
        nearest=tuple(_citation(part) for part in value["nearest"]),
        engine=value["engine"],
        model=value["model"],
        index_version=value["index_version"],
        timings_ms=trace.get("timings_ms", {"total": value["latency_ms"]}),
        trace=_trace(trace) if trace else Trace(),
    )


_SEPARATOR = " › "


def _claims_to_json(
    claims: tuple[Claim, ...], citations: tuple[Citation, ...]
) -> list[dict[str, Any]]:
    index = {citation: i for i, citation in enumerate(citations)}
    return [
        {
            "text": claim.text,
            "verdict": claim.verdict.value,
            "citations": [index[citation] for citation in claim.citations],
            **({"computed": True} if claim.computed else {}),
            **({"translated": True} if claim.translated else {}),
        }
        for claim in claims
    ]


def _trace_to_json(answer: Answer) -> dict[str, Any]:
    trace = answer.trace
    removed = tuple(dict.fromkeys(c for claim in trace.removed for c in claim.citations))
    return {
        "question": dict(trace.question),
        "passages": [_weighed_to_json(passage) for passage in trace.passages],
        "sentences": [_weighed_to_json(sentence) for sentence in trace.sentences],
        "evidence": _rounded(trace.evidence),
        "removed": _claims_to_json(trace.removed, removed),
        "removed_citations": [citation_to_json(citation) for citation in removed],
        "usage": dict(trace.usage),
        "prompt": trace.prompt,
        "raw": list(trace.raw),
        "failure": trace.failure,
        "timings_ms": _rounded(answer.timings_ms),
    }


def _weighed_to_json(weighed: Weighed) -> dict[str, Any]:
    return {
        "passage": weighed.passage_id,
        "document_id": weighed.document_id,
        "start": weighed.span.start,
        "end": weighed.span.end,
        "score": round(weighed.score, 4),
        "parts": _rounded(weighed.parts),
    }


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}


def _citation(value: Mapping[str, Any]) -> Citation:
    permalink = parse_permalink(value["permalink"])
    published, heading = value["published"], value["heading"]
    return Citation(
        document_id=permalink.document_id,
        document=value["document"],
        title=value["title"],
        source=value["source"],
        published=date.fromisoformat(published) if published else None,
        span=Span(value["start"], value["end"]),
        quote=value["quote"],
        page=value["page"],
        heading=tuple(heading.split(_SEPARATOR)) if heading else (),
        permalink=value["permalink"],
        also=tuple(value.get("also", ())),
    )


def _claims(values: list[Any], citations: list[Citation]) -> tuple[Claim, ...]:
    return tuple(
        Claim(
            v["text"],
            tuple(citations[i] for i in v["citations"]),
            Verdict(v["verdict"]),
            v.get("computed", False),
            v.get("translated", False),
        )
        for v in values
    )


def _trace(value: Mapping[str, Any]) -> Trace:
    removed = [_citation(part) for part in value["removed_citations"]]
    return Trace(
        question=value["question"],
        passages=tuple(map(_weighed, value["passages"])),
        sentences=tuple(map(_weighed, value["sentences"])),
        evidence=value["evidence"],
        removed=_claims(value["removed"], removed),
        usage=value["usage"],
        prompt=value.get("prompt"),
        raw=tuple(value.get("raw", ())),
        failure=value.get("failure"),
    )


def _weighed(value: Mapping[str, Any]) -> Weighed:
    span = Span(value["start"], value["end"])
    return Weighed(value["passage"], value["document_id"], span, value["score"], value["parts"])
