"""Text that a body of JSON holds: whole characters only.

JSON can spell half a character (a lone surrogate), which no file, store or answer in UTF-8 takes.
"""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator

_HALF = re.compile(r"[\ud800-\udfff]")


def _whole(text: str) -> str:
    if _HALF.search(text):
        raise ValueError("it holds half a character (a lone surrogate)")
    return text


WholeText: TypeAlias = Annotated[str, AfterValidator(_whole)]
