"""Claims against the stored text: what does not hold is not shown. Pure, no I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rag.difference import check
from rag.models import Citation, Claim, Document, Verdict
from rag.quantities import missing_from
from rag.rows import row_cells

_LEFT_OUT = re.compile(
    r"^\d{1,2}\s+(?=[(“\"‘A-Z\[]).*?[.!?][\"'”’)\]]*(?=\s+[a-z])"  # a note before the text
    r"|^\s*[(\[]?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxIVX]{2,6})[.)\]、](?=\s)"  # an enumerator
    # the marker of a note
    r"|(?:(?<=[a-z]{3})|(?<=[”’\")\]])|(?<=[a-z”’\")\]][.!?]))\d{1,2}(?=[”’\")\]]?(?:[\s.,;:]|$))"
    # the target of a link, a footnote, a tag, an entity
    r"|\]\([^()]*(?:\([^()]*\)[^()]*)?\)|\]\[[^\[\]]*\]|\[\^[^\]\s]{1,40}\]:?"
    r"|</?[A-Za-z][^<>]*>|&(?:[a-z]+|#\d{1,6});"
)
"""What the tidied text of a line may lack. It may also lack whole lines between its own."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKS = re.compile(r"(?<![\w\\])[*_`~]+|[*_`~]+(?!\w)|\\(?=\W)|[\u00ad\u200b-\u200d\ufeff]")
"""Markup and invisible characters that may stand within a figure."""


def verify(claim: Claim, documents: Mapping[str, Document]) -> Claim:
    """The claim with its verdict: `supported` only if every check holds.

    A claim needs a citation; each citation must be of a known document and quote its text at its
    offsets exactly; the claim must be what the citations say, letter for letter, but for blanks,
    marks and what `_LEFT_OUT` allows; and every number of it must stand in what is left (the
    extractive engine quotes; it never words anything itself). A computed claim must be what
    follows from figures that the citations say (`rag.difference`).
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
    quotes = [citation.quote for citation in claim.citations]
    if claim.computed:
        return check(claim, [_plain(quote) for quote in quotes])
    quoted = "\n".join(quotes)
    said = quoted if _reads_row(claim.text, quotes) else _said(claim.text, quoted)
    if missing_from(_plain(claim.text), _plain(quoted if said is None else said)):
        return Verdict.FIGURE_NOT_IN_SPAN
    return Verdict.TEXT_NOT_IN_SPAN if said is None else Verdict.SUPPORTED


def quote_is_exact(citation: Citation, document: Document) -> bool:
    """Whether the quote equals the stored text at the citation's offsets, and is not empty."""
    span = citation.span
    return bool(citation.quote) and document.text[span.start : span.end] == citation.quote


def _reads_row(claimed: str, quotes: Sequence[str]) -> bool:
    """Whether the claim reads a table's row, "column: cell; column: cell", under its header.

    The quotes are the header row and the row; every cell must stand under the column it names.
    """
    if len(quotes) != 2:
        return False
    header, row = ([_letters(cell) for cell in row_cells(quote)] for quote in quotes)
    read = "; ".join(f"{a}: {b}" for a, b in zip(header, row, strict=False) if b)
    return len(row) > 1 and _row_letters(read) == _row_letters(claimed)


def _row_letters(text: str) -> list[str]:
    return [_letters(cell) for cell in text.split("; ")]


def _said(claimed: str, quoted: str) -> str | None:
    """The quote without what the claim leaves out, or `None` if the two differ otherwise."""
    wanted = _letters(claimed)
    lines = _COMMENT.sub(" ", quoted).split("\n")
    reached = {0: ""}  # how far into the claim -> what of the quote led there
    for number, line in enumerate(lines):
        taken = {at: f"{said}\n" for at, said in reached.items()}
        for stretch, needed in _stretches(line):
            taken = _follow(wanted, taken, stretch, needed)
        between = 0 < number < len(lines) - 1
        reached = {**reached, **taken} if between else taken
    return reached.get(len(wanted)) if wanted else None


def _follow(wanted: str, reached: dict[int, str], stretch: str, needed: bool) -> dict[int, str]:
    own = _letters(stretch)
    taken = {
        at + len(own): said + stretch for at, said in reached.items() if wanted.startswith(own, at)
    }
    return taken if needed else {**{at: f"{said} " for at, said in reached.items()}, **taken}


def _stretches(line: str) -> Iterator[tuple[str, bool]]:
    """The line cut up; with each stretch, whether a claim has to hold it."""
    done = 0
    for match in _LEFT_OUT.finditer(line):
        yield line[done : match.start()], True
        yield match.group(), False
        done = match.end()
    yield line[done:], True


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", text).split())


def _letters(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
