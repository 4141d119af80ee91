"""How a question is read before anything is looked up: a follow-up restated, a foreign one put
into the documents' language. A chat model proposes, code decides, and the rules are the way back.

A follow-up is put to the model only if the rules see that it leans on what was asked before. A
question that is whole needs no call and no wait, and must not be given a subject that it does not
ask about. Where the model fails or says what cannot be checked, `rag.followup.resolve` decides.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from rag.chat import ChatModel
from rag.corpus_language import CorpusLanguage
from rag.errands import Errands
from rag.errors import ChatError
from rag.followup import leans, resolve
from rag.generative import WHY
from rag.kinship import stands
from rag.known_names import KnownNames
from rag.models import Turn
from rag.names import name_words
from rag.period import status_of
from rag.prompts import question_translation_prompt, restating_prompt, told_turns
from rag.question_form import clauses_told, is_one_question
from rag.text import is_content, terms, words
from rag.translation import is_same_question, longest

_SHARE = 1 / 3
"""How much of the model's time reading the question may take; the rest is for the answer."""
_READ = "The question was read as"
_FEW_TERMS = 2
"""A question of so few terms says nothing that its restatement may leave out."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it is looked up.

    `by_model` tells whether a model worded it, `note` what a reader should know of that. `language`
    is that of a question in another one than the documents'.
    """

    text: str
    asked: str
    by_model: bool = False
    language: str | None = None
    note: str | None = None

    @property
    def is_translated(self) -> bool:
        """Whether it was asked in another language."""
        return self.by_model and self.language is not None


class Rewriting:
    """Reads questions, with the help of a chat model if there is one."""

    def __init__(
        self, chat: ChatModel | None, language: CorpusLanguage, names: KnownNames, longest: int
    ) -> None:
        self._chat = chat
        self._language = language
        self._names = names
        self._longest = longest

    def read(
        self, question: str, history: Sequence[Turn], errands: Errands
    ) -> Generator[str, None, Reading]:
        """Return how the question is read; status lines meanwhile, if a model is asked."""
        rules = Reading(resolve(question, history), question)
        if self._chat is None:
            return rules
        follows = bool(history) and leans(question)
        before = history[-1].question if follows else ""
        lent = self._lent(history)
        if foreign := self._language.foreign(question, before):
            return (yield from self._translated(self._chat, question, lent, foreign, errands))
        if follows:
            return (yield from self._restated(self._chat, question, lent, errands))
        return rules

    def _lent(self, history: Sequence[Turn]) -> tuple[Turn, ...]:
        """The turns as far as a reading may take words from them.

        A client sends them, and may send anything: of an answer only names count that the documents
        name, too.
        """
        return tuple(
            Turn(turn.question, "; ".join(self._names.of(turn.answer)))
            for turn in told_turns(history)
        )

    def _most(self, question: str, history: Sequence[Turn]) -> int:
        """The most characters of a question restated, with what the turns before may lend it."""
        lent = max((len(turn.question) + len(turn.answer) for turn in history), default=0)
        return min(self._longest, longest(question) + lent)

    def _restated(
        self, chat: ChatModel, question: str, history: Sequence[Turn], errands: Errands
    ) -> Generator[str, None, Reading]:
        """The follow-up as the model restates it, if that may be used; else by the rules."""
        prompt = restating_prompt(question, history)
        try:
            text = yield from errands.run(
                chat,
                prompt,
                "Reading the question",
                most=self._most(question, history),
                share=_SHARE,
            )
        except ChatError:
            text = ""
        if text and len(text) <= self._longest and is_restatement(text, question, history):
            return Reading(text, question, by_model=True, note=f"{_READ} “{text}”.")
        return Reading(resolve(question, history), question)

    def _translated(
        self,
        chat: ChatModel,
        question: str,
        history: Sequence[Turn],
        foreign: str,
        errands: Errands,
    ) -> Generator[str, None, Reading]:
        """The question in the documents' language; as it was asked, with a note, if that failed."""
        prompt = question_translation_prompt(question, history, self._language.main)
        try:
            text = yield from errands.run(
                chat,
                prompt,
                "Translating the question",
                most=self._most(question, history),
                share=_SHARE,
            )
        except ChatError as error:
            why = WHY.get(error.failure, "failed")
            note = f"The chat model {why}, so the question was not translated."
            return Reading(resolve(question, history), question, language=foreign, note=note)
        held = (foreign, self._language.main)
        if len(text) > self._longest or not is_same_question(text, question, history, held):
            note = "The chat model's translation of the question changed it and was not used."
            return Reading(resolve(question, history), question, language=foreign, note=note)
        note = f"{_READ} “{text}” (translated from {foreign})."
        return Reading(text, question, by_model=True, language=foreign, note=note)


def is_restatement(text: str, question: str, history: Sequence[Turn]) -> bool:
    """Whether a restated question asks in the words of the question and the questions before it.

    It must be one question that tells nothing that the question does not. Its names, numbers and
    years must stand there as they are, its other words by their stems; the answers of the turns
    are names that it may use, too. Nothing that sets the question apart may be left out, and a
    plan stays a plan.
    """
    if not is_one_question(text, question) or clauses_told(text) > clauses_told(question):
        return False
    by_rules = terms(resolve(question, history))
    asked = " ".join(turn.question for turn in history)
    names = frozenset(terms(" ".join(turn.answer for turn in history)))
    held = {*terms(question), *terms(asked), *by_rules}
    written = _written_words(text)
    if not written or not all(_is_told(word, held, names) for word in written):
        return False
    kept = _kept_of(question) & {*by_rules, *_exact(question)}
    status = status_of(question)
    return kept <= set(terms(text)) and status in (None, status_of(text))


def _is_told(word: str, held: set[str], names: frozenset[str]) -> bool:
    """Whether a word is grammar or told before; a name or number must be the very one."""
    if not is_content(word.lower()):
        return True
    if word[0].isupper():
        return all(t in held or t in names for t in terms(word))
    return all(t in held if not word.isalpha() else stands(t, held) for t in terms(word))


def _written_words(text: str) -> list[str]:
    """The words with their capitals; all in lower case where those do not tell them apart."""
    found = words(text)
    cased = [word.strip("\"'’“”") for word in text.split()]
    capital = {w.lower() for piece in cased if piece[:1].isupper() for w in words(piece)}
    return [word.capitalize() if word in capital else word for word in found]


def _kept_of(question: str) -> set[str]:
    """What a restatement must not leave out: names, numbers and years; all of a few terms."""
    told = set(terms(question))
    return _exact(question) | (told if len(told) <= _FEW_TERMS else set())


def _exact(question: str) -> set[str]:
    """The terms of a question's names, numbers and years."""
    names = {t for name in name_words(question) for t in terms(name)}
    return names | {t for t in terms(question) if t[0].isdigit()}
