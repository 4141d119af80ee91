"""Why a question, or a part of it, is not answered: a sentence that names what is missing.

Each reason is looked for in turn, the plainest first; what it says is checked against the index,
never guessed. When none applies, the general sentence is all that can be said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rag.corpus_language import CorpusLanguage
from rag.index import Index
from rag.mentions import Mentions
from rag.models import Claim
from rag.period import months_in, period_of, without_months
from rag.quantities import holds_amount
from rag.question import Question
from rag.rank import Candidate
from rag.terms import measure_terms
from rag.text import term, terms
from rag.topic import Topic, held_by, names_in, subject_of
from rag.trace import Found

_DIMENSION = re.compile(
    r"\bhow\s+(?!many\b|much\b)([a-z]+)\s+(?:is|are|was|were|will|did|do|does|has|have|had|can)\b",
    re.I,
)
GENERAL = "The documents do not say this; the nearest passages are listed."
_MOSTLY = 0.4
"""Share of what is asked about, by weight, whose absence says why there is no answer."""
_MOST_NAMED = 3
_FEW_DATES = 3


class Refusals:
    """Says what is missing from the documents of one index."""

    def __init__(self, index: Index, *, multilingual: bool) -> None:
        self._index = index
        self._mentions = Mentions(index)
        self._topic = Topic(index)
        self._multilingual = multilingual
        self._languages = CorpusLanguage(index)

    def is_foreign(self, found: Found) -> bool:
        """Whether the question is in a language that neither the model nor the documents know."""
        return self._foreign(found) is not None

    def why(self, found: Found, removed: Sequence[Claim]) -> str:
        """Why nothing is answered."""
        if removed:
            return (
                "An answer was found but its proof did not hold "
                f"({removed[0].verdict.value}), so it is not shown."
            )
        return next(self._reasons(found))

    def rest(
        self, question: Question, refused: Sequence[Found], claims: Sequence[Claim]
    ) -> str | None:
        """What the claims leave unanswered, in the words of the question; `None` if nothing."""
        piece = dict(zip(question.parts, question.pieces, strict=False))
        missing = {f.question.asked for f in refused}
        answered = [part for part in question.parts if part not in missing]
        parts = [f.question.asked for f in refused if not _is_told(f, claims, answered)]
        left = question.pieces[len(question.parts) :]
        told = (
            f"The documents do not say: {_quoted(piece.get(part, part) for part in parts)}."
            if parts
            else "",
            f"Not looked up, ask one by one: {_quoted(left)}." if left else "",
        )
        return " ".join(filter(None, told)) or None

    def _reasons(self, found: Found) -> Iterator[str]:
        checks = (
            self._foreign,
            self._undated,
            self._unnamed,
            self._without_passages,
            self._other_years,
            self._of_others,
            self._without_figure,
            self._unheard,
        )
        yield from (reason for check in checks if (reason := check(found)))
        yield GENERAL

    def _foreign(self, found: Found) -> str | None:
        """The question cannot be read at all."""
        asked = None if self._multilingual else self._languages.foreign(found.question.asked)
        if asked is None:
            return None
        held = self._languages.held
        return (
            f"The question is in {asked}, but the documents are in {_all(held)}; "
            f"ask in {_either(held)}."
        )

    def _unnamed(self, found: Found) -> str | None:
        """A name that stands nowhere in the documents."""
        names = [
            name
            for name in names_in(without_months(found.question.text))
            if not self._is_mentioned(name)
        ]
        return f"The documents do not mention {_either(names[:_MOST_NAMED])}." if names else None

    def _is_mentioned(self, name: str) -> bool:
        if not all(map(self._index.knows, terms(name))):
            return False
        last = name.split()[-2:]
        if len(last) == 2 and last[1].isdigit():
            return self._mentions.stand(" ".join(last))
        return self._mentions.together(name)

    def _undated(self, found: Found) -> str | None:
        """A month of which there is no document, and which none speaks of."""
        asked = [date(*month, 1) for month in sorted(months_in(found.question.text))]
        held = {d.published for d in self._index.documents.values() if d.published}
        if not asked or not held or any(_same_month(a, h) for a in asked for h in held):
            return None
        if any(self._mentions.stand(f"{month:%B %Y}") for month in asked):
            return None
        months = _either([f"{month:%B %Y}" for month in asked])
        return f"None of the documents is dated {months}; they are {_dates(held)}."

    def _without_passages(self, found: Found) -> str | None:
        return None if found.passages else "No document has anything on this."

    def _other_years(self, found: Found) -> str | None:
        """A year of which the documents say nothing on this, while they do of others."""
        asked = found.question.years(None)
        told = {year for s in self._topic.sentences(found) for year in self._years(s.item)}
        if not asked or asked & told:
            return None
        when = _all(map(str, sorted(asked)))
        if told:
            others = _all(map(str, sorted(told)))
            return f"The documents say nothing on this for {when}; they tell of {others}."
        if any(self._index.knows(str(year)) for year in asked):
            return None
        return f"The documents say nothing of {when}."

    def _years(self, candidate: Candidate) -> frozenset[int]:
        published = self._index.documents[candidate.passage.document_id].published
        reference = published.year if published else None
        return period_of(candidate.sentence.text, candidate.passage.heading, reference).years

    def _of_others(self, found: Found) -> str | None:
        """What is said on the subject is said of somebody or something else."""
        on_topic = self._topic.sentences(found)
        if found.evidence.get("names", 1.0) > 0 or not on_topic:
            return None
        held = held_by(on_topic[0].item)
        names = [n for n in names_in(found.question.text) if not held & set(terms(n))]
        if not names:
            return None
        return f"What the documents say on this is not about {_either(names[:_MOST_NAMED])}."

    def _without_figure(self, found: Found) -> str | None:
        """A figure is asked for, and what is said on the subject has none."""
        on_topic = self._topic.sentences(found)
        if found.question.figure is None or not on_topic:
            return None
        if any(holds_amount(s.item.sentence.text) for s in on_topic):
            return None
        subject = subject_of(found.question.text, held_by(on_topic[0].item))
        return f"The documents speak of “{subject}” but give no figure." if subject else None

    def _unheard(self, found: Found) -> str | None:
        """Most of what is asked about stands nowhere in the documents."""
        weights = self._topic.weights(found)
        unknown = [word for word in weights if not self._topic.knows(word)]
        if sum(weights[word] for word in unknown) <= _MOSTLY * sum(weights.values()):
            return None
        noun = "word" if len(unknown) == 1 else "words"
        told = _either([f"“{word}”" for word in unknown[:_MOST_NAMED]])
        return f"The documents do not use the {noun} {told}."


def _is_told(found: Found, claims: Sequence[Claim], answered: Sequence[str]) -> bool:
    """Whether a claim stands on what best answers the refused part, and that fits the part.

    The claim must say whatever sets the part apart from those that were answered.
    """
    if not found.ranked or found.evidence.get("unknown") or not found.evidence.get("names", 1.0):
        return False
    best = found.ranked[0]
    if min(best.parts.get(fit, 0.0) for fit in ("period", "amount", "dated", "status")) < 0:
        return False
    span, document = best.item.sentence.span, best.item.passage.document_id
    own = _measured(found.question.text).difference(*map(_measured, answered))
    return any(
        c.document_id == document
        and c.span.overlaps(span)
        and own <= found.question.widened(frozenset(terms(" ".join((*c.heading, claim.text)))))
        for claim in claims
        for c in claim.citations
    )


def _measured(text: str) -> set[str]:
    """The terms for what is asked about, the dimension of "how wide" and "how long" among them."""
    return {*measure_terms(text), *(term(m[1].lower()) for m in _DIMENSION.finditer(text))}


def _quoted(pieces: Iterable[str]) -> str:
    return "; ".join(f"“{piece.rstrip(' ,;:?')}”" for piece in pieces)


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)


def _dates(held: set[date]) -> str:
    months = list(dict.fromkeys(f"{day:%B %Y}" for day in sorted(held)))
    if len(months) <= _FEW_DATES:
        return f"of {_all(months)}"
    return f"from {months[0]} to {months[-1]}"


def _all(items: Iterable[str]) -> str:
    return _joined(list(items), "and")


def _either(items: Sequence[str]) -> str:
    return _joined(list(items), "or")


def _joined(items: list[str], link: str) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {link} {items[-1]}"
