"""Who may use the page and the API, and how much."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from rag.section import Section


class AccessSettings(Section):
    """Sign-in, sessions, limits and the audit log."""

    sign_in: Literal["auto", "off", "users", "proxy"] = Field(
        default="auto",
        description="Who is let in: anybody (off), people of users_file (users), whom a reverse "
        "proxy names (proxy); auto is off on loopback, else users.",
    )
    users_file: Path = Field(
        default=Path(".policyqa/users.json"),
        description="People and their password hashes; see `policyqa user`.",
    )
    session_hours: float = Field(
        default=12.0, gt=0, le=24 * 30, description="Hours after which one has to sign in again."
    )
    idle_hours: float = Field(
        default=2.0, gt=0, le=24 * 30, description="Hours without a request that end a session."
    )
    hosts: tuple[str, ...] = Field(
        default=(), description="Host names the page is reached by, besides its own address."
    )
    proxy_addresses: tuple[str, ...] = Field(
        default=(),
        description="Addresses or networks of reverse proxies whose headers are believed.",
    )
    proxy_user_header: str = Field(
        default="X-Forwarded-User", min_length=1, description="Names the person, by sign_in=proxy."
    )
    proxy_role_header: str = Field(
        default="X-Forwarded-Role", min_length=1, description="Names the person's role or roles."
    )
    default_role: Literal["reader", "editor", "admin"] = Field(
        default="reader", description="The role of those for whom none is named."
    )
    questions_per_minute: int = Field(
        default=30, ge=1, description="Questions that each person who signed in may ask."
    )
    key_questions_per_minute: int = Field(
        default=120, ge=1, description="Questions that may be asked by each key."
    )
    sign_in_attempts: int = Field(
        default=10,
        ge=1,
        description="Failed sign-ins by name and by address, and wrong keys by address, within a "
        "quarter of an hour.",
    )
    audit_questions: bool = Field(
        default=False, description="Keep the words of questions in the audit log."
    )
    audit_days: int = Field(default=365, ge=1, description="Days that the audit log goes back.")
    audit_entries: int = Field(
        default=100_000,
        ge=1000,
        description="Most entries of questions in the audit log; changes are kept for audit_days.",
    )

    @field_validator("proxy_addresses")
    @classmethod
    def _are_networks(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        for address in addresses:
            ip_network(address)  # a ValueError of its own
        return addresses

    @model_validator(mode="after")
    def _a_proxy_is_named(self) -> Self:
        if self.sign_in == "proxy" and not self.proxy_addresses:
            raise ValueError("sign_in is proxy, so proxy_addresses must name the proxy")
        return self
