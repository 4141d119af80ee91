from __future__ import annotations

import pytest

from rag.alignment import Alignment
from rag.models import Sentence, Span


def placed(stored: str, twin: str, wanted: str, nth: int = 0) -> str | None:
    """What of the stored text stands for the nth place of a stretch of the twin."""
    start = -1
    for _ in range(nth + 1):
        start = twin.index(wanted, start + 1)
    sentence = Sentence(Span(0, len(stored)), twin)
    span = Alignment(stored, sentence).place(start, start + len(wanted))
    return stored[span.start : span.end] if span else None


@pytest.mark.parametrize(
    ("stored", "twin", "wanted", "expected"),
    [
        ("up by 5% then", "up by 5% then", "5%", "5%"),
        ("up by 28. 1 %\nthen", "up by 28.1% then", "28.1%", "28. 1 %"),
        ("cars[^3] cost **4** euros", "cars cost 4 euros", "4 euros", "4** euros"),
        ("in the yearThen 7 came", "in the year Then 7 came", "7", "7"),
    ],
)
def test_a_stretch_of_the_twin_is_found_in_the_stored_text(
    stored: str, twin: str, wanted: str, expected: str
) -> None:
    found = placed(stored, twin, wanted)
    assert found is not None
    assert "".join(found.split()).replace("*", "") == "".join(expected.split()).replace("*", "")


def test_the_second_of_two_equal_figures_is_the_second_one() -> None:
    stored = "A 5 [1] and B 5 there"
    twin = "A 5 and B 5 there"
    sentence = Sentence(Span(0, len(stored)), twin)
    span = Alignment(stored, sentence).place(twin.rindex("5"), twin.rindex("5") + 1)
    assert span == Span(stored.rindex("5"), stored.rindex("5") + 1)


def test_what_is_not_in_the_sentence_has_no_place() -> None:
    sentence = Sentence(Span(4, 9), "year: 2021; 5 cars")
    assert Alignment("xxxx5cars", sentence).place(6, 10) is None


def test_a_figure_that_a_footnote_interrupts_is_cited_by_its_part_before_the_note() -> None:
    stored = "grew to 1.2 2 A note of 5 words. million cars"
    pieces = (Span(0, 11), Span(33, len(stored)))
    sentence = Sentence(Span(0, len(stored)), "grew to 1.2 million cars", pieces)
    span = Alignment(stored, sentence).place(8, 19)
    assert span is not None
    assert stored[span.start : span.end] == "1.2"
