"""What is said to a chat server and what comes back, as values of this program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import ChatError, Failure
from rag.failures import Refused, explain

if TYPE_CHECKING:
    from langchain_core.outputs import ChatGenerationChunk

_UNKNOWN_OPTION = (400, 404, 415, 422)
"""How servers answer that do not know an option of the request."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with the model."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the model's text; an empty one says that it is still waited for.

    `usage` counts the tokens read and written, if the server told, which it does at the end.
    """

    text: str = ""
    usage: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class End:
    """The stream is over, failed or was ended; `finish` is why the server ended it, if it did."""

    error: BaseException | None = None
    finish: str | None = None


def require_whole(end: End, written: bool, server: str) -> None:
    """Refuse a stream that failed, broke off or held nothing."""
    if end.error is not None:
        raise explain(end.error, server)  # not from it: its traceback may hold the key
    if end.finish is None:
        raise ChatError(Failure.CUT_OFF, f"{server} stopped in the middle; ask again later.")
    if end.finish == "length":
        raise ChatError(
            Failure.TOO_LONG, f"{server} wrote more than chat.answer_tokens allows; raise that."
        )
    if not written:
        raise ChatError(Failure.EMPTY, f"{server} wrote nothing; try another model.")


def is_unknown_option(error: ChatError) -> bool:
    """Whether the server refused an option of the request, which may be left out."""
    return isinstance(error, Refused) and error.status in _UNKNOWN_OPTION


def options_of(schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """What not every server knows: JSON by a schema, and the count of tokens."""
    usage = {"stream_options": {"include_usage": True}}
    if schema is None:
        return usage
    form = {"name": "answer", "schema": dict(schema), "strict": True}
    return {**usage, "response_format": {"type": "json_schema", "json_schema": form}}


def piece_of(chunk: ChatGenerationChunk) -> Piece:
    """The text, and the tokens read and written if this chunk tells them."""
    told = getattr(chunk.message, "usage_metadata", None)
    usage = {"read": told["input_tokens"], "written": told["output_tokens"]} if told else {}
    return Piece(str(chunk.message.text), usage)
