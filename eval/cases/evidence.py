"""Where the evidence of a case stands, and whether what it expects follows from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eval.cases.finding import Finding
from eval.cases.sentences import Place, Sentences
from eval.dataset import Case, ExpectedFigure, Reference
from eval.text import contains
from rag.models import Document, Filters, Passage, Span
from rag.quantities import quantities


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentences that say an anchor of a case or lie in one of its references."""

    places: tuple[Place, ...]
    passages: tuple[Passage, ...]
    """The passages of the sentences, and those of the lists and sections under their heading."""

    def says(self, phrase: str) -> bool:
        """Whether one of the passages, or the heading above it, says the phrase."""
        return any(contains(passage.searchable, phrase) for passage in self.passages)

    def quotes(self, phrase: str) -> bool:
        """Whether one of the sentences says the phrase."""
        return any(place.says(phrase) for place in self.places)


def evidence_of(case: Case, sentences: Sentences) -> Evidence:
    """Where the anchors and references of a case stand; nothing if it has none."""
    places: dict[int, Place] = {}
    for anchor in case.evidence:
        places |= {id(place): place for place in _saying(anchor, case, sentences)}
    for reference in case.references:
        places |= {id(place): place for place in _within(reference, sentences)}
    around = {p.id: p for place in places.values() for p in _around(place, sentences)}
    return Evidence(tuple(places.values()), tuple(around.values()))


def prove_evidence(case: Case, sentences: Sentences) -> Iterator[Finding]:
    """That evidence and references are there, and that expectation and figures follow from them."""
    if case.absent:
        return
    faults = [*_anchor_faults(case, sentences), *_reference_faults(case, sentences)]
    yield from faults
    evidence = evidence_of(case, sentences)
    if evidence.places:
        yield from _expectation_faults(case, evidence)
        yield from _rejection_faults(case, evidence)
        for figure in case.figures:
            yield from _figure_faults(case, figure, evidence)
    elif not faults:
        yield from _unpinned_faults(case, sentences)


def _around(place: Place, sentences: Sentences) -> Iterator[Passage]:
    yield place.passage
    above = place.passage.heading
    for passage in sentences.corpus.passages_of(place.document.id) if above else ():
        if passage.heading[: len(above)] == above:
            yield passage


def _saying(anchor: str, case: Case, sentences: Sentences) -> list[Place]:
    admitted = Filters(documents=case.documents)
    return [place for place in sentences.saying(anchor) if admitted.admits(place.document)]


def _within(reference: Reference, sentences: Sentences) -> list[Place]:
    span = Span(reference.start, reference.end)
    return [
        place
        for place in sentences.places
        if place.document.name == reference.document
        and any(piece.overlaps(span) for piece in place.sentence.places)
    ]


def _anchor_faults(case: Case, sentences: Sentences) -> Iterator[Finding]:
    for anchor in case.evidence:
        if _saying(anchor, case, sentences):
            continue
        if any(contains(document.text, anchor) for document in sentences.documents.values()):
            text = f"the evidence {anchor!r} stands in no single sentence, so no citation covers it"
            yield Finding(case.id, "warning", text)
        else:
            yield Finding(case.id, "error", f"the evidence {anchor!r} stands in no document")


def _reference_faults(case: Case, sentences: Sentences) -> Iterator[Finding]:
    by_name = {document.name: document for document in sentences.documents.values()}
    for reference in case.references:
        document = by_name.get(reference.document)
        if document is None:
            text = f"the reference names {reference.document!r}, which the index does not hold"
            yield Finding(case.id, "error", text)
        elif reference.end > len(document.text):
            yield Finding(case.id, "error", _beyond(reference, document))
        elif not _within(reference, sentences):
            text = f"the reference [{reference.start}, {reference.end}) holds no sentence"
            yield Finding(case.id, "error", text)


def _beyond(reference: Reference, document: Document) -> str:
    length = len(document.text)
    return f"the reference ends at {reference.end}, but {document.name} has {length} characters"


def _expectation_faults(case: Case, evidence: Evidence) -> Iterator[Finding]:
    for group in case.expect:
        if not any(evidence.says(phrase) for phrase in group):
            text = f"the expected {' or '.join(group)!r} does not follow from the evidence"
            yield Finding(case.id, "error", text)


def _rejection_faults(case: Case, evidence: Evidence) -> Iterator[Finding]:
    for rejected in case.reject:
        spoilt = [p for group in case.expect for p in group if contains(p, rejected)]
        if spoilt:
            text = f"the rejected {rejected!r} is part of the expected {spoilt[0]!r}"
            yield Finding(case.id, "error", text)
        elif all(place.says(rejected) for place in evidence.places):
            text = f"the rejected {rejected!r} stands in every sentence of the evidence"
            yield Finding(case.id, "error", text)


def _figure_faults(case: Case, figure: ExpectedFigure, evidence: Evidence) -> Iterator[Finding]:
    telling = [place for place in evidence.places if place.says(figure.value)]
    if not telling:
        away = evidence.says(figure.value) or evidence.quotes(_quantity(figure.value))
        where = "does not stand like this in one" if away else "is in no"
        text = f"the figure {figure.value!r} {where} sentence of the evidence"
        yield Finding(case.id, "warning" if away else "error", text)
        return
    wanted = {int(year) for year in figure.period.split("-") if len(year) == 4}
    told = [place.period.years for place in telling]
    if wanted and all(years and not wanted & years for years in told):
        years = ", ".join(str(year) for year in sorted(frozenset[int]().union(*told)))
        text = f"the figure {figure.value!r} is dated {figure.period}, its sentence {years}"
        yield Finding(case.id, "warning", text)


def _quantity(value: str) -> str:
    """The number of a figure, without its unit; the figure itself if it has none in digits."""
    found = quantities(value)
    return value[found[0].start : found[0].end] if found else value


def _unpinned_faults(case: Case, sentences: Sentences) -> Iterator[Finding]:
    """A case that names no evidence: each group must at least be said somewhere."""
    for group in case.expect:
        if not any(_saying(phrase, case, sentences) for phrase in group):
            yield Finding(case.id, "error", f"no sentence says the expected {' or '.join(group)!r}")
    for figure in case.figures:
        if not _saying(_quantity(figure.value), case, sentences):
            yield Finding(case.id, "error", f"no sentence says the figure {figure.value!r}")
