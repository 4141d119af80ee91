"""Members of a list: of figures in a row, and of the measures that belong to them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.grammar.clauses import Sentence
from rag.grammar.tokens import Tag

_AND = re.compile(r",\s+and\s+|\s+and\s+|,\s+|\s+as well as\s+")
_ASIDE = re.compile(r",?\s+(?:the|namely|i\.e\.,?)?\s*[“\"][^”\"]*[”\"]\s*$")
_HEAD_OF = re.compile(r"^(?P<head>(?:\S+\s+){1,6}?(?:of|for|in))\s+(?P<rest>.+)$")


def runs(sentence: Sentence) -> Iterator[list[int]]:
    """Figures that stand in a row, "1%, 2% and 3%", of a sentence that says "respectively"."""
    if "respectively" not in sentence.text.lower():
        return
    run: list[int] = []
    for number, at in enumerate(sentence.figures):
        if run and not _joined(sentence, sentence.figures[run[-1]], at):
            yield run
            run = []
        run.append(number)
    yield run


def _joined(sentence: Sentence, before: int, at: int) -> bool:
    marks = (Tag.COMMA, Tag.AND, Tag.ABOUT, Tag.PREPOSITION)
    return all(t.tag in marks for t in sentence.tokens[before + 1 : at])


def conjuncts(measure: str, count: int) -> list[str]:
    """The members of "A, B and C" if they are `count`, each with what all of them share."""
    parts = [p for p in _AND.split(_ASIDE.sub("", measure)) if p]
    if len(parts) > count:
        parts = _merged(parts, count)
    if len(parts) != count:
        return []
    head = _HEAD_OF.match(parts[0])
    if head and _is_plural(parts[1]) and _is_plural(head["rest"].split()[-1]):
        return [parts[0], *(p if _HEAD_OF.match(p) else f"{head['head']} {p}" for p in parts[1:])]
    lead = parts[0].split()
    if all(len(p.split()) == 1 for p in parts[1:]) and len(lead) > 1:
        return [parts[0], *(" ".join([*lead[:-1], p]) for p in parts[1:])]
    return parts


def _merged(parts: list[str], count: int) -> list[str]:
    """Too many members: those without a head of their own belong to the one before."""
    kept = [parts[0]]
    for part in parts[1:]:
        left = len(parts) - parts.index(part)
        if len(kept) + left > count and len(part.split()) == 1:
            kept[-1] += f" and {part}"
        else:
            kept.append(part)
    return kept


def _is_plural(phrase: str) -> bool:
    word = phrase.split()[-1].lower()
    return word.endswith("s") and not word.endswith("ss")
