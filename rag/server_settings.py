"""Where `policyqa serve` listens, what it logs, and how it stops."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rag.section import Section


class ServerSettings(Section):
    """Where `policyqa serve` listens, what it logs, and how it stops."""

    host: str = Field(default="127.0.0.1", description="Address to bind.")
    port: int = Field(default=7860, ge=0, le=65535, description="Port; 0 takes a free one.")
    log: Literal["text", "json", "off"] = Field(
        default="off", description="A line on stderr for each request; faults are always told."
    )
    log_questions: bool = Field(
        default=False, description="Also log what was asked, which may be personal."
    )
    drain_seconds: int = Field(
        default=0,
        ge=0,
        le=600,
        description="When told to stop: how long to answer on, while /readyz says 503 already.",
    )
