"""A chat as OpenAI's clients send it -> a question with what was said before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from ui.ask_body import AskBody
from ui.completions.errors import NoModel, Refused
from ui.completions.forms import MODEL, ChatForm, MessageForm
from ui.completions.writing import SOURCES

_TURNS = 20
"""As many earlier exchanges as `POST /api/ask` takes; of a longer chat the last ones."""
_MOST_CHARS = 2000
"""Of an earlier question or answer, so that they stay small in what is kept of the new answer."""
_OWN = ("question", "history")
"""What the messages say, and the extension may not."""
_SOURCE = re.compile(r"\d+\. .+")
_MARKER = re.compile(r"\s?\[(\d{1,4})\]")


def asked_in(form: ChatForm) -> AskBody:
    """The question of a chat.

    Raises:
        NoModel: another model is asked for.
        Refused: something is asked for that is not done here.
    """
    require_model(form.model)
    for param, message in _unmet(form):
        raise Refused(message, param)
    said = [(message.role, _text(message)) for message in form.messages]
    last = max((i for i, (role, _) in enumerate(said) if role == "user"), default=None)
    if last is None:
        raise Refused("No message is the user's; send the question as one.", "messages")
    return _body(said[last][1], _turns(said[:last]), form.policyqa or {})


def require_model(name: str) -> None:
    """Go on only if there is a model of this name.

    Raises:
        NoModel: there is none.
    """
    if name != MODEL:
        raise NoModel(f"There is no model {name!r} here; ask for {MODEL!r}.", "model")


def without_sources(text: str) -> str:
    """An earlier answer of ours without its list of sources and the markers that number it."""
    said, heading, listed = text.rstrip().rpartition(SOURCES)
    lines = listed.splitlines()
    if not heading or not all(map(_SOURCE.fullmatch, lines)):
        return text
    return _MARKER.sub(lambda m: "" if 0 < int(m[1]) <= len(lines) else m[0], said)


def _unmet(form: ChatForm) -> Iterator[tuple[str, str]]:
    """What a client relies on that would silently not be done."""
    if form.n not in (None, 1):
        yield "n", "There is one answer to a question here; leave n out or set it to 1."
    if form.tool_choice not in (None, "none", "auto"):
        yield "tool_choice", "No tools are called here; leave tool_choice out or set it to none."
    if form.function_call not in (None, "none", "auto"):
        yield "function_call", "No functions are called here; leave function_call out."
    if form.response_format and form.response_format.get("type") != "text":
        said = "Answers are text here; leave response_format out and read the field policyqa."
        yield "response_format", said
    if form.modalities and form.modalities != ["text"]:
        yield "modalities", "Answers are text here; leave modalities out."
    if form.logprobs:
        yield "logprobs", "There are no token probabilities here; leave logprobs out."


def _text(message: MessageForm) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    if message.role == "user":
        for part in message.content:
            if part.type != "text":
                said = f"Only text can be read here; leave out the part of type {part.type!r}."
                raise Refused(said, "messages")
    return "\n".join(part.text for part in message.content if part.text)


def _turns(said: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """The questions before that were answered, with their answers."""
    pairs, question = [], ""
    for role, text in said:
        if role == "user":
            question = text
        elif role == "assistant" and question and text:
            pairs.append((question, text))
            question = ""
    return [
        {"question": asked[:_MOST_CHARS], "answer": without_sources(answer)[:_MOST_CHARS]}
        for asked, answer in pairs[-_TURNS:]
    ]


def _body(question: str, turns: list[dict[str, str]], filters: dict[str, Any]) -> AskBody:
    for name in _OWN:
        if name in filters:
            raise Refused(f"policyqa.{name} is not taken; say it in messages.", f"policyqa.{name}")
    try:
        return AskBody.model_validate({**filters, "question": question, "history": turns})
    except ValidationError as error:
        first = error.errors()[0]
        is_said = first["loc"][0] in _OWN
        where = "messages" if is_said else ".".join(map(str, ("policyqa", *first["loc"])))
        why = first["msg"].removeprefix("Value error, ")
        raise Refused(f"{where!r} is not usable: {why}.", where) from error
