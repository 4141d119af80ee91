"""Whether the cause that a statement gives is told as one in what it cites."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.kinship import stands
from rag.span import Statement, Support
from rag.text import is_content, term, term_set, words

_CAUSE = re.compile(
    r"\b(?:because(?:\sof)?|due\sto|thanks\sto|owing\sto|on\saccount\sof|as\sa\s(?:result"
    r"|consequence)\sof|caused\sby|driven\sby|by\svirtue\sof|in\sview\sof|for\sfear\sof"
    r"|in\sresponse\sto|in\sprotest\sat|so\sthat|in\sorder\sto)\s(?P<cause>(?:[^,;.]|[.,](?=\d))+)",
    re.I,
)
_LEAST = 0.5
"""The share of a cause's content words that the cited sentence must hold."""


def is_cause_invented(statement: Statement, support: Support) -> bool:
    """Whether most of what it gives as a cause is not told by the sentences themselves."""
    held = term_set(support.text)
    return any(_is_new(cause, held) for cause in _causes(statement.text))


def _causes(text: str) -> Iterator[list[str]]:
    for match in _CAUSE.finditer(text):
        yield [w for w in words(match["cause"]) if is_content(w)]


def _is_new(cause: list[str], held: frozenset[str]) -> bool:
    """Half of a longer cause may be told in other words; one or two words must all be cited."""
    found = sum(stands(term(w), held) for w in cause)
    return bool(cause) and found / len(cause) <= _LEAST
