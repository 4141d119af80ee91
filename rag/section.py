"""The base of every section of the settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Described, validated data; an unknown key is an error."""

    # An error never shows what was put in: it may be a key.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
