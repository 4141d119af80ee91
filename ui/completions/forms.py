"""What OpenAI's clients send and read: as much of it as means something here.

Options that change nothing in an answer that quotes (a temperature, a seed, a number of tokens)
are taken and passed over; `ui.completions.reading` refuses those that promise what is not done.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from ui.forms import AnswerForm

MODEL = "policyqa"
_ASKED: dict[str, Any] = {
    "model": MODEL,
    "messages": [{"role": "user", "content": "How many containers were handled in 2023?"}],
}
_FOLLOWED: dict[str, Any] = {
    "model": MODEL,
    "messages": [
        *_ASKED["messages"],
        {"role": "assistant", "content": "The harbour handled 5.2 million containers. [1]"},
        {"role": "user", "content": [{"type": "text", "text": "And the year before?"}]},
    ],
    "stream": True,
    "stream_options": {"include_usage": True},
    "policyqa": {"since": "2023-01-01", "publishers": ["Port Office"]},
}


class _Sent(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class PartForm(_Sent):
    """A part of a message; only parts of the type `text` can be read."""

    type: str
    text: str | None = None


def _kind_of(content: object) -> str:
    return "text" if isinstance(content, str) else "parts"


_Parts: TypeAlias = Annotated[list[PartForm], Field(max_length=1000, fail_fast=True)]
_Content: TypeAlias = Annotated[
    Annotated[str, Tag("text")] | Annotated[_Parts, Tag("parts")], Discriminator(_kind_of)
]
"""Checked as what it is, so that an error is told of that. Of long lists only the first error is
looked for, here and below: a body has room for half a million, each of which takes its time."""


class MessageForm(_Sent):
    """A message; those of the system, the developer and of tools are passed over."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: _Content | None = None


class StreamOptions(_Sent):
    """How to stream."""

    include_usage: bool | None = None


class ChatForm(_Sent):
    """A question as a conversation; the last message of the user is the question."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ASKED, _FOLLOWED]})

    model: str = Field(description=f"`{MODEL}`.")
    messages: list[MessageForm] = Field(min_length=1, max_length=1000, fail_fast=True)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=None, description="One, if given.")
    tool_choice: Any = Field(default=None, description="No tool is ever called; none or auto.")
    function_call: Any = Field(default=None, description="No function is ever called.")
    response_format: dict[str, Any] | None = Field(default=None, description="Text, if given.")
    modalities: list[str] | None = Field(
        default=None, max_length=10, fail_fast=True, description="Text, if given."
    )
    logprobs: bool | None = Field(default=None, description="There are none.")
    policyqa: dict[str, Any] | None = Field(
        default=None,
        max_length=20,
        description="Where to look: the filters of `POST /api/ask`, and `trace`.",
    )


class Usage(BaseModel):
    """The tokens that a chat model read and wrote; 0 where none was asked."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Reply(BaseModel):
    """The answer as a message."""

    role: Literal["assistant"]
    content: str = Field(description="Plain text with [1] [2], and a list of sources.")
    refusal: None


class Choice(BaseModel):
    """The only one."""

    index: Literal[0]
    message: Reply
    finish_reason: Literal["stop"]
    logprobs: None


class Completion(BaseModel):
    """A finished answer."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    policyqa: AnswerForm = Field(description="The answer as of `POST /api/ask`.")


class ModelForm(BaseModel):
    """A model that can be asked."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelList(BaseModel):
    """All models."""

    object: Literal["list"]
    data: list[ModelForm]


class ErrorDetail(BaseModel):
    """What went wrong."""

    message: str = Field(description="One sentence: what is wrong, and what to do.")
    type: str
    param: str | None = Field(description="Which part of the request it is about, if known.")
    code: str = Field(description="Stays the same from version to version.")


class ErrorForm(BaseModel):
    """An error in OpenAI's form."""

    error: ErrorDetail
