"""The small things that a chat model is asked besides the answer: restate this, translate that.

All of them share the time that one question may take a model, and are accounted together.
"""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from rag.chat import ChatModel, Message
from rag.engines import Spoken
from rag.errors import ChatError, Failure
from rag.instructions import is_instruction
from rag.prompts import TEXT_SCHEMA, VERSION

_BEAT_SECONDS = 0.25
_ROOM = 80
"""Characters that a model may write around a text."""
_THINKS = re.compile(r"^\s*<think>.*?(?:</think>|$)", re.S)
_FENCE = re.compile(r"^\s*```(?:json)?\s*|\s*```\s*$")
_QUOTED = re.compile(r"^[\"“”'‘’„«「『](.*)[\"”“'’»」』]$")


@dataclass(slots=True)
class Errands:
    """What one question asks of a model besides the answer: the time it has, what it cost.

    `deadline` (of `time.monotonic()`) is set by the first errand, `seconds` later; it holds for
    everything that the model then does for the question, the answer included. `usage`, `raw` and
    `failure` are as in `Spoken`.
    """

    seconds: float
    deadline: float | None = None
    usage: dict[str, int] = field(default_factory=dict)
    raw: list[str] = field(default_factory=list)
    failure: str | None = None

    def run(
        self,
        chat: ChatModel,
        messages: Sequence[Message],
        status: str,
        *,
        most: int,
        share: float = 1.0,
    ) -> Generator[str, None, str]:
        """Ask the model, and return the one line it is to write; `status` every half second.

        A model that writes more than `most` characters runs in circles: it is stopped. `share` is
        how much of all the time this may take. Closing the generator ends the call.

        Raises:
            ChatError: the model failed, or wrote anything but one line that gives no orders.
        """
        now = time.monotonic()
        if self.deadline is None:
            self.deadline = now + self.seconds
        until = min(self.deadline, now + share * self.seconds)
        try:
            if until <= now:
                raise ChatError(Failure.SLOW, "The time for the chat model is used up.")
            yield status
            text = yield from self._read(chat, messages, until, status, most)
            return _line(text)
        except ChatError as error:
            self.failure = error.failure.value
            raise

    def added_to(self, spoken: Spoken) -> Spoken:
        """What was spoken, with what the errands cost and brought."""
        if not (self.raw or self.failure):
            return spoken
        usage = {
            kind: self.usage.get(kind, 0) + spoken.usage.get(kind, 0)
            for kind in {**self.usage, **spoken.usage}
        }
        return replace(
            spoken,
            usage=usage,
            prompt=spoken.prompt or VERSION,
            raw=(*self.raw, *spoken.raw),
            failure=self.failure or spoken.failure,
        )

    def _read(
        self, chat: ChatModel, messages: Sequence[Message], until: float, status: str, most: int
    ) -> Generator[str, None, str]:
        text = ""
        said = time.monotonic()
        pieces = chat.stream(messages, deadline=until, schema=TEXT_SCHEMA)
        try:
            with closing(pieces):
                for piece in pieces:
                    text += piece.text
                    if len(_THINKS.sub("", text)) > most + _ROOM:
                        raise ChatError(Failure.TOO_LONG, "The chat model wrote too much.")
                    for kind, count in piece.usage.items():
                        self.usage[kind] = self.usage.get(kind, 0) + count
                    if time.monotonic() - said >= _BEAT_SECONDS:
                        yield status
                        said = time.monotonic()
        finally:
            self.raw.append(text)
        return text


def _line(text: str) -> str:
    """The one line of a model's text: the `text` of JSON, or all of it without its quotes.

    Raises:
        ChatError: it is none, or gives orders.
    """
    plain = _FENCE.sub("", _THINKS.sub("", text)).strip()
    if plain.startswith("{"):
        plain = _of_json(plain)
    lines = [line for line in plain.splitlines() if line.strip()]
    said = _QUOTED.sub(r"\1", _seen(lines[0])).strip() if len(lines) == 1 else ""
    if not any(map(str.isalnum, said)) or is_instruction(said):
        raise ChatError(Failure.RUBBISH, "The chat model wrote no single line that can be used.")
    return said


def _seen(line: str) -> str:
    """The line without invisible and direction marks; its own forms of letters and marks stay."""
    return "".join(c for c in line if unicodedata.category(c) not in ("Cf", "Cc", "Co", "Cs"))


def _of_json(text: str) -> str:
    """The `text` of the object that the text begins with; whatever follows it is passed over."""
    try:
        said = json.JSONDecoder().raw_decode(text)[0].get("text")
    except ValueError:
        return ""
    return said if isinstance(said, str) else ""
