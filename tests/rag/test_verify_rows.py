"""A table's row is quoted under its header, and every cell must stand under the column it names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.models import Citation, Claim, Document, Span, Verdict
from rag.permalink import permalink_to
from rag.verify import verify

HEADER = "Measure | 2023 | 2024 target"
ROW = "Jobs | 606,000 | 550,000"
DOCUMENT = Document("d", "table.md", "Table", f"| {HEADER} |\n|---|---|---|\n| {ROW} |\n", "0" * 64)


def citation(quote: str) -> Citation:
    start = DOCUMENT.text.index(quote)
    span = Span(start, start + len(quote))
    link = str(permalink_to(DOCUMENT, span))
    return Citation(
        DOCUMENT.id, DOCUMENT.name, DOCUMENT.title, "table.md", None, span, quote, None, (), link
    )


def verdict(text: str) -> Verdict:
    claim = Claim(text, (citation(HEADER), citation(ROW)))
    return verify(claim, {DOCUMENT.id: DOCUMENT}).verdict


def test_a_row_read_under_its_header_is_supported() -> None:
    text = "Measure: Jobs; 2023: 606,000; 2024 target: 550,000"
    assert verdict(text) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "text",
    [
        "Measure: Jobs; 2023: 550,000; 2024 target: 606,000",
        "Measure: Jobs; 2023: 606,000; 2024 target: 550,001",
        "Measure: Jobs; 2024 target: 606,000; 2023: 550,000",
        "Measure: Beds; 2023: 606,000; 2024 target: 550,000",
    ],
)
def test_a_cell_under_another_column_or_altered_is_refused(text: str) -> None:
    assert verdict(text) is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("|  | 2023 | 2024", "Jobs | 606,000 | 550,000", "Jobs; 2023: 606,000; 2024: 550,000"),
        ("||2023|2024", "Jobs|606,000|550,000", "Jobs; 2023: 606,000; 2024: 550,000"),
        ("Of | 2023 | 2024", "| | 606,000 | 550,000", "2023: 606,000; 2024: 550,000"),
    ],
)
def test_an_empty_cell_at_the_beginning_counts_as_one(header: str, row: str, said: str) -> None:
    text = f"{header} |\n|---|---|---|\n{row} |\n"
    document = Document("d", "table.md", "Table", text, "0" * 64)
    places = [Span(text.index(part), text.index(part) + len(part)) for part in (header, row)]
    cited = tuple(replace(citation(ROW), span=p, quote=text[p.start : p.end]) for p in places)

    def told(words: str) -> Verdict:
        return verify(Claim(words, cited), {"d": document}).verdict

    assert told(said) is Verdict.SUPPORTED
    swapped = said.replace("2023", "x").replace("2024", "2023").replace("x", "2024")
    assert told(swapped) is not Verdict.SUPPORTED
