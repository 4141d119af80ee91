"""What a check finds wrong with a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of one case, told in one sentence.

    An error makes the case's score meaningless; a warning is for a person to judge.
    """

    case_id: str
    severity: Literal["error", "warning"]
    text: str
