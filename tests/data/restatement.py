"""Compare a restated text with its original: wording must differ, figures must not.

    python tests/data/restatement.py ORIGINAL RESTATED [FIRST_LINE LAST_LINE]

The line range selects part of the original.
"""

from __future__ import annotations

import re
import sys
from calendar import month_name
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

MIN_SENTENCE_WORDS = 6
MIN_RUN_WORDS = 9
CONTEXT_CHARS = 40

_CURLY = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\u00a0": " "})
_MONTHS = [name.lower() for name in month_name[1:]]
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_SMALL_WORDS = {"a", "an", "and", "at", "by", "for", "in", "of", "on", "or", "the", "to", "with"}

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
# Navigation, picture credits and copyright lines of a saved web page carry no facts.
_FURNITURE = re.compile(r"(?m)^(?:Previous|Next) .*$|^Ti Gong$|^.*\ball rights? reserved\s*$")
_LIST_NUMBER = re.compile(r"(?m)^(?:#+[ \t]+|\s*)\d{1,2}\. (?=\D)")
_NOTE_NUMBER = re.compile(r"\b\d (?=\(Translator's note\))")
_NOTE_MARK = re.compile(r"(?:(?<=[a-z])|(?<=[a-z)][\"']))\d(?![\d,.%]*\d)")
_STRAY_BLANK = re.compile(r"(\b\d{1,3}[.,]) (?=\d(?:%| [a-z]))")
_SENTENCE_END = re.compile(r"(?<=[.!?:])[\"')]*\s+(?=[\"'(]*[A-Z0-9])|(?<=[a-z)][.!?])(?=[A-Z])")
_NAME_WORD = re.compile(r"[A-Z]|\d+(?:st|nd|rd|th)$")
_WORD = re.compile(r"\w+(?:[.,'&-]\w+)*")

_ISO_DATE = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)")
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)}),? (\d{{4}})\b", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}}),? (\d{{4}})\b", re.IGNORECASE)
_FIGURE = re.compile(
    r"\d{4}-\d\d-\d\d"  # a date
    r"|\b[A-Z]+\d+\b"  # C919, S3
    r"|\b\d+(?:,\d{3})*(?:\.\d+)?(?:st|nd|rd|th|[A-Z]\b|\s?%| per ?cent\b)?"
)


class Figure(NamedTuple):
    """A number in comparable form, and the text around its first occurrence."""

    value: str
    context: str

    def __str__(self) -> str:
        return f"{self.value}  (… {self.context} …)"


class _Word(NamedTuple):
    key: str
    written: str


def clean(text: str) -> str:
    """The text without page furniture, front matter, note marks and typing slips."""
    text = _FRONT_MATTER.sub("", text).translate(_CURLY)
    text = _FURNITURE.sub("", text)
    for pattern in (_LIST_NUMBER, _NOTE_NUMBER, _NOTE_MARK):
        text = pattern.sub("", text)
    return _STRAY_BLANK.sub(r"\1", text)


def _words(text: str) -> list[_Word]:
    return [_Word(found.lower(), found) for found in _WORD.findall(text)]


