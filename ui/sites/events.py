"""An answer as the widget gets it: the events of the API, with an address for each citation."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any

from rag.models import Answer, Citation, Claim
from rag.wire import answer_to_json
from ui.events import claim_to_json, sent_event

AddressOf = Callable[[str], str]
"""Where on this server the public page of a permalink is."""


def site_events(told_of: Generator[str | Claim | Answer], address_of: AddressOf) -> Generator[str]:
    """The events of one answer; closing this ends its work. Errors are the caller's."""
    numbers: dict[Citation, int] = {}
    with closing(told_of) as events:
        for event in events:
            if isinstance(event, Answer):
                yield sent_event("answer", _answer(event, address_of))
            elif isinstance(event, Claim):
                yield sent_event("claim", _linked(claim_to_json(event, numbers), address_of))
            else:
                yield sent_event("status", {"status": event})


def _answer(answer: Answer, address_of: AddressOf) -> dict[str, Any]:
    told = _linked(answer_to_json(answer), address_of)
    nearest = [_with_address(citation, address_of) for citation in told["nearest"]]
    return {**told, "nearest": nearest}


def _linked(told: dict[str, Any], address_of: AddressOf) -> dict[str, Any]:
    citations = [_with_address(citation, address_of) for citation in told["citations"]]
    return {**told, "citations": citations}


def _with_address(citation: dict[str, Any], address_of: AddressOf) -> dict[str, Any]:
    return {**citation, "url": address_of(citation["permalink"])}
