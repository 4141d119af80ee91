"""A conversation as it is written down: the same words and notes for every form it is exported to.

Pure; each note is numbered once over the whole conversation, as a word processor would number it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count

from rag.models import Answer, Citation, Claim, Verdict
from ui.keeping.kept import Conversation, Kept
from ui.words import Words

Address = Callable[[str], str]
"""Where a permalink leads, in full."""


@dataclass(frozen=True, slots=True)
class Note:
    """One footnote: the cited words, where they stand, and a link to them."""

    number: int
    quote: str
    title: str
    facts: tuple[str, ...]
    link: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words of an answer with what is to be said of them, and the notes they stand on."""

    text: str
    remark: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One exchange; `nearest` are passages that may help where there is no answer."""

    question: str
    said: tuple[Sentence, ...]
    nearest: tuple[Sentence, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """The whole, from top to bottom; `nearest` is the heading of such passages."""

    title: str
    lines: tuple[str, ...]
    exchanges: tuple[Told, ...]
    nearest: str
    language: str

    @property
    def notes(self) -> Iterator[Note]:
        """All notes, by number."""
        for told in self.exchanges:
            for sentence in (*told.said, *told.nearest):
                yield from sentence.notes


def telling(conversation: Conversation, address: Address, words: Words) -> Telling:
    """The words of a conversation in the language of the interface; answers stay as they are."""
    numbers = count(1)
    exchanges = tuple(_told(kept, address, words, numbers) for kept in conversation.exchanges)
    return Telling(
        title=conversation.heading.title or words("history.untitled"),
        lines=(_about(conversation, words), words("history.checked")),
        exchanges=exchanges,
        nearest=words("ask.nearest"),
        language=words.language,
    )


def _about(conversation: Conversation, words: Words) -> str:
    heading = conversation.heading
    first, last = heading.began.date(), heading.changed.date()
    questions = words("history.questions", n=heading.count)
    told = words("history.one_question") if heading.count == 1 else questions
    return " · ".join(
        [
            words("history.by", owner=conversation.owner),
            words(
                "history.span_day" if first == last else "history.span",
                count=told,
                **_days(words, first, last),
            ),
        ]
    )


def _days(words: Words, first: date, last: date) -> dict[str, str]:
    days = {"first": words.day(first)}
    return days if first == last else {**days, "last": words.day(last)}


def _told(kept: Kept, address: Address, words: Words, numbers: Iterator[int]) -> Told:
    def note(citation: Citation) -> Note:
        return _note(next(numbers), citation, address, words)

    answer = kept.answer
    said = [_sentence(claim, note, words) for claim in answer.claims]
    if answer.abstained:
        said = [Sentence(answer.reason or words("ask.not_said"))]
    elif answer.reason:
        said.append(Sentence(answer.reason))
    near = answer.nearest if answer.abstained else ()
    return Told(
        question=kept.question,
        said=tuple(said),
        nearest=tuple(Sentence(_one_line(c.quote), notes=(note(c),)) for c in near),
        facts=_facts(answer, kept.asked, words),
    )


def _sentence(claim: Claim, note: Callable[[Citation], Note], words: Words) -> Sentence:
    return Sentence(claim.text, _remark(claim, words), tuple(map(note, claim.citations)))


def _remark(claim: Claim, words: Words) -> str:
    if claim.verdict is not Verdict.SUPPORTED:
        return words("history.unchecked")
    if claim.translated:
        return words("history.translated")
    return words("history.computed") if claim.computed else ""


def _note(number: int, citation: Citation, address: Address, words: Words) -> Note:
    facts = [words.day(citation.published)]
    if citation.page:
        facts.append(words("history.page_word", n=citation.page))
    if citation.heading and citation.heading[-1] != citation.title:
        facts.append(words("history.under", heading=citation.heading[-1]))
    facts.append(citation.document)
    link = address(citation.permalink)
    return Note(number, _one_line(citation.quote), citation.title, tuple(facts), link)


def _facts(answer: Answer, asked: datetime, words: Words) -> tuple[str, ...]:
    at = asked.astimezone(UTC)
    when = words("history.asked", day=words.day(at.date()), time=f"{at:%H:%M}")
    if answer.abstained:
        return (when,)
    quoted = answer.model is None
    how = words("ask.made_quoted") if quoted else words("ask.made_written", model=answer.model)
    return when, words("ask.confidence", how=how, share=f"{answer.confidence:.0%}")


def _one_line(text: str) -> str:
    return " ".join(text.split())
