"""Claims against the stored text: what does not hold is not shown. Pure, no I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace

from rag.models import Citation, Claim, Document, Verdict
from rag.quantities import missing_from

_LEFT_OUT = re.compile(
    r"\n\d{1,2}\s+(?=[(“\"‘A-Z\[])[^\n]*?[.!?][\"'”’)\]]*(?=\s+[a-z])"  # a note before the text
    r"|\n[^\n]*(?=\n)"  # whole lines: notes, by-lines, site furniture
    r"|(?:(?<=[a-z]{3})|(?<=[”’\")\]])|(?<=[a-z”’\")\]][.!?]))\d{1,2}(?=[”’\")\]]?(?:[\s.,;:]|$))"
    r"|\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)?\)|\]\[[^\[\]\n]*\]|\[\^[^\]\s]{1,40}\]:?"
    r"|</?[A-Za-z!][^<>]*>|&(?:[a-z]+|#\d{1,6});"
)
"""What a sentence's tidied text may lack: lines between its own, markers of notes, markup."""

_MARKS = re.compile(
    r"(?<![\w\\])[*_`~]+|[*_`~]+(?!\w)|\\(?=\W)|[\u00ad\u200b-\u200d\ufeff]",
)
"""Markup and invisible characters that may stand within a figure."""


def verify(claim: Claim, documents: Mapping[str, Document]) -> Claim:
    """The claim with its verdict: `supported` only if every check holds.

    A claim needs a citation; each citation must be of a known document and quote its text at its
    offsets exactly; the claim must be what the citations say, letter for letter, but for blanks,
    marks and what `_LEFT_OUT` allows; and every number of it must stand in what is left (the
    extractive engine quotes; it never words anything itself).
    """
    return replace(claim, verdict=_verdict(claim, documents))


def _verdict(claim: Claim, documents: Mapping[str, Document]) -> Verdict:
    if not claim.citations:
        return Verdict.UNCITED
    for citation in claim.citations:
        if citation.document_id not in documents:
            return Verdict.UNKNOWN_SOURCE
        if not quote_is_exact(citation, documents[citation.document_id]):
            return Verdict.QUOTE_ALTERED
    quoted = "\n".join(citation.quote for citation in claim.citations)
    said = _said(claim.text, quoted)
    if missing_from(claim.text, _MARKS.sub("", quoted if said is None else said)):
        return Verdict.FIGURE_NOT_IN_SPAN
    return Verdict.TEXT_NOT_IN_SPAN if said is None else Verdict.SUPPORTED


def quote_is_exact(citation: Citation, document: Document) -> bool:
    """Whether the quote equals the stored text at the citation's offsets, and is not empty."""
    span = citation.span
    return bool(citation.quote) and document.text[span.start : span.end] == citation.quote


def _said(claimed: str, quoted: str) -> str | None:
    """The quote without what the claim leaves out, or `None` if the two differ otherwise."""
    wanted = _letters(claimed)
    reached = {0: ""}  # how far into the claim -> what of the quote led there
    for stretch, needed in _stretches(quoted):
        own = _letters(stretch)
        passed = {} if needed else {at: f"{said} " for at, said in reached.items()}
        taken = {
            at + len(own): said + stretch
            for at, said in reached.items()
            if wanted.startswith(own, at)
        }
        reached = {**passed, **taken}
    return reached.get(len(wanted)) if wanted else None


def _stretches(quoted: str) -> Iterator[tuple[str, bool]]:
    """The quote cut up; with each stretch, whether a claim has to hold it."""
    done = 0
    for match in _LEFT_OUT.finditer(quoted):
        yield quoted[done : match.start()], True
        yield match.group(), False
        done = match.end()
    yield quoted[done:], True


def _letters(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
