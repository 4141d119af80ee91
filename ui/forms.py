"""The JSON that the API sends, as it is described in its schema.

`rag.wire` writes these forms; the tests hold what is sent against what is described here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.models import Verdict

_CITATION = {
    "document": "government-work-report-2024.md",
    "title": "Shanghai government work report, restated: results of 2023 and tasks for 2024",
    "source": "government-work-report-2024.md",
    "published": "2024-02-07",
    "start": 7381,
    "end": 7451,
    "quote": "Container throughput of Shanghai Port was 49.158 million TEUs in 2023.",
    "page": None,
    "heading": "Part I. What was achieved in 2023 › The international shipping center in 2023",
    "permalink": "8bfc1fee3850c667.7381.7451.2c55b81a",
}
_CLAIM = {"text": _CITATION["quote"], "verdict": "supported", "citations": [0]}
_ANSWER = {
    "id": "5f0c2f6d3d5c4b0e9d6c8f1f0a7be2c1",
    "question": "What was the container throughput of Shanghai Port in 2023?",
    "answer": f"{_CITATION['quote']} [1]",
    "abstained": False,
    "reason": None,
    "confidence": 0.9992,
    "claims": [_CLAIM],
    "citations": [_CITATION],
    "nearest": [],
    "engine": "extractive",
    "model": None,
    "index_version": "0dea6b6b41c3",
    "latency_ms": 84.2,
}
STREAMED = f"""event: status
data: {{"status": "Searching the documents"}}

event: claim
data: {json.dumps({**_CLAIM, "citations": [{"index": 0, **_CITATION}]}, ensure_ascii=False)}

event: answer
data: {json.dumps(_ANSWER, ensure_ascii=False)}

"""
"""An answer as server-sent events; a claim holds its citations in full."""
EXAMPLES: Mapping[str, Mapping[str, Any]] = {"CitationForm": _CITATION, "AnswerForm": _ANSWER}
"""By the name of the form; FastAPI would leave out whatever of an example is null."""


class Form(BaseModel):
    """Something the API sends: it has these fields and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CitationForm(Form):
    """The place that a claim stands on."""

    document: str = Field(description="The source's file name.")
    title: str
    source: str = Field(description="The source's path inside the ingested folder.")
    published: date | None
    start: int = Field(ge=0, description="Where the quote begins, in characters of the text.")
    end: int = Field(ge=0, description="Where it ends.")
    quote: str = Field(description="The exact words: the text from `start` to `end`.")
    page: int | None = Field(description="The page, from 1, of a document that has pages.")
    heading: str | None = Field(description="The headings above it, parted by `›`.")
    permalink: str = Field(description="Opens at `/p/{permalink}`.")
    also: list[str] = Field(default=[], description="Other sources that hold the same words.")


class ClaimForm(Form):
    """One sentence of an answer."""

    text: str
    verdict: Verdict
    citations: list[int] = Field(description="Places in the answer's `citations`, from 0.")
    computed: bool = Field(default=False, description="Worked out from the cited figures.")
    translated: bool = Field(default=False, description="Put into another language by a model.")


class AnswerForm(Form):
    """Claims with their proof, or an abstention with its reason and the nearest passages."""

    id: str = Field(description="What feedback on it names.")
    question: str
    answer: str = Field(description="Plain text, with [1] [2] that number `citations` from 1.")
    abstained: bool
    reason: str | None = Field(description="Why it abstains, or what it left out.")
    confidence: float = Field(
        ge=0, le=1, description="The probability that the documents answer the question."
    )
    claims: list[ClaimForm]
    citations: list[CitationForm]
    nearest: list[CitationForm] = Field(description="Where it abstains: the nearest passages.")
    engine: str = Field(description="`extractive` quotes, `generative` writes.")
    model: str | None
    index_version: str
    latency_ms: float
    trace: dict[str, Any] = Field(
        default={}, description="How it came about, if the question asked for `trace`."
    )


class DocumentForm(Form):
    """One source file."""

    id: str
    document: str = Field(description="The source's file name.")
    title: str
    source: str = Field(description="Its path inside the ingested folder.")
    publisher: str | None
    published: date | None
    language: str
    media_type: str
    tags: list[str]
    characters: int = Field(ge=0, description="The length of its text.")
    sha256: str = Field(description="Of the file's bytes.")


class ProblemForm(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="Stays the same from version to version; act on this.")
    detail: str = Field(description="One sentence: what is wrong, and what to do.")
    request_id: str = Field(default="", description="As in the header X-Request-ID.")


class Alive(Form):
    """The process runs."""

    status: Literal["ok"]


class Ready(Form):
    """Questions can be answered."""

    status: Literal["ready"]
    index_version: str
    documents: int = Field(ge=1)
