"""An answer's trace to lines for a terminal: how it came about. Pure; prints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.text import Text

from rag.models import Answer, Claim, Document, Verdict, Weighed
from rag.spelling import mended_words
from rag.text import words
from ui.console import line_of

_START_CHARS = 64
_READ_AS = "read as"
_FIRST = ("reader", "cosine", "coverage", "period", "status", "amount")
"""The parts that tell most; any others follow in the order of the trace."""
_WHY: Mapping[Verdict, str] = {
    Verdict.UNCITED: "it cites nothing",
    Verdict.UNKNOWN_SOURCE: "it cites a document that the index does not hold",
    Verdict.QUOTE_ALTERED: "its quote is not what the document says there",
    Verdict.FIGURE_NOT_IN_SPAN: "it tells a figure that the cited place does not",
    Verdict.TEXT_NOT_IN_SPAN: "it says words that the cited place does not",
}


def explanation(
    answer: Answer,
    documents: Mapping[str, Document],
    threshold: float,
    weights: Mapping[str, float] | None = None,
) -> list[Text]:
    """How the answer came about, line by line; `documents` are those of the index by id.

    `threshold` is the confidence that was needed. `weights` are those of the confidence's model,
    by the name of the evidence: given them, it is told what each evidence adds in log-odds.
    """
    trace = answer.trace
    passages = [_candidate(p, documents) for p in trace.passages]
    sentences = [_candidate(s, documents, _is_cited(s, answer)) for s in trace.sentences]
    return [
        *_titled("Question", _reading(answer)),
        *_titled(f"Passages found: {len(passages)}", _scores(passages)),
        *_titled(f"Sentences ranked: {len(sentences)} (*: in the answer)", _scores(sentences)),
        *_titled("Confidence", _decision(answer, threshold, weights or {})),
        *_titled("Removed by verification", _removed(trace.removed)),
        *_titled("Milliseconds", [_timings(answer.timings_ms)]),
    ]


def _titled(title: str, lines: Iterable[str]) -> Iterator[Text]:
    """A section after a blank line; `none` if it has no lines."""
    yield Text()
    yield line_of((title, "bold"))
    yield from (line_of(f"  {line}") for line in list(lines) or ["none"])


def _reading(answer: Answer) -> Iterator[str]:
    read = answer.trace.question
    for name, value in read.items():
        yield f"{name:<8}  {value}"
    mended = _mended(answer.question, read.get(_READ_AS, answer.question))
    if mended:
        yield f"{'mended':<8}  {mended}"


def _mended(asked: str, read: str) -> str:
    """The words that were respelt; nothing for a follow-up, which becomes another question."""
    if len(words(asked)) != len(words(read)):
        return ""
    return ", ".join(f"{old} → {new}" for old, new in mended_words(asked, read))


def _candidate(
    weighed: Weighed, documents: Mapping[str, Document], cited: bool = False
) -> tuple[Weighed, str]:
    """What was weighed, and its mark, first words and source."""
    document = documents.get(weighed.document_id)
    text = document.text[weighed.span.start : weighed.span.end] if document else ""
    start = " ".join(text.split())
    if len(start) > _START_CHARS:
        start = f"{start[: _START_CHARS - 1]}…"
    name = document.name if document else weighed.document_id
    return weighed, f"{'*' if cited else ' '} {start} · {name}"


def _is_cited(weighed: Weighed, answer: Answer) -> bool:
    return any(
        c.document_id == weighed.document_id and c.span.overlaps(weighed.span)
        for c in answer.citations
    )


def _scores(candidates: Sequence[tuple[Weighed, str]]) -> list[str]:
    """A header, and a line each: score, every part that is not zero everywhere, then the words."""
    if not candidates:
        return []
    found = dict.fromkeys(n for w, _ in candidates for n, value in w.parts.items() if value)
    names = [*(n for n in _FIRST if n in found), *(n for n in found if n not in _FIRST)]
    header = ["score", *names]
    rows = [
        [f"{w.score:.3f}", *(f"{w.parts[n]:.2f}" if n in w.parts else "" for n in names)]
        for w, _ in candidates
    ]
    told = ["", *(start for _, start in candidates)]
    columns = zip(_columns([header, *rows]), told, strict=True)
    return [f"{cells}  {start}".rstrip() for cells, start in columns]


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as text, every column flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.rjust, row, widths)) for row in rows]


def _decision(answer: Answer, threshold: float, weights: Mapping[str, float]) -> Iterator[str]:
    end = f"abstained: {answer.reason}" if answer.abstained else "answered"
    least = " (of the least sure part answered)" if "parts" in answer.trace.question else ""
    yield f"{answer.confidence:.3f}{least}, needed {threshold:.3f}; {end}"
    rows = [
        [name, f"{value:.2f}", *([f"{weights.get(name, 0.0) * value:+.2f}"] if weights else [])]
        for name, value in answer.trace.evidence.items()
    ]
    if rows:
        yield from _columns([["evidence", "value", *(["adds"] if weights else [])], *rows])


def _removed(claims: Iterable[Claim]) -> Iterator[str]:
    for claim in claims:
        yield f"{claim.verdict.value}: {_WHY.get(claim.verdict, 'it does not hold')}"
        yield f"    {claim.text}"


def _timings(timings_ms: Mapping[str, float]) -> str:
    return ", ".join(f"{stage} {ms:.1f}" for stage, ms in timings_ms.items())
