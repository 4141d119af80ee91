"""Words and search terms: one tokenisation for the index and for questions."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(
    r"\d+(?:st|nd|rd|th|[A-Za-z])(?![^\W_])"  # "6th", "5G"
    r"|\d+(?:[.,]\d+)*%?"  # a number, thousands marks and decimals included
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*(?:\d+(?!\d*[.,]\d))?"  # a word, also "C919", "R2"
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)$")
_NUMBER_WORDS = {
    word: str(number)
    for number, names in enumerate(
        (
            "two", "three third", "four fourth", "five fifth", "six sixth", "seven seventh",
            "eight eighth", "nine ninth", "ten tenth", "eleven eleventh", "twelve twelfth",
        ),
        start=2,
    )
    for word in names.split()
}  # fmt: skip
"""Written-out numbers are found by their figures; "one", "first" and "second" say too little."""
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_AMPERSAND = re.compile(r"\b([A-Za-z])&([A-Za-z])\b")


def words(text: str) -> list[str]:
    """Lower-case words and numbers in the order of the text; "R&D" is one word, "rd"."""
    plain = _AMPERSAND.sub(r"\1\2", unicodedata.normalize("NFKC", text))
    return [match.replace("’", "'").lower() for match in _WORD.findall(plain)]


@lru_cache(maxsize=100_000)
def term_set(text: str) -> frozenset[str]:
    """The distinct search terms of a text that is looked at again and again."""
    return frozenset(terms(text))


def terms(text: str) -> list[str]:
    """Search terms: stemmed content words, numbers without thousands marks, CJK bigrams."""
    found: list[str] = []
    for word in words(text):
        if _CJK.search(word):
            found.extend(_bigrams(word))
        elif word not in _stopwords():
            found.append(term(word))
    return found


@lru_cache(maxsize=65536)
def term(word: str) -> str:
    """The search term of one lower-case word: its Snowball English stem, or its figure."""
    if word[0].isdigit():
        return _ORDINAL.sub("", word.replace(",", "").rstrip("%"))
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    return str(_stemmer().stemWord(word.removesuffix("'s")))


def is_content(word: str) -> bool:
    """Whether a lower-case word is more than grammar."""
    return word not in _stopwords()


def _bigrams(word: str) -> list[str]:
    return [word[i : i + 2] for i in range(max(1, len(word) - 1))]


@lru_cache(maxsize=1)
def _stopwords() -> frozenset[str]:
    from bm25s.stopwords import STOPWORDS_EN_PLUS

    return frozenset(STOPWORDS_EN_PLUS)


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]  # snowballstemmer ships no types
    import snowballstemmer

    return snowballstemmer.stemmer("english")
