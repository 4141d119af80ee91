"""What is kept of a conversation, and what can go wrong with keeping it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rag.errors import InputError, PolicyQAError
from rag.models import Answer

TITLE_CHARS = 120
"""Longest title."""


class UnknownConversation(PolicyQAError):
    """There is none of this name, or it is somebody else's: nobody learns which."""

    code = "unknown-conversation"
    http_status = 404


class NotKept(PolicyQAError):
    """The store cannot be used just now, or takes no more; questions are answered all the same."""

    code = "not-kept"
    http_status = 503


class TitleError(InputError):
    """A title that is too long."""

    code = "bad-title"


@dataclass(frozen=True, slots=True)
class Kept:
    """One exchange of a conversation; `number` counts from 1, `asked` is in UTC."""

    number: int
    question: str
    answer: Answer
    asked: datetime


@dataclass(frozen=True, slots=True)
class Heading:
    """A conversation in a list; `token` is that of its shared link, times are in UTC."""

    id: str
    title: str
    began: datetime
    changed: datetime
    count: int
    token: str | None = None

    @property
    def shared(self) -> bool:
        """Whether a link to it works for others."""
        return self.token is not None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A whole conversation, to be read; `owner` is the name of the person whose it is."""

    heading: Heading
    owner: str
    exchanges: Sequence[Kept]