def _key(words: list[_Word]) -> str:
    return " ".join(word.key for word in words)


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line break inside a sentence does not end it."""
    paragraphs = re.split(r"\n\s*\n", clean(text))
    flat = (re.sub(r"\s+", " ", paragraph).strip() for paragraph in paragraphs)
    return [part for paragraph in flat for part in _SENTENCE_END.split(paragraph) if part]


def _is_mostly_names(words: list[_Word]) -> bool:
    """Whether half of the words are capitalised (or ordinals), leaving the small ones aside."""
    weighty = [word.written for word in words if word.key not in _SMALL_WORDS]
    return 2 * sum(bool(_NAME_WORD.match(word)) for word in weighty) >= len(weighty)


def _is_title(sentence: str) -> bool:
    return sentence[-1] not in ".!?" and _is_mostly_names(_words(sentence))


def shared_sentences(original: str, restated: str) -> list[str]:
    """Sentences of the original that the restatement repeats word for word.

    A heading that is a title may stay.
    """
    stream = f" {_key(_words(clean(restated)))} "
    return [
        sentence
        for sentence in sentences(original)
        if not _is_title(sentence)
        and len(words := _words(sentence)) >= MIN_SENTENCE_WORDS
        and f" {_key(words)} " in stream
    ]


def _shared_starts(words: list[_Word], restated: str, n: int) -> list[int]:
    """Where in `words` a sequence of n words begins that the restatement has too."""
    other = [word.key for word in _words(clean(restated))]
    known = {tuple(other[i : i + n]) for i in range(len(other) - n + 1)}
    keys = [word.key for word in words]
    return [i for i in range(len(keys) - n + 1) if tuple(keys[i : i + n]) in known]


def _merge(starts: list[int], n: int) -> list[tuple[int, int]]:
    """Neighbouring starts joined into (begin, end) spans."""
    if not starts:
        return []
    breaks = [(a, b) for a, b in pairwise(starts) if b != a + 1]
    begins = [starts[0], *(b for _, b in breaks)]
    ends = [*(a for a, _ in breaks), starts[-1]]
    return [(begin, end + n) for begin, end in zip(begins, ends, strict=True)]


def longest_shared_runs(original: str, restated: str, n: int = MIN_RUN_WORDS) -> list[str]:
    """Runs of n or more consecutive words in both texts, the longest first.

    Titles of documents, institutions and projects, and lists of names, may stay.
    """
    words = _words(clean(original))
    runs = [words[a:b] for a, b in _merge(_shared_starts(words, restated, n), n)]
    copied = [run for run in runs if not _is_mostly_names(run)]
    return [" ".join(w.written for w in run) for run in sorted(copied, key=len, reverse=True)]


def _iso(year: str, month: str, day: str) -> str:
    return f"{year}-{_MONTHS.index(month.lower()) + 1:02d}-{int(day):02d}"


def _with_iso_dates(text: str) -> str:
    text = _DAY_FIRST.sub(lambda m: _iso(m[3], m[2], m[1]), text)
    text = _MONTH_FIRST.sub(lambda m: _iso(m[3], m[1], m[2]), text)
    return _ISO_DATE.sub(r"\g<0> ", text)


def figures(text: str) -> list[Figure]:
    """Every number written in digits, once, in the order of first occurrence."""
    text = re.sub(r"\s+", " ", _with_iso_dates(clean(text)))
    found: dict[str, Figure] = {}
    for match in _FIGURE.finditer(text):
        value = re.sub(r"\s?%| per ?cent", "%", match[0]).replace(",", "")
        start, end = max(0, match.start() - CONTEXT_CHARS), match.end() + CONTEXT_CHARS
        found.setdefault(value, Figure(value, text[start:end].strip()))
    return list(found.values())


def missing_figures(original: str, restated: str) -> list[Figure]:
    """Figures of the original that the restatement does not have."""
    present = {figure.value for figure in figures(restated)}
    return [figure for figure in figures(original) if figure.value not in present]


def _figures_implied(text: str) -> set[str]:
    """Small numbers a text writes as words, and what its dates make of "last year"."""
    words = {word.key for word in _words(text.replace("-", " "))}
    numbers = {str(i) for i, word in enumerate(_NUMBERS, 1) if word in words}
    years = (int(match[1]) for match in _ISO_DATE.finditer(text))
    return numbers.union(str(year + step) for year in years for step in (-1, 0, 1))


def added_figures(original: str, restated: str) -> list[Figure]:
    """Figures of the restatement that the original neither states nor implies."""
    known = _figures_implied(original)
    return [figure for figure in missing_figures(restated, original) if figure.value not in known]


def findings(original: str, restated: str) -> dict[str, list[str]]:
    """All that is wrong with a restatement, by kind; empty lists when nothing is."""
    return {
        "sentences taken over": shared_sentences(original, restated),
        f"runs of {MIN_RUN_WORDS} or more words taken over": longest_shared_runs(
            original, restated
        ),
        "figures missing": [str(figure) for figure in missing_figures(original, restated)],
        "figures added": [str(figure) for figure in added_figures(original, restated)],
    }


def _select_lines(text: str, bounds: list[str]) -> str:
    if not bounds:
        return text
    first, last = (int(bound) for bound in bounds)
    return "".join(text.splitlines(keepends=True)[first - 1 : last])


def main(arguments: list[str]) -> int:
    """Print the findings; the exit status is 1 when there are any."""
    if len(arguments) not in (2, 4):
        print(__doc__)
        return 2
    original = _select_lines(Path(arguments[0]).read_text(encoding="utf-8"), arguments[2:])
    result = findings(original, Path(arguments[1]).read_text(encoding="utf-8"))
    for kind, items in result.items():
        print(f"{kind}: {len(items)}", *items, sep="\n  ")
    return int(any(result.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
