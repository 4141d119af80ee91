"""The figures that a sentence says, and the cited sentences that they are held against."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from eval.metrics.amounts import Amount
from eval.metrics.tellings import told_periods
from eval.text import contains, tokens
from rag.text import words

_NUMBER = re.compile(r"#(-?[\d.:/]+?)(%|‰|pp|bp)?")
_DAY = re.compile(r"day(\d+)")
_YEAR = re.compile(
    r"(?<![\d.,$€£¥])((?:19|20)\d\d)(?!\d|[.,]\d|\s?(?:%|hundred|thousand|[mb]illion|trillion))"
)
_EARLY_YEAR = re.compile(
    r"\b(?:in|since|until|during|by)\s(1[0-8]\d\d)\b(?![.,]\d|\s?%)", re.IGNORECASE
)
_ANY_YEAR = re.compile(r"(?<!\d)(?:1\d|20)\d\d(?!\d)")
_CURRENCIES = frozenset(("yuan", "dollar", "euro", "pound", "yen"))
_NEAR = 3


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence that a figure may stand on, and what stands around it.

    `before` is the text before it, `above` what the headings and the title say, the nearest first;
    `published` is the year of the document. A `row` of a table tells units in its header.
    """

    text: str
    before: str = ""
    above: tuple[str, ...] = ()
    published: int | None = None
    row: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A figure as a sentence says it: a year, a day of a month, or an amount."""

    text: str
    amount: Amount | None = None
    year: int | None = None


def figures_in(text: str) -> list[Said]:
    """The amounts, years and days that a text says, each once; "one" is none."""
    years = {int(match[1]) for by in (_YEAR, _EARLY_YEAR) for match in by.finditer(text)}
    found = [Said(str(year), year=year) for year in sorted(years)]
    row = tokens(f" {text}")
    for at, token in enumerate(row):
        day = _DAY.fullmatch(token)
        if day and at:
            found.append(Said(f"{row[at - 1]} {day[1]}"))
        elif match := _NUMBER.fullmatch(token):
            amount = Amount(match[1], match[2] or "", ())
            if not (_is_year(amount, years) or _is_one(amount, text)):
                found.append(Said(f"{match[1]}{match[2] or ''}", amount))
    return list(dict.fromkeys(found))


def _is_year(amount: Amount, years: Set[int]) -> bool:
    return not amount.kind and amount.number.isdecimal() and int(amount.number) in years


def _is_one(amount: Amount, text: str) -> bool:
    """Whether it is but the word "one", which counts nothing in "one of the first"."""
    if amount.number != "1" or amount.kind:
        return False
    said = (text[span.start : span.end].casefold() for span in amount.spans_in(text))
    return all(word.strip("\"'“”(.,;:") == "one" for word in said)


def stands(said: Said, source: Source) -> bool:
    """Whether the number, day or year is told there; a year also by what stands above."""
    if said.amount:
        return said.amount.said_in(source.text)
    if said.year is None:
        return contains(source.text, said.text)
    around = (source.text, *source.above)
    told = {y for t in around for m in told_periods(t, source.published) for y in m.period.years}
    plain = any(str(said.year) in _ANY_YEAR.findall(text) for text in around)
    return plain or said.year in told or said.year == source.published


def is_of_other_unit(amount: Amount, sentence: str, cited: str) -> bool:
    """Whether one says it as a share and the other does not, or of another currency."""
    if amount.unit_in(cited) is False:
        return True
    said, there = (_currencies(amount, text) for text in (sentence, cited))
    return bool(said and there and not said & there)


def _currencies(amount: Amount, text: str) -> set[str]:
    """The currencies close behind the number."""
    row = tokens(f" {text}")
    behind = (
        row[at + 1 : at + 1 + _NEAR]
        for at, token in enumerate(row)
        if (match := _NUMBER.fullmatch(token)) and match[1] == amount.number
    )
    return {word for words_behind in behind for word in words_behind} & _CURRENCIES


def is_part(sentence: str, cited: str) -> bool:
    """Whether the sentence is a stretch of the cited text, word for word."""
    return " ".join(words(sentence)) in " ".join(words(cited))
