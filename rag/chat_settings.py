"""The settings of everything that a chat model does."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from rag.section import Section

_LABEL = re.compile(r"[\w-]{1,63}")
_HOST_CHARS = 253


class ChatSettings(Section):
    """The chat model of the generative engine: any server that speaks OpenAI's protocol."""

    base_url: str | None = Field(
        default=None,
        description="Where the server is, as in http://127.0.0.1:11434/v1; none quotes only.",
    )
    model: str | None = Field(default=None, min_length=1, description="The model's name there.")
    api_key: SecretStr | None = Field(
        default=None, description="The key; set it in POLICYQA_CHAT__API_KEY, never on a command."
    )
    api_key_file: Path | None = Field(
        default=None, description="A file that holds the key, instead of the variable."
    )
    timeout: float = Field(
        default=30.0,
        gt=0,
        le=600,
        allow_inf_nan=False,
        description="Seconds after which an answer is quoted instead.",
    )
    temperature: float = Field(
        default=0.0,
        ge=0,
        le=2,
        allow_inf_nan=False,
        description="0 writes the likeliest words.",
    )
    context_tokens: int = Field(
        default=2500,
        ge=200,
        le=1_000_000,
        description="Tokens of passages that the model is given, at most.",
    )
    answer_tokens: int = Field(
        default=500, ge=20, le=100_000, description="Tokens that the model may write, at most."
    )
    structured: Literal["auto", "never"] = Field(
        default="auto", description="Ask for JSON by a schema where the server knows that."
    )
    rewrite: bool = Field(
        default=True,
        description="Let the model restate follow-up questions and translate foreign ones.",
    )
    kept_answers: int = Field(
        default=1000,
        ge=0,
        le=1_000_000,
        description="Written answers kept to be given again to an equal question; 0 keeps none.",
    )

    @field_validator("base_url")
    @classmethod
    def _must_be_plain(cls, url: str | None) -> str | None:
        """Refuse what would be an error of every call, or could hide a key in what is shown."""
        if url is not None and not _is_plain(url):
            raise ValueError(
                "an address as in http://127.0.0.1:11434/v1 is needed, with a host and a port that "
                "can be, and without blanks, user names, ? and #"
            )
        return url

    @model_validator(mode="after")
    def _must_be_whole(self) -> Self:
        if self.base_url and not self.model:
            raise ValueError("chat.base_url needs chat.model, the model's name on that server")
        if self.api_key and self.api_key_file:
            raise ValueError("give api_key or api_key_file, not both")
        return self


class LocalModelSettings(Section):
    """The small model that `--local-model` starts on this machine, for demonstration."""

    threads: int = Field(default=1, ge=1, le=512, description="Threads that it computes with.")
    context_tokens: int = Field(
        default=4096, ge=1024, le=8192, description="Tokens that it reads and writes together."
    )
    start_seconds: float = Field(
        default=60.0,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="Seconds within which it must be ready.",
    )


class TraceSettings(Section):
    """What is recorded of every question, for whoever looks for the cause of an answer."""

    file: Path | None = Field(
        default=None,
        description="Where a JSON line is added for every question; none records none.",
    )
    spans: bool = Field(
        default=False, description="Send OpenTelemetry spans; needs the extra 'telemetry'."
    )


def _is_plain(url: str) -> bool:
    if not url.isprintable() or any(mark in url for mark in " @?#\\"):
        return False
    try:
        parts = urlsplit(url)
        # Either is an error by itself where it cannot be.
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and port != 0 and _is_host(host, parts.netloc)


def _is_host(host: str, netloc: str) -> bool:
    if netloc.startswith("["):
        return True  # splitting the address has held it against IPv6
    labels = host.removesuffix(".").split(".")
    if labels[-1].isdecimal():
        return _is_ip(host)
    try:
        known = host.encode("idna")
    except UnicodeError:
        return False
    return len(known) <= _HOST_CHARS and all(map(_LABEL.fullmatch, labels))


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
