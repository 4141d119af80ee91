"""What narrows a figure or a noun: "before tax", "per day", "excluding coal", "of the 600".

A statement must keep it: without it the figure is that of something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.amounts import Amount, amounts_in
from rag.figures import Figure
from rag.kinship import stands
from rag.span import Statement, Support
from rag.text import is_content, term, words

_NARROWS = frozenset(
    """before after without excluding except barring above below over under inside outside within
    beyond against despite including""".split()
)
_WAYS = frozenset("to from into onto towards toward off via".split())
_BETWEEN = frozenset("the a an its their all of this that these those".split())
_PARTITIVE = re.compile(
    r"\b(?:of|among|out\sof)\s(?:all\s)?(?:the|its|their|our|these|those|her|his)\s"
    r"(?:(?:about|some|nearly|over|more\sthan)\s)?$",
    re.I,
)
_RATE = re.compile(
    r"\b(?:per|each|every)\s\w+|\b(?:a|an)\s(?:second|minute|hour|day|week|month|quarter|year)\b"
    r"|\b(?:hourly|daily|weekly|monthly|yearly|annually)\b|\bon\saverage\b",
    re.I,
)
_DIMENSIONS = {
    word: name
    for name, told in {
        "length": "long length longer longest", "width": "wide width broad breadth wider",
        "height": "high height tall higher taller", "depth": "deep depth deeper",
        "thickness": "thick thickness", "weight": "heavy weight weighs weighed",
        "age": "old age aged", "distance": "away distant distance", "area": "area",
        "speed": "fast speed",
    }.items()
    for word in told.split()
}  # fmt: skip
_NEAR = 3
"""Words beside a figure that may name its dimension."""
_AFTER = 60
"""Characters after a figure in which a rate is told."""
_CAPITAL = re.compile(
    r"(?<![\w’'-])[A-Z][\w’'-]*\w(?:\s(?:of\s|the\s|de\s|von\s)?[A-Z][\w’'-]*\w)+"
)


def narrows_otherwise(statement: Statement, support: Support) -> bool:
    """Whether a statement leaves out or alters what narrows the figures and nouns that it takes."""
    return (
        _governs_otherwise(statement.text, support.text)
        or any(_is_other(own, support) for own in _taken(statement, support))
        or _covers_more_time(statement, support)
        or _parts_names(statement.text, f"{support.text} {support.context}")
    )


def _governs_otherwise(text: str, cited: str) -> bool:
    """Whether a noun follows another preposition of place or order than it does there."""
    said, told = _prepositions(text), _prepositions(cited)
    for noun, ways in told.items():
        if noun not in said:
            continue
        mine = said[noun]
        if ways & _NARROWS and not ways - _NARROWS and not mine & ways:
            return True
        if mine & (_NARROWS | _WAYS) and ways & (_NARROWS | _WAYS) and not mine & ways:
            return True
    return False


def _prepositions(text: str) -> dict[str, set[str]]:
    """The words before each noun that say how it is meant; an empty one where none does."""
    found: dict[str, set[str]] = {}
    told = words(text)
    for at, word in enumerate(told):
        if not is_content(word) or not word.isalpha():
            continue
        back = at - 1
        while back >= 0 and told[back] in _BETWEEN:
            back -= 1
        before = told[back] if back >= 0 else ""
        found.setdefault(term(word), set()).add(
            before if before in _NARROWS or before in _WAYS else ""
        )
    return found


def _taken(statement: Statement, support: Support) -> Iterator[tuple[Amount, str, list[Amount]]]:
    """The amounts of a statement, with its text, each beside those of its value that are cited."""
    cited = amounts_in(support.text)
    for own in amounts_in(statement.text):
        same = [a for a in cited if own.has_value_of(a)]
        if same:
            yield own, statement.text, same


def _is_other(taken: tuple[Amount, str, list[Amount]], support: Support) -> bool:
    own, text, same = taken
    return all(_differs(own, text, other, support.text) for other in same)


def _differs(own: Amount, text: str, other: Amount, cited: str) -> bool:
    if _PARTITIVE.search(cited[: other.start]) and not _is_base(own, text):
        return True
    if _rated(cited, other) and not _RATE.search(text):
        return True
    mine, theirs = _dimension(text, own), _dimension(cited, other)
    return bool(mine and theirs and mine != theirs)


def _is_base(own: Amount, text: str) -> bool:
    """Whether the statement, too, tells it as what something is a part of."""
    others = [a for a in amounts_in(text) if a.start != own.start]
    return bool(re.search(r"\b(?:of|among|out of)\b[^,;]*$", text[: own.start], re.I)) or not (
        others or re.search(r"\b(?:was|were|been|is|are|has|have|had)\s\w+", text[own.end :], re.I)
    )


def _rated(text: str, amount: Amount) -> bool:
    """Whether a figure is one for each of something, told within its clause."""
    clause = re.split(r"[,;.]\s|\s(?:and|but)\s", text[amount.end : amount.end + _AFTER])[0]
    return bool(_RATE.search(clause)) and not (amount.unit and "/" in amount.unit)


def _dimension(text: str, amount: Amount) -> str | None:
    """What a figure measures, told by a word beside it, first after it."""
    after = words(text[amount.end :])[:_NEAR]
    before = words(text[: amount.start])[-_NEAR - 2 :]
    for word in (*after, *reversed(before)):
        if word in _DIMENSIONS:
            return _DIMENSIONS[word]
    return None


def _covers_more_time(statement: Statement, support: Support) -> bool:
    """Whether the figure of some months is told as that of a year."""
    return any(
        own.period.years and not own.months and _all_of_months(own, support)
        for own in statement.figures
    )


def _all_of_months(own: Figure, support: Support) -> bool:
    same = [f for f in support.figures if (f.value, f.high) == (own.value, own.high)]
    return bool(same) and all(f.months for f in same)


def _parts_names(text: str, cited: str) -> bool:
    """Whether a name of several words does not stand there in one piece."""
    told = f" {' '.join(words(cited))} "
    for match in _CAPITAL.finditer(text):
        parts = words(match[0])
        opens = not text[: match.start()].strip("“\"‘'(")
        if opens and not re.search(rf"\w\s{re.escape(match[0].split()[0])}\b", cited):
            parts = parts[1:]
        if len(parts) > 1 and not _in_one_piece(parts, told):
            return True
    return False


def _in_one_piece(parts: list[str], told: str) -> bool:
    if f" {' '.join(parts)} " in told:
        return True
    held = told.split()
    stems = [term(word) for word in held]
    sought = [term(word) for word in parts]
    return any(
        all(stands(s, {stem}) for s, stem in zip(sought, stems[i : i + len(sought)], strict=False))
        for i in range(len(stems) - len(sought) + 1)
    )
