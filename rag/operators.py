"""Words that turn what a sentence says: denials, doubts and conditions.

"The firm failed to reach 50 million" holds every word of "the firm reached 50 million". So what
such words govern is kept with them: where a cited sentence denies, doubts or only supposes
something, a statement must too, and it must not do so of its own accord.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rag.kinship import stands
from rag.nearest_clause import content_terms
from rag.span import Statement, Support
from rag.text import is_content, term, words

_OPERATORS: Mapping[str, re.Pattern[str]] = {
    "denial": re.compile(
        r"\b(?:not|never|no(?!\.)|none|neither|nor|nobody|nothing|nowhere|cannot|hardly|scarcely"
        r"|barely|unable\sto|fail(?:s|ed|ing|ure)?\sto|refus(?:e|es|ed|ing|al)\sto|den(?:y|ies|ied|ying)"
        r"|lack(?:s|ed|ing)?|absence\sof|instead\sof|rather\sthan|short\sof)\b|n['’]t\b"
        r"(?!\s(?:less|more|fewer|later|only|just)\b)",
        re.I,
    ),
    "doubt": re.compile(
        r"\b(?:alleg\w*|claim(?:s|ed|ing)?\sthat|falsely|wrong(?:ly)?|untrue|false|mistaken\w*"
        r"|suppos(?:ed|edly)|reportedly|rumou?r\w*|so-called|(?:is|are|was|were)\s(?:said|thought"
        r"|believed|rumou?red)\sto|incorrect\w*|myth|dispute[sd]?|doubt\w*)\b",
        re.I,
    ),
    "condition": re.compile(
        r"\b(?:if|unless|provided\sthat|in\scase|as\slong\sas|on\scondition|otherwise|suppose"
        r"|assuming|were\sto)\b|\b(?:would|could|might)\b|\bmay\b(?!\s\d)|\bshould\s\w+\s\w+,",
        re.I,
    ),
}
_CLAUSE = re.compile(
    r"[;:.!?]\s|,\s(?=(?:and|but|while|whereas|although|though|so|yet|which|who)\b)|\s(?:but|whereas"
    r"|while|although|though)\s"
)
_REACH = 3
"""Content words after a denial that it governs."""
_AT_COMMA = re.compile(r",\s")
_MODALS = frozenset("may might could would".split())
_LEAVE = re.compile(r"\s(?:only\s|not\s|also\s)?be\s\w+(?:ed|en|n|t)\b", re.I)


def turns_otherwise(statement: Statement, support: Support) -> bool:
    """Whether a statement drops or adds a denial, a doubt or a condition."""
    text, cited = statement.text, support.text
    return _adds(text, cited) or any(_drops(text, cited, name) for name in _OPERATORS)


def _drops(text: str, cited: str, name: str) -> bool:
    """Whether it states what the cited sentence only turns."""
    if _OPERATORS[name].search(_plain(text)):
        return False
    own = content_terms(text)
    clauses = _drawn_on(text, _plain(cited))
    return any(_stands_any(held, own) for one in clauses for held in _governed(one, name))


def _adds(text: str, cited: str) -> bool:
    """Whether it denies what the cited sentence does not deny."""
    if not _OPERATORS["denial"].search(text):
        return False
    denied = [held for one in _clauses(cited) for held in _governed(one, "denial")]
    return not any(_stands_any(held, content_terms(text)) for held in denied)


def _governed(clause: str, name: str) -> Iterator[frozenset[str]]:
    """What each operator of a kind governs in a clause.

    A condition or a doubt is one of the whole clause, as "if", "wrong" and "falsely" are. A denial
    governs what follows it closely, a modal verb what follows and its figures, and leave to do
    something ("may be used") no more than the verb.
    """
    for match in _OPERATORS[name].finditer(clause):
        rest = clause[match.end() :]
        after = [w for w in words(_AT_COMMA.split(rest)[0]) if is_content(w)]
        if name == "denial":
            held = after[:_REACH]
        elif match[0].lower() in _MODALS:
            figures = [w for w in words(rest) if w[0].isdigit()]
            held = after[:1] + ([] if _LEAVE.match(rest) else figures)
        else:
            held = [w for w in words(clause) if is_content(w)]
        yield frozenset(map(term, held))


def _drawn_on(text: str, cited: str) -> list[str]:
    """The clauses that a statement is made of: those with its figures, or all."""
    clauses = _clauses(cited)
    figures = {term(w) for w in words(text) if w[0].isdigit()}
    holding = [one for one in clauses if figures & set(map(term, words(one)))]
    return holding or clauses


def _clauses(text: str) -> list[str]:
    cuts = [match.start() for match in _CLAUSE.finditer(text)]
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def _plain(text: str) -> str:
    """The text without the month of May."""
    return re.sub(r"\bMay\b", "month", text)


def _stands_any(sought: frozenset[str], held: frozenset[str]) -> bool:
    return any(stands(one, held) for one in sought)
