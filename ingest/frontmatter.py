"""The YAML block at the top of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import yaml

from rag.models import Span

_BLOCK = re.compile(
    r"\A---[ \t]*\n(.{0,20000}?)^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE
)
_PARTING = re.compile(r"[,;，；、]")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the block says, and where it stands; empty when there is none."""

    span: Span | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, *keys: str) -> str | None:
        """The first of `keys` that has a value, as one line of text."""
        for key in keys:
            value = self.values.get(key)
            if isinstance(value, str | int | float) and str(value).strip():
                return " ".join(str(value).split())
        return None

    def words(self, *keys: str) -> tuple[str, ...]:
        """All entries of the lists under `keys`, each once; a text is a list parted by commas."""
        listed = (entry for key in keys for entry in _entries(self.values.get(key)))
        plain = (" ".join(str(entry).split()) for entry in listed)
        return tuple({entry.casefold(): entry for entry in plain if entry}.values())

    def day(self, *keys: str) -> date | None:
        """The first of `keys` that holds a date."""
        for key in keys:
            value = self.values.get(key)
            if isinstance(value, datetime):
                return value.date()
            if isinstance(value, date):
                return value
        return None


def _entries(value: Any) -> Iterator[str | int | float]:
    if isinstance(value, str):
        yield from _PARTING.split(value)
    elif isinstance(value, int | float):
        yield value
    elif isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, str | int | float))


def read_front_matter(text: str) -> FrontMatter:
    """The front matter of a document; a block that is no YAML mapping is text like any other."""
    block = _BLOCK.match(text)
    if block is None:
        return FrontMatter()
    try:
        values = yaml.safe_load(block[1])
    except (yaml.YAMLError, ValueError):
        return FrontMatter()
    if not isinstance(values, dict):
        return FrontMatter()
    lowered = {str(key).casefold(): value for key, value in values.items()}
    return FrontMatter(Span(0, block.end()), lowered)
