"""What the widget sends and is sent, as the description of the API tells it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from fastapi import Header, Path
from pydantic import BaseModel, Field

from ui.asking import EVENT_STREAM
from ui.forms import STREAMED, Form
from ui.whole_text import WholeText

_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$", description="Made by the widget.")]
Bearer: TypeAlias = Annotated[str, Header(include_in_schema=False)]
"""The ticket; OpenAPI leaves the header Authorization to what it calls security."""

TELLS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The events `status` and `claim` as they come about, then `answer`, the "
        "whole answer, or `error`, a problem, in its place. Each has an `id`, counted from 1; each "
        "citation has a `url` as well, the path of its page for visitors.",
        "content": {EVENT_STREAM: {"example": STREAMED}},
    }
}


class VisitBody(BaseModel):
    """Who comes; a visitor is known again by the last ticket only."""

    visitor: WholeText | None = Field(default=None, max_length=64)
    ticket: WholeText | None = Field(default=None, max_length=2048)
    language: Literal["en", "zh"] | None = None


class AskedBody(BaseModel):
    """A question, and the id by which it is asked once however often it arrives."""

    question: WholeText = Field(max_length=20_000)
    ask: _Id


class StopBody(BaseModel):
    """Which answer to end."""

    ask: _Id


class OpinionBody(BaseModel):
    """What a visitor thinks of an answer."""

    answer: WholeText = Field(max_length=100, description="The `id` of the answer.")
    helpful: bool


class VisitForm(Form):
    """A ticket, and what the widget shows first."""

    ticket: str = Field(description="Goes with each question: `Authorization: Bearer …`.")
    expires_in: int = Field(ge=1, description="Seconds that the ticket is good.")
    visitor: str = Field(description="Given again with the ticket, it goes on with the visit.")
    title: str | None
    suggestions: list[str]
    index_version: str


async def page_of(
    name: Annotated[str, Path(description="The site.")],
    origin: Annotated[str, Header(description="The page's; browsers send it.")],
) -> None:
    """What every route below a site goes by; `SiteDoor` has looked at it, this only tells of it."""
