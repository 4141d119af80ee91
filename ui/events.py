"""An answer as server-sent events: `status`, `claim`, `answer`, or `error` in its place."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing
from typing import Any

from rag.models import Answer, Citation, Claim
from rag.wire import answer_to_json, citation_to_json
from ui.problems import problem_of_error


def answer_events(
    told_of: Generator[str | Claim | Answer], *, trace: bool = False, refusing: bool = False
) -> Generator[str]:
    """The stream of one answer; an error is an event, for the HTTP status has been sent by then.

    With `refusing`, one that comes before all events is raised, for whoever takes the first event
    before that.
    """
    numbers: dict[Citation, int] = {}
    begun = False
    try:
        with closing(told_of) as events:
            for event in events:
                begun = True
                if isinstance(event, Answer):
                    yield sent_event("answer", answer_to_json(event, trace=trace))
                elif isinstance(event, Claim):
                    yield sent_event("claim", claim_to_json(event, numbers))
                else:
                    yield sent_event("status", {"status": event})
    except Exception as error:
        if refusing and not begun:
            raise
        yield sent_event("error", problem_of_error(error))


def sent_event(name: str, data: dict[str, Any]) -> str:
    """One event as it is written to the stream."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def claim_to_json(claim: Claim, numbers: dict[Citation, int]) -> dict[str, Any]:
    """A claim with its citations in full; `index` is their place in the answer's `citations`.

    `numbers` holds the places that earlier claims gave out; this one's are added to it.
    """
    cited = [
        {"index": numbers.setdefault(citation, len(numbers)), **citation_to_json(citation)}
        for citation in claim.citations
    ]
    return {"text": claim.text, "verdict": claim.verdict.value, "citations": cited}
