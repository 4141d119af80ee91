"""The sentences of an answer that a chat model wrote, as it wrote them and as they were shown.

What the model was shown under which number is packed again from the passages that the trace names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from eval.corpus import Corpus
from eval.metrics.evidence import cited_places
from eval.metrics.measured import document_of, headings_above, is_row
from eval.prose_figures import Source, is_part
from eval.prose_judge import Finding, judge
from eval.run import Row
from rag.context import Shown, pack
from rag.drafts import Draft, Drafting
from rag.models import Answer, Citation, Claim, Filters, Passage, Scored, Sentence, Span
from rag.pipeline import Pipeline

_BEFORE = 500
"""How many characters before a sentence the sentence before it is looked for in."""
_PARTS = " | "
"""What the trace parts the parts of a question with."""
_BEGUN = re.compile(r'"text"\s*:\s*"((?:[^"\\]|\\.)*)')
"""A sentence in JSON, perhaps without its end."""
_ERRAND = re.compile(r'\s*(?:```(?:json)?\s*)?\{\s*"text"\s*:(?![\s\S]*"citations")')
"""How a text begins that restates or translates something, and answers nothing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence, what it cites, and what is right about its figures.

    `cited` are the numbers of passages or the quotes. `uncited` and `unknown` tell that it cites
    nothing, or only numbers that no passage was shown under. `own` says that a model wrote it,
    `computed` that it was worked out, and that its figures were not judged.
    """

    text: str
    cited: tuple[str, ...]
    findings: tuple[Finding, ...]
    uncited: bool = False
    unknown: bool = False
    own: bool = False
    computed: bool = False

    @property
    def faults(self) -> list[Finding]:
        """The figures that are not right."""
        return [finding for finding in self.findings if finding.fault]


@dataclass(frozen=True, slots=True)
class Written:
    """A row with the model's sentences, text by text, and with the sentences that were shown.

    `unfinished` are those that it was cut off in: nothing is known of what they cite, so their
    figures were held against everything that it was shown. `parts` is of how many parts the
    question is, 1 if it was asked as a whole.
    """

    row: Row
    texts: tuple[tuple[Judged, ...], ...]
    unfinished: tuple[Judged, ...]
    shown: tuple[Judged, ...]
    parts: int = 1

    @property
    def drafted(self) -> list[Judged]:
        """All sentences that the model wrote."""
        return [sentence for text in self.texts for sentence in text]


class Numbering:
    """Which passages a model was shown under which number, by the trace of the answer.

    A number may be of several passages where a question has parts: the trace does not tell which
    text was on which part.
    """

    def __init__(self, pipeline: Pipeline, context_tokens: int) -> None:
        self._pipeline = pipeline
        self._tokens = context_tokens

    def shown(self, row: Row) -> list[Shown]:
        """Everything that the model may have been shown, as it was numbered."""
        passages = self._pipeline.passages
        weighed = row.answer.trace.passages
        whole = [Scored(passages[w.passage_id], w.score) for w in weighed]
        return [one for found in (whole, *self._parts(row)) for one in self._packed(found)]

    def _parts(self, row: Row) -> list[list[Scored[Passage]]]:
        names = row.case.documents
        filters = Filters(documents=names) if names else None
        return [self._pipeline.search(part, filters) for part in parts_of(row.answer)]

    def _packed(self, found: Sequence[Scored[Passage]]) -> Sequence[Shown]:
        documents = self._pipeline.index.documents
        return pack(found, documents, self._tokens)


def parts_of(answer: Answer) -> list[str]:
    """The parts of a question that was asked in one breath with others."""
    told = answer.trace.question.get("parts", "")
    return told.split(_PARTS) if told else []


def read_written(row: Row, numbering: Numbering, corpus: Corpus) -> Written:
    """The row with every sentence judged."""
    raw = [text for text in row.answer.trace.raw if not _is_errand(text)]
    shown = numbering.shown(row) if raw else []
    texts = [_drafts(text) for text in raw]
    begun = [text for text in map(_cut_off, raw) if text]
    question = _read_as(row)
    judged = partial(_judged_draft, shown=shown, corpus=corpus, question=question)
    known = [source for one in shown for source in sources_of(one, corpus)]
    return Written(
        row,
        tuple(tuple(map(judged, drafts)) for drafts in texts),
        tuple(Judged(text, (), tuple(judge(text, known, known, question))) for text in begun),
        tuple(judged_claims(row, corpus, {draft.text for drafts in texts for draft in drafts})),
        max(1, len(parts_of(row.answer))),
    )


def judged_claims(row: Row, corpus: Corpus, own: Collection[str] = ()) -> list[Judged]:
    """The sentences of an answer with their figures judged; `own` are texts that a model wrote."""
    question = _read_as(row)
    return [
        _judged_claim(claim, question, corpus, claim.text in own) for claim in row.answer.claims
    ]


def _read_as(row: Row) -> str:
    """The question with what a follow-up leaves out."""
    return row.answer.trace.question.get("read as") or row.case.question


def _is_errand(raw: str) -> bool:
    """Whether a model wrote it on another errand than the answer: to restate or to translate."""
    return _ERRAND.match(raw) is not None


def _drafts(raw: str) -> list[Draft]:
    drafting = Drafting()
    return [*drafting.take(raw), *drafting.finish()]


def _cut_off(raw: str) -> str:
    """The sentence that a text in JSON breaks off in, if it does."""
    *_, last = [None, *_BEGUN.finditer(raw)]
    return last[1] if last and "}" not in raw[last.end() :] else ""


def _judged_draft(draft: Draft, shown: Sequence[Shown], corpus: Corpus, question: str) -> Judged:
    known = [source for one in shown for source in sources_of(one, corpus)]
    cited = [s for one in shown if one.number in draft.cited for s in sources_of(one, corpus)]
    return Judged(
        draft.text,
        tuple(map(str, draft.cited)),
        tuple(judge(draft.text, cited, known, question)),
        uncited=not draft.cited,
        unknown=bool(draft.cited) and not cited,
        own=True,
    )


def _judged_claim(claim: Claim, question: str, corpus: Corpus, own: bool) -> Judged:
    sources = _sources_cited(claim.text, claim.citations, corpus)
    findings = () if claim.computed else judge(claim.text, sources, sources, question)
    return Judged(
        claim.text,
        tuple(citation.quote for citation in claim.citations),
        tuple(findings),
        uncited=not claim.citations,
        own=own,
        computed=claim.computed,
    )


def sources_of(shown: Shown, corpus: Corpus) -> list[Source]:
    """Every sentence of a passage that the model was shown."""
    document = shown.document
    year = document.published.year if document.published else None
    above = (*reversed(shown.passage.heading), document.label)
    return [
        Source(
            sentence.text,
            corpus.text_at(document.id, _before(sentence.span)),
            above,
            year,
            row=bool(sentence.pieces) and "|" in _stored(sentence, document.id, corpus),
        )
        for sentence in shown.sentences
    ]


def _sources_cited(text: str, citations: Sequence[Citation], corpus: Corpus) -> list[Source]:
    """What is cited for a text, each place for itself; the pieces of a table's row together."""
    places = cited_places(citations, corpus)
    if is_row(places):
        row = " ".join(place.text for place in places)
        return [Source(row, "", _above(citations[0], corpus), _year(citations[0]), row=True)]
    found = [
        Source(
            place.text,
            corpus.text_at(place.document_id, _before(place.span)),
            _above(citation, corpus),
            _year(citation),
            row="|" in place.text,
        )
        for citation, place in zip(citations, places, strict=True)
    ]
    whole = " ".join(place.text for place in places)
    # An item of a list is quoted behind what leads to it, and is one sentence with that.
    is_joined = len(found) > 1 and is_part(text, whole)
    return [*found, replace(found[0], text=whole)] if is_joined else found


def _above(citation: Citation, corpus: Corpus) -> tuple[str, ...]:
    document = document_of(citation, corpus)
    label = (document.label,) if document else ()
    return (*reversed(headings_above(citation, corpus)), *label)


def _year(citation: Citation) -> int | None:
    return citation.published.year if citation.published else None


def _stored(sentence: Sentence, document_id: str, corpus: Corpus) -> str:
    return " ".join(corpus.text_at(document_id, span) for span in sentence.places)


def _before(span: Span) -> Span:
    return Span(max(0, span.start - _BEFORE), span.start)
