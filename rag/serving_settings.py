"""How many questions a server works on at once, and how many may wait."""

from __future__ import annotations

from pydantic import Field

from rag.section import Section


class ServingSettings(Section):
    """The places of answers at work, and the line before them."""

    quoting: int = Field(
        default=4,
        ge=1,
        le=256,
        description="Answers made at once by quoting; more would only slow each other down.",
    )
    writing: int = Field(
        default=32,
        ge=1,
        le=256,
        description="Answers made at once where a chat model writes; most of that is waiting.",
    )
    waiting: int = Field(
        default=600, ge=0, le=100_000, description="Most questions that wait for a place."
    )
    wait_seconds: float = Field(
        default=7.0,
        gt=0,
        le=600,
        allow_inf_nan=False,
        description="A question that would have to wait longer for a place is refused at once.",
    )
    watched_wait_seconds: float = Field(
        default=40.0,
        gt=0,
        le=600,
        allow_inf_nan=False,
        description="The same for questions whose asker is told meanwhile that they wait.",
    )
    person_share: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Of the places in line, how many one person, key or site may hold.",
    )
    recent: int = Field(
        default=500,
        ge=0,
        le=100_000,
        description="Quoted answers kept in memory for equal questions; 0: none.",
    )
