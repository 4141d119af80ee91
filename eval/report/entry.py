"""One case as the page shows it: all that was asked, said, wanted and measured, as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.corpus import Corpus
from eval.metrics import Score
from eval.report.failures import problems
from eval.report.wanted import Wanted, wanted_of
from eval.run import Row
from eval.summary import STAGE, label
from rag.models import Answer, Citation, Claim, Span, Weighed

AROUND = 150
"""How many characters of a document are shown before a cited place, and as many after it."""
_SNIPPET = 90
_GOOD_IF = {
    "right": True,
    "cited": True,
    "quotes_exact": True,
    "abstained_correctly": True,
    "abstained_wrongly": False,
    "wrong_period": False,
}


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A place in a document's stored text, and the text around it."""

    before: str
    marked: str
    after: str


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered citation in its surroundings; `altered` is a quote that the document lacks."""

    number: int
    title: str
    where: str
    excerpt: Excerpt
    altered: str


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence with the numbers of its sources; `verdict` is what the checks said of it."""

    text: str
    numbers: tuple[int, ...]
    verdict: str


@dataclass(frozen=True, slots=True)
class Told:
    """A score as text; `good` is `None` where it is neither good nor bad."""

    name: str
    value: str
    reason: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class Considered:
    """A passage or sentence of the trace."""

    where: str
    text: str
    score: str
    parts: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the run, ready to be shown; `attributes` are what it can be filtered by."""

    row: Row
    failed: bool
    why: str
    attributes: Mapping[str, str]
    claims: Sequence[Saying]
    sources: Sequence[Source]
    nearest: Sequence[Source]
    wanted: Wanted
    scores: Sequence[Told]
    passages: Sequence[Considered]
    sentences: Sequence[Considered]
    removed: Sequence[Saying]
    removed_sources: Sequence[Source]
    basis: str
    usage: str
    timings: str


def entry_of(row: Row, corpus: Corpus) -> Entry:
    """Everything about a row that the page shows."""
    answer, trace = row.answer, row.answer.trace
    wrong = problems(row)
    removed = tuple(dict.fromkeys(c for claim in trace.removed for c in claim.citations))
    return Entry(
        row=row,
        failed=bool(wrong),
        why="; ".join(wrong),
        attributes=attributes_of(row),
        claims=_sayings(answer.claims, answer.citations),
        sources=_sources(answer.citations, corpus),
        nearest=_sources(answer.nearest, corpus),
        wanted=wanted_of(row, corpus),
        scores=[_told(n, s) for n, s in row.scores.items() if not n.startswith(STAGE)],
        passages=[_considered(w, corpus, _SNIPPET) for w in trace.passages],
        sentences=[_considered(w, corpus) for w in trace.sentences],
        removed=_sayings(trace.removed, removed),
        removed_sources=_sources(removed, corpus),
        basis=_parts(trace.evidence),
        usage=", ".join(f"{name} {count:,}" for name, count in trace.usage.items()),
        timings=_timings(answer),
    )


def attributes_of(row: Row) -> dict[str, str]:
    """What a row can be filtered by; empty where it has nothing of the kind."""
    return {
        "result": "failed" if problems(row) else "right",
        "kind": row.case.kind,
        "split": row.case.split,
        "document": label(row, "document") or "",
        "language": label(row, "language") or row.case.language,
        "lost": label(row, "lost_at") or "",
    }


def excerpt(text: str, span: Span, around: int = AROUND) -> Excerpt:
    """A stretch of a text with what stands around it, cut at blanks where there are any near."""
    start, end = max(span.start - around, 0), min(span.end + around, len(text))
    before, after = text[start : span.start], text[span.end : end]
    if start > 0:
        before = "… " + before[before.find(" ") + 1 :].lstrip()
    if end < len(text):
        after = after[: after.rfind(" ")].rstrip() + " …" if " " in after else after + "…"
    return Excerpt(before, text[span.start : span.end], after)


def _sayings(claims: Iterable[Claim], citations: Sequence[Citation]) -> list[Saying]:
    number = {citation: i for i, citation in enumerate(citations, start=1)}
    return [
        Saying(claim.text, tuple(number[c] for c in claim.citations), claim.verdict.value)
        for claim in claims
    ]


def _sources(citations: Iterable[Citation], corpus: Corpus) -> list[Source]:
    return [_source(i, citation, corpus) for i, citation in enumerate(citations, start=1)]


def _source(number: int, citation: Citation, corpus: Corpus) -> Source:
    document, span = corpus.documents.get(citation.document_id), citation.span
    found = excerpt(document.text, span) if document else Excerpt("", "", "")
    facts = [citation.document, f"characters {span.start:,} to {span.end:,}"]
    facts += [f"page {citation.page}"] if citation.page else []
    facts += [citation.heading[-1]] if citation.heading else []
    altered = citation.quote if citation.quote != found.marked else ""
    return Source(number, citation.title, " · ".join(facts), found, altered)


def _told(name: str, score: Score) -> Told:
    value, wanted = score.value, _GOOD_IF.get(name)
    good = None if wanted is None or not isinstance(value, bool) else value is wanted
    return Told(name.replace("_", " "), _value(value), score.reason, good)


def _value(value: bool | float | str | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return value or "–"


def _considered(weighed: Weighed, corpus: Corpus, most: int | None = None) -> Considered:
    document = corpus.documents.get(weighed.document_id)
    name = document.name if document else weighed.document_id
    text = " ".join(corpus.text_at(weighed.document_id, weighed.span).split())
    if most and len(text) > most:
        text = text[:most].rsplit(" ", 1)[0] + " …"
    where = f"{name} {weighed.span.start}–{weighed.span.end}"
    return Considered(where, text, f"{weighed.score:.3f}", _parts(weighed.parts))


def _parts(parts: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in parts.items())


def _timings(answer: Answer) -> str:
    return ", ".join(f"{stage} {ms:.1f}" for stage, ms in answer.timings_ms.items())
