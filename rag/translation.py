"""Whether a chat model's translation says the same: what code can tell of it, without a dictionary.

Held against each other are numbers, percentages and dates, currencies, abbreviations, and names
where both languages write in Latin letters. Of the other words of a claim its translation back
tells: that must hold against the claim's own citations, as the claim did.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from rag.amounts import is_money
from rag.chat import ChatModel
from rag.errands import Errands
from rag.errors import ChatError
from rag.generative import WHY
from rag.index import Index
from rag.kinship import stands
from rag.models import Claim, Turn
from rag.names import name_words, names_in
from rag.numbers_abroad import Figure, figures_in, in_order, is_readable, lost_from
from rag.period import without_months
from rag.prompts import claim_translation_prompt
from rag.quantities import quantities
from rag.question_form import clauses_told, commas_in, is_one_question
from rag.reproof import holds_too
from rag.text import words
from rag.tongues import OTHER, language_of
from rag.unit_names import names as unit_names

_ENDS = re.compile(r"[.!?](?=\s|$)|[。！？]")
_DIGITS = re.compile(r"\d+")
_CODE = re.compile(r"(?:\d+[A-Z]+|[A-Za-z][A-Za-z0-9&]*)(?![A-Za-z])")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_MOSTLY = 0.5
_MOST_TIMES = 3
"""How many times longer a translation may be; from Chinese it is about twice."""
_ROOM = 40
_NOUNS_IN_CAPITALS = frozenset({"German"})


@dataclass(slots=True)
class Translator:
    """Translates the claims of one answer for display, and counts what it could not.

    `held` is the documents' language, `language` that of the question that was `asked`.
    """

    chat: ChatModel
    index: Index
    asked: str
    language: str
    held: str
    errands: Errands
    left: int = 0
    error: ChatError | None = None
    stage: str = "rewrite"
    """What the time for this is booked to."""

    def shown(self, claim: Claim) -> Generator[str, None, Claim]:
        """Return the claim in the question's language, or as it is if that cannot be held to it.

        Its citations are not touched. A model that failed is not asked again.
        """
        if self.error is None:
            try:
                text = yield from self._translated(claim)
            except ChatError as error:
                self.error = error
            else:
                if text is not None:
                    return replace(claim, text=text, translated=True)
        self.left += 1
        return claim

    def _translated(self, claim: Claim) -> Generator[str, None, str | None]:
        """The claim's text in the question's language, if its translation back holds.

        The model sees neither the claim nor the question when it translates back.

        Raises:
            ChatError: the model failed.
        """
        prompt = claim_translation_prompt(claim.text, self.language, self.asked)
        text = yield from self.errands.run(
            self.chat, prompt, "Translating the answer", most=longest(claim.text)
        )
        if not is_same_claim(text, claim.text, self.held, self.language):
            return None
        back = yield from self.errands.run(
            self.chat,
            claim_translation_prompt(text, self.held),
            "Checking the translation",
            most=longest(claim.text),
        )
        return text if holds_too(back, claim, self.index) else None

    @property
    def note(self) -> str | None:
        """What a reader should know of what was not translated."""
        if not self.left:
            return None
        what = "1 sentence stays" if self.left == 1 else f"{self.left} sentences stay"
        why = (
            f"the chat model {WHY.get(self.error.failure, 'failed')}"
            if self.error
            else "the translation could not be proved"
        )
        return f"{what} in {self.held}, since {why}."


def longest(text: str) -> int:
    """The most characters that a translation of the text may have."""
    return _MOST_TIMES * len(text) + _ROOM


def is_same_question(
    text: str, question: str, history: Sequence[Turn], languages: tuple[str, str]
) -> bool:
    """Whether a translation of a question may be used; `languages` are from and to.

    It must be one question that tells nothing else, keep the numbers and years, add none that no
    earlier question tells, and be in no language but the one asked for.
    """
    asked, wanted = languages
    if language_of(text) not in (None, wanted) or text.strip() == question.strip():
        return False
    if not words(text) or not is_one_question(text, question):
        return False
    if wanted == "English" and clauses_told(text) > commas_in(question):
        return False
    turns = " ".join(turn.question for turn in history)
    if not is_readable(asked) or not is_readable(wanted):
        digits = _digits(text)
        return _digits(question) <= digits <= _digits(question) | _digits(turns)
    own = figures_in(question, asked)
    said = figures_in(text, wanted)
    before = (*figures_in(turns, asked), *figures_in(turns, wanted))
    return not lost_from(own, said) and not lost_from(said, (*own, *before))


def is_same_claim(text: str, claim: str, held: str, language: str) -> bool:
    """Whether `text` in `language` may be shown for a claim that was proved in `held`."""
    if not _is_in(language, text) or text.strip() == claim.strip():
        return False
    if (
        abs(_sentences(text) - _sentences(claim)) > 1
        or len(text) > _MOST_TIMES * len(claim) + _ROOM
    ):
        return False
    return (
        _has_same_figures(text, claim, held, language)
        and _money(text) <= _money(claim)
        and _codes(text) <= _codes(claim)
        and _codes(claim) <= _codes(text) | _units(text)
        and _has_same_names(text, claim, language)
    )


def _is_in(language: str, text: str) -> bool:
    """Whether the text is in the language, or in Latin letters that do not tell it surely."""
    told = language_of(text)
    return told == language or (told in (None, OTHER) and _is_latin(text))


def _has_same_figures(text: str, claim: str, held: str, language: str) -> bool:
    if not is_readable(held) or not is_readable(language):
        return not _DIGITS.search(text) and not _figures(claim, held)
    told, said = figures_in(claim, held), figures_in(text, language)
    return not lost_from(told, said) and not lost_from(said, told) and in_order(told, said)


def _figures(text: str, language: str) -> Sequence[Figure] | Sequence[str]:
    return figures_in(text, language) if is_readable(language) else _DIGITS.findall(text)


def _has_same_names(text: str, claim: str, language: str) -> bool:
    """Whether the names of two texts in Latin letters go together; other scripts spell anew."""
    if not _is_latin(text) or not _is_latin(claim):
        return _strangers(text, claim) == set()
    held = _folded(text)
    names = [name for name in names_in(without_months(claim)) if not _codes(name)]
    if not all(any(stands(word, held) for word in _folded(name)) for name in names):
        return False
    return language in _NOUNS_IN_CAPITALS or not _strangers(text, claim)


def _strangers(text: str, claim: str) -> set[str]:
    """Words that are names by their capitals and kin of no word of the other text."""
    told = _folded(claim)
    plain = [name for name in name_words(text) if _is_latin(name) and not _codes(name)]
    names = {word for name in plain for word in _folded(name)}
    return {word for word in names if not stands(word, told)}


def _codes(text: str) -> set[str]:
    """Abbreviations and codes ("GDP", "R&D", "C919", "5G"), a plural's "s" aside."""
    found = {re.sub(r"(?<=[A-Z])s$", "", code) for code in _CODE.findall(text)}
    return {
        code.replace("&", "") for code in found if re.search(r"[A-Z&].*[A-Z]|[A-Z]\d|\d[A-Z]", code)
    }


def _units(text: str) -> set[str]:
    return {quantity.unit for quantity in quantities(text) if quantity.unit}


def _money(text: str) -> set[str]:
    """The currencies that the text names."""
    named = {unit_names().get(word, "") for word in words(text)}
    return {unit.partition("/")[0] for unit in named | _units(text) if unit and is_money(unit)}


def _folded(text: str) -> set[str]:
    """The words in lower case, their accents taken off."""
    plain = unicodedata.normalize("NFKD", text)
    return set(words("".join(c for c in plain if not unicodedata.combining(c))))


def _is_latin(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return sum(bool(_LATIN.match(char)) for char in letters) > _MOSTLY * len(letters)


def _digits(text: str) -> set[str]:
    return set(_DIGITS.findall(text))


def _sentences(text: str) -> int:
    return len(_ENDS.findall(text.strip())) or 1
