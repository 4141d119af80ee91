"""An answer -> what OpenAI's clients read: a completion, or its chunks as they come about."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from rag.models import Answer, Citation, Claim
from rag.wire import answer_to_json
from ui.completions.errors import error_of_problem
from ui.completions.forms import MODEL
from ui.problems import problem_of_error

SOURCES = "\n\nSources:\n"
DONE = "data: [DONE]\n\n"
_AT_WORK = ": at work\n\n"
"""A comment, which clients pass over; it keeps the connection, and finds who has left."""
_NOT_SAID = "The documents do not say."

Link = Callable[[Citation], str]
"""Makes the absolute address of the page that shows a citation."""


@dataclass(frozen=True, slots=True)
class Asker:
    """What a completion must tell besides the answer: `id` and `created`, in seconds."""

    link: Link
    trace: bool = False
    usage: bool = False
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))


def completion(answer: Answer, asker: Asker) -> dict[str, Any]:
    """The whole answer as one completion."""
    message = {"role": "assistant", "content": content(answer, asker.link), "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {
        **_head("chat.completion", asker),
        "choices": [choice],
        "usage": _usage(answer),
        "policyqa": answer_to_json(answer, trace=asker.trace),
    }


def chunks(told_of: Generator[str | Claim | Answer], asker: Asker) -> Generator[str]:
    """The stream of one answer, a chunk for each claim.

    Raises:
        Exception: what comes before the first event; later on, an error is an event.
    """
    begun = False
    try:
        with closing(told_of) as events:
            said = _Said()
            for event in events:
                if not begun:
                    begun = True
                    yield _chunk(asker, {"role": "assistant", "content": ""})
                if isinstance(event, Answer):
                    yield from _ending(event, said, asker)
                elif isinstance(event, Claim):
                    yield _chunk(asker, {"content": said.add(event)})
                else:
                    yield _AT_WORK
    except Exception as error:
        if not begun:
            raise
        yield _event(error_of_problem(problem_of_error(error)))


def content(answer: Answer, link: Link) -> str:
    """What a reader sees: sentences with markers, what was left out, and the numbered sources."""
    if answer.abstained:
        return answer.reason or _NOT_SAID
    said = "\n\n".join(filter(None, (answer.text, answer.reason)))
    lines = (_source(n, c, link) for n, c in enumerate(answer.citations, start=1))
    return said + SOURCES + "\n".join(lines)


class _Said:
    """What has been streamed of an answer, with the numbers that its citations got."""

    def __init__(self) -> None:
        self.text = ""
        self._numbers: dict[Citation, int] = {}

    def add(self, claim: Claim) -> str:
        """The words to send for a claim: as it will stand in `Answer.text`."""
        markers = [self._numbers.setdefault(c, len(self._numbers) + 1) for c in claim.citations]
        words = " ".join([claim.text, *(f"[{n}]" for n in markers)])
        words = f" {words}" if self.text else words
        self.text += words
        return words


def _ending(answer: Answer, said: _Said, asker: Asker) -> Generator[str]:
    whole = content(answer, asker.link)
    # What was shown cannot be taken back: an answer that came out otherwise follows it, whole.
    left = whole[len(said.text) :] if whole.startswith(said.text) else f"\n\n{whole}"
    yield _chunk(asker, {"content": left})
    yield _chunk(asker, {}, finish="stop", policyqa=answer_to_json(answer, trace=asker.trace))
    if asker.usage:
        head = _head("chat.completion.chunk", asker)
        yield _event({**head, "choices": [], "usage": _usage(answer)})
    yield DONE


def _chunk(asker: Asker, delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    if asker.usage:
        more["usage"] = None  # as OpenAI has it in all chunks but the last
    return _event({**_head("chat.completion.chunk", asker), "choices": [choice], **more})


def _head(kind: str, asker: Asker) -> dict[str, Any]:
    return {"id": asker.id, "object": kind, "created": asker.created, "model": MODEL}


def _event(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False).encode(errors="replace").decode()
    return f"data: {text}\n\n"


def _usage(answer: Answer) -> dict[str, int]:
    """Quoting reads and writes no tokens; they are a chat model's, as its server counted them."""
    read, written = (answer.trace.usage.get(name, 0) for name in ("read", "written"))
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }


def _source(number: int, citation: Citation, link: Link) -> str:
    page = f", page {citation.page}" if citation.page else ""
    title = " ".join(citation.title.split())
    return f"{number}. {title}{page}, {link(citation)}"
