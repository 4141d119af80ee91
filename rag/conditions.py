"""When and if: a statement's condition may not replace the one that is cited."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.kinship import stands
from rag.span import Statement, Support
from rag.text import is_content, term, term_set, words

_CONDITION = re.compile(
    r"\b(?:when|while|if|unless|once|during|whenever|as\slong\sas|provided(?:\sthat)?|in\scase)\s"
    r"(?P<said>(?:[^,;.:]|[.,:](?=\d))+)",
    re.I,
)


def is_of_other_condition(statement: Statement, support: Support) -> bool:
    """Whether its condition is not in the sentences, which tell another that it leaves out."""
    said, told = list(_conditions(statement.text)), list(_conditions(support.text))
    own, held = term_set(statement.text), term_set(support.text)
    new = [one for one in said if not any(stands(word, held) for word in one)]
    gone = [one for one in told if not any(stands(word, own) for word in one)]
    return bool(new and gone)


def _conditions(text: str) -> Iterator[list[str]]:
    for match in _CONDITION.finditer(text):
        found = [term(w) for w in words(match["said"]) if is_content(w)]
        if found:
            yield found
