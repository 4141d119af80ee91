"""What went wrong with a chat server, in one sentence that says what to do, and in no more.

The texts of the errors below are never passed on: they may repeat the request, or its key.
"""

from __future__ import annotations

from collections.abc import Iterator

from rag.errors import ChatError, Failure

_OF_THE_QUESTION = (400, 413, 422)
"""Refusals of what one question led to, such as passages that are too long for the model."""
_BY_THE_MODEL = (Failure.TOO_LONG, Failure.EMPTY)
"""What a model does with one question, while its server is well."""
_BY_STATUS = {
    401: (
        Failure.REFUSED,
        "does not take the key; set POLICYQA_CHAT__API_KEY or chat.api_key_file",
    ),
    403: (
        Failure.REFUSED,
        "does not take the key; set POLICYQA_CHAT__API_KEY or chat.api_key_file",
    ),
    404: (Failure.REFUSED, "knows no such address or model; correct chat.base_url or chat.model"),
    408: (Failure.SLOW, "took too long; ask again later"),
    413: (Failure.REFUSED, "finds the question too long; lower chat.context_tokens"),
    429: (Failure.LIMITED, "limits how often it may be asked; ask again later"),
    504: (Failure.SLOW, "took too long; ask again later"),
}


class Refused(ChatError):
    """The server answered with this HTTP status."""

    def __init__(self, failure: Failure, message: str, status: int) -> None:
        super().__init__(failure, message)
        self.status = status


def is_by_the_question(error: ChatError) -> bool:
    """Whether the server is well and would answer another question."""
    refused = isinstance(error, Refused) and error.status in _OF_THE_QUESTION
    return refused or error.failure in _BY_THE_MODEL


def explain(error: BaseException, server: str) -> ChatError:
    """The error of a call to the server at an address, as one that a user may see."""
    import httpx

    if isinstance(error, ChatError):
        return error
    chain = list(_causes(error))
    status = next((s for s in map(_status_of, chain) if s is not None), None)
    if status is not None:
        return _by_status(status, server)
    if any(isinstance(e, TimeoutError | httpx.TimeoutException) for e in chain):
        return ChatError(Failure.SLOW, f"{server} did not answer in time; ask again later.")
    if any(isinstance(e, httpx.RemoteProtocolError | httpx.ReadError) for e in chain):
        return ChatError(Failure.CUT_OFF, f"{server} broke the connection; ask again later.")
    if any(isinstance(e, httpx.TransportError | OSError) for e in chain):
        return ChatError(Failure.DOWN, f"{server} is not there; start it or correct chat.base_url.")
    return ChatError(
        Failure.RUBBISH, f"{server} sends what is no answer of a chat model; correct chat.base_url."
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, without going in circles."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__


def _status_of(error: BaseException) -> int | None:
    found = getattr(error, "status_code", None)
    response = getattr(error, "response", None)
    found = found if found is not None else getattr(response, "status_code", None)
    return found if isinstance(found, int) and found >= 400 else None


def _by_status(status: int, server: str) -> ChatError:
    kind = Failure.DOWN if status >= 500 else Failure.REFUSED
    failure, what = _BY_STATUS.get(
        status, (kind, f"answers with the error {status}; look into its log")
    )
    return Refused(failure, f"{server} {what}.", status)
