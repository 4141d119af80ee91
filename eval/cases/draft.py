"""Cases drafted from the figures of the documents: several wordings of each, and near misses.

Everything follows from the documents: the same index gives the same drafts, with the same ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from eval.cases.clauses import clauses_of
from eval.cases.counts import counts_in
from eval.cases.measures import Measured, measured_in
from eval.cases.sentences import Place, Sentences
from eval.cases.templates import wordings
from eval.cases.twins import homes, moved, names_place, other_place, other_year
from eval.dataset import Case, ExpectedFigure, Reference
from eval.text import tokens
from rag.period import Status

_HELD_OUT = 3
"""One figure of so many is held out."""
_PLAIN_DIGITS = 3
"""A number of so many significant digits is known without what it counts."""
_SLUG_WORDS = 5


@dataclass(frozen=True, slots=True)
class _Found:
    """A figure, where it stands and when it holds."""

    place: Place
    measured: Measured
    year: int | None
    home: str

    @property
    def key(self) -> str:
        """What tells this figure from all others."""
        return f"{self.place.document.name}\n{self.place.text}\n{self.measured.figure}"


def draft_cases(sentences: Sentences) -> list[Case]:
    """Drafts of cases, figure by figure, in an order that mixes the documents.

    A question that two sentences answer differently is not drafted.
    """
    found = sorted(_figures(sentences), key=lambda one: _digest(one.key))
    groups = [_cases(one, sentences) for one in found]
    answers: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for case in (case for group in groups for case in group):
        answers.setdefault(tokens(case.question), set()).add(_answer_of(case))
    seen: set[tuple[str, ...]] = set()
    drafts = []
    for case in (case for group in groups for case in group):
        question = tokens(case.question)
        if len(answers[question]) == 1 and question not in seen:
            seen.add(question)
            drafts.append(case)
    return drafts


def _answer_of(case: Case) -> tuple[str, ...]:
    return tokens(case.figures[0].value) if case.figures else ()


def _figures(sentences: Sentences) -> Iterator[_Found]:
    known = homes(sentences)
    for place in sentences.places:
        years = place.period.years
        # Several years, or a table's row: the grammar of a sentence does not tell which is meant.
        if len(years) > 1 or place.sentence.pieces[1:] or "\n|" in place.text:
            continue
        year = next(iter(years), None)
        for measured in _measured(place):
            yield _Found(place, measured, year, known.get(place.document.id, ""))


def _measured(place: Place) -> list[Measured]:
    """The figures of a sentence, each once, of those that it writes only once."""
    planned = place.period.status is Status.PLANNED
    text = " ".join(place.sentence.text.split())
    found: dict[str, Measured] = {}
    for clause in clauses_of(text):
        for measured in (*measured_in(clause, planned), *counts_in(clause)):
            if _is_written_once(measured.figure, text):
                found.setdefault(measured.figure, _within(measured, clause.adjunct))
    return list(found.values())


def _is_written_once(figure: str, text: str) -> bool:
    number = re.escape(figure.split()[0].rstrip("%"))
    return len(re.findall(rf"(?<![\d.,]){number}(?!\d|[.,]\d)", text)) == 1


def _within(measured: Measured, adjunct: str) -> Measured:
    """The figure of a clause that tells first where it happened."""
    if not adjunct or "rest" not in measured.parts:
        return measured
    rest = f"{measured.parts['rest']} {adjunct}"
    return replace(measured, parts={**measured.parts, "rest": rest})


def _cases(found: _Found, sentences: Sentences) -> list[Case]:
    anchor = _anchor(found, sentences)
    if not anchor:
        return []
    case = Case(
        id=_slug(found),
        question="",
        kind=found.measured.kind,
        expect=_expected(found),
        evidence=(anchor,),
        split="held-out" if _held_out(found) else "tuned",
        figures=(_figure(found),),
        references=tuple(
            Reference(found.place.document.name, span.start, span.end)
            for span in found.place.sentence.places
        ),
    )
    questions = _questions(found, sentences)
    asked = [
        replace(case, id=f"{case.id}-{i}", question=question)
        for i, question in enumerate(questions, start=1)
    ]
    return asked + _twins(found, case, questions, sentences)


def _questions(found: _Found, sentences: Sentences) -> tuple[str, ...]:
    when = f" in {found.year}" if found.year else ""
    for_when = f" for {found.year}" if found.year else ""
    bare = wordings(found.measured, "", "", sentences.lowered)
    named = found.home and not names_place(bare[0])
    where = f" in {found.home}" if named else ""
    return wordings(found.measured, where + when, where + for_when, sentences.lowered)


def _twins(found: _Found, case: Case, questions: Sequence[str], sentences: Sentences) -> list[Case]:
    twins = []
    bare = replace(
        case, kind="absent", expect=(), evidence=(), figures=(), references=(), absent=True
    )
    pick = int(_digest(found.key), 16)
    question = questions[pick % len(questions)]
    if found.home and found.home in question:
        away = other_place(sentences, found.home, found.key)
        asked = moved(question, found.home, away) if away else ""
        if asked:
            twins.append(replace(bare, id=f"{case.id}-place", question=asked, near_miss="place"))
    question = questions[(pick + 1) % len(questions)]
    planned = found.measured.planned
    year = other_year(sentences, question, found.year, planned) if found.year else None
    if year:
        asked = question.replace(str(found.year), str(year))
        twins.append(replace(bare, id=f"{case.id}-period", question=asked, near_miss="period"))
    return twins


def _anchor(found: _Found, sentences: Sentences) -> str:
    """The shortest run of words around the figure that only its sentence says; else nothing."""
    text = " ".join(found.place.text.split())
    at = text.find(found.measured.figure)
    if at < 0:
        return ""
    before, after = text[:at].split(), text[at + len(found.measured.figure) :].split()
    for width in range(min(8, len(before) + len(after)) + 1):
        for left in range(min(width, len(before)), -1, -1):
            lead, tail = before[len(before) - left :], after[: width - left]
            words = [*lead, found.measured.figure, *tail]
            phrase = " ".join(words).strip(" .,;:")
            if [place.sentence for place in sentences.saying(phrase)] == [found.place.sentence]:
                return phrase
    return ""


def _expected(found: _Found) -> tuple[tuple[str, ...], ...]:
    """The figure with its unit, and alone where it is so exact that nothing else is meant.

    Of a count, number and counted noun may stand apart: what stands between them can be said in
    other words, and is judged by the case's figure.
    """
    figure = found.measured.figure
    number = re.match(r"[\d.,]+(?: (?:thousand|million|billion|trillion)\b)?", figure)
    digits = re.sub(r"\D", "", number[0]).strip("0") if number else ""
    exact = len(digits) >= _PLAIN_DIGITS or (number and number[0][-1].isalpha())
    if exact and number and not re.search(r"%|percent", figure) and number[0] != figure:
        return ((figure, number[0]),)
    is_counted = found.measured.kind == "count" and found.measured.form != "extent"
    if is_counted and number and " " in figure[number.end() :].strip():
        return ((number[0],), (figure.split()[-1],))
    return ((figure,),)


def _figure(found: _Found) -> ExpectedFigure:
    measured = found.measured
    return ExpectedFigure(
        value=measured.figure,
        measure=(measured.measure,),
        period=str(found.year or ""),
        status="planned" if measured.planned else "achieved",
    )


def _held_out(found: _Found) -> bool:
    # By value and year, so that the same figure told twice stays on one side.
    same = f"{' '.join(tokens(found.measured.figure)[:1])} {found.year}"
    return int(_digest(same), 16) % _HELD_OUT == 0


def _slug(found: _Found) -> str:
    words = re.findall(r"[a-z0-9]+", found.measured.measure.lower())
    plain = [word for word in words if word not in ("the", "of", "and", "a", "in", "for")]
    parts = [*plain[:_SLUG_WORDS], str(found.year or ""), _digest(found.key)[:6]]
    return "-".join(part for part in parts if part)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
