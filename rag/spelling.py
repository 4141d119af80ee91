"""Misspelt question words, mended to words that the documents use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache

from rag.embedding import packaged_folder
from rag.text import is_content, term, words

_WORD = re.compile(r"[^\W\d_]{4,}")
_SAFE_LENGTH = 8
"""From this length on two edits are allowed, below it one."""

_PINYIN = re.compile(
    r"(?:[bpmf](?:[ao]|[ae]i|[ae]ng?|i(?:e|n|ng|ao|an)?|u|[ao]u)|miu"
    r"|[dtnl](?:[ae]|[ae]i|[ao]u|ao|[aeo]ng|[ae]n|i(?:[aeu]|n|ng|ao|an|ang)?|u[aeon]?|uan)"
    r"|[gkh](?:[ae]|[ae]i|[ao]u|ao|[aeo]ng|[ae]n|u[aoin]?|uai|uang?)"
    r"|(?:[zcs]h?|r)(?:[aei]|[ae]i|[ao]u|ao|[aeo]ng|[ae]n|u[aoin]?|uai|uang?)"
    r"|[jqx](?:i(?:[aeu]|n|ng|ao|ang?|ong)?|u[en]?|uan)"
    r"|y(?:[aeiou]|ao|ou|[ai]ng?|ong|u[en]|uan)|w(?:[aou]|[ae]i|[ae]ng?)"
    r"|ai|ao|an|ang|en|er|ou|[aeo]){2,}"
)
"""A word made of Mandarin syllables: a Chinese name far more often than a slip.

"Nanning", "Zhenjiang" and "Shaoxing" are one or two letters from "Nanjing", "Zhangjiang" and
"sharing". Only an omitted letter of a long one is put back ("Shangai")."""


class Speller:
    """Mends words that are neither in the documents nor in general English.

    "Real word" means a whole entry of the embedding model's word-piece vocabulary (30,522 entries
    learnt from books and Wikipedia), so that a real word that the documents lack, such as another
    city's name, is never bent into one that they hold.
    """

    def __init__(self, vocabulary: Mapping[str, int], *, mends: bool = True) -> None:
        self._mends = mends
        self._vocabulary = {w: n for w, n in vocabulary.items() if len(w) > 3 and w.isalpha()}
        self._stems = {term(word) for word in vocabulary}

    def mend(self, text: str) -> str:
        """The text with each misspelt word replaced; capitals at the start are kept.

        A speller that mends nothing gives the text back.
        """
        if not self._mends:
            return text
        return _WORD.sub(lambda match: self._mended(match.group()), text)

    def _mended(self, written: str) -> str:
        word = written.lower()
        if self._is_word(word):
            return written
        best = self._nearest(word, self._vocabulary)
        if best is None and not written[0].isupper():
            best = self._nearest(word, general_words())
        if best is None:
            return written
        return best.capitalize() if written[0].isupper() else best

    def _is_word(self, word: str) -> bool:
        if word in self._vocabulary or word in general_words() or not is_content(word):
            return True
        return term(word) in self._stems or _is_form(word)

    def _nearest(self, word: str, among: Mapping[str, int]) -> str | None:
        """The likeliest of the nearest words: fewest edits, then the larger count."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        named = bool(_PINYIN.fullmatch(word))
        edits = 2 if len(word) >= _SAFE_LENGTH and not named else 1
        near = extract(word, among.keys(), scorer=OSA.distance, score_cutoff=edits, limit=10)
        alike = [(n, -among[w], w) for w, n, _ in near if w[0] == word[0]]
        if named:
            alike = [a for a in alike if _omits_a_letter(word, a[2])]
        return min(alike)[2] if alike else None


def _is_form(word: str) -> bool:
    """Whether a word is a form of a general one, as "masts" of "mast"."""
    starts = (word[:-cut] for cut in range(1, min(5, len(word) - 3)))
    forms = (form for start in starts for form in (start, f"{start}e", f"{start}y"))
    return any(form in general_words() and term(form) == term(word) for form in forms)


def _omits_a_letter(written: str, meant: str) -> bool:
    """Whether a long name lacks a letter of another; "zhan" and "zhang" are two syllables."""
    same_ends = written.replace("ng", "n") == meant.replace("ng", "n")
    return len(written) >= _SAFE_LENGTH - 1 and len(meant) > len(written) and not same_ends


@lru_cache(maxsize=1)
def general_words() -> Mapping[str, int]:
    """Whole words of the packaged model's word-piece vocabulary, the commoner the higher."""
    lines = (packaged_folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return {line: -rank for rank, line in enumerate(lines) if line.isalpha() and len(line) > 2}


def mended_words(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """The pairs of words that reading changed; what is spelt out is several words."""
    old, new = words(before), words(after)
    changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return tuple(
        pair
        for tag, a, b, c, d in changes
        if tag == "replace"
        for pair in (
            zip(old[a:b], new[c:d], strict=True)
            if b - a == d - c
            else [(" ".join(old[a:b]), " ".join(new[c:d]))]
        )
    )
