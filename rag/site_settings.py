"""What the widget on other people's pages may do here, all sites together."""

from __future__ import annotations

from pydantic import Field

from rag.section import Section


class SiteSettings(Section):
    """Limits on all sites together; each has its own as well (`policyqa site`)."""

    address: str = Field(
        default="",
        pattern=r"^(https?://[^/?#\s]+)?$",
        description="Where readers reach this server, such as https://qa.example.org; `policyqa "
        "site show` writes it into the line for the page.",
    )
    ticket_seconds: int = Field(
        default=600, ge=10, le=24 * 3600, description="Seconds that a visitor's ticket is good."
    )
    questions_per_minute: int = Field(
        default=600, ge=1, description="Questions of the visitors of all sites together."
    )
    visits_per_minute: int = Field(
        default=60, ge=1, description="Tickets that one address may get for a site."
    )
    pages_per_minute: int = Field(
        default=60, ge=1, description="Public document pages that one address may open."
    )
    visit_minutes: int = Field(
        default=60, ge=1, le=24 * 60, description="Minutes that follow-up questions are understood."
    )
