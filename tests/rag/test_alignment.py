from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.alignment import Alignment, aligned
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


words = st.lists(st.text("abcdefg", min_size=4, max_size=9), min_size=1, max_size=30)


@given(words, st.data())
def test_what_is_kept_of_a_text_is_found_in_its_order(kept: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(min_value=0, max_value=len(kept)))
    body = "".join((*kept[:at], "[12]", *kept[at:]))
    twin = "".join(kept)
    assert "".join(body[i] for i in aligned(twin, body)) == twin
    assert aligned(twin, twin) == list(range(len(twin)))


@given(st.text("ab1", max_size=40), st.text("ab1", max_size=40))
def test_any_two_texts_are_aligned_in_order_and_by_equal_characters(twin: str, body: str) -> None:
    places = [(i, at) for i, at in enumerate(aligned(twin, body)) if at >= 0]
    assert all(twin[i] == body[at] for i, at in places)
    assert [at for _, at in places] == sorted({at for _, at in places})


def test_characters_that_differ_or_that_only_the_twin_has_are_skipped() -> None:
    assert aligned("year:ab5cd", "ab5cd") == [-1] * 5 + [0, 1, 2, 3, 4]
    assert aligned("the«first»one", "the“first”one") == [0, 1, 2, -1, *range(4, 9), -1, 10, 11, 12]


def test_a_long_sentence_with_many_differences_is_aligned_in_little_time() -> None:
    rows = [f"Row {n} has {n * 7} cars" for n in range(1000)]
    stored = "; ".join(f"{row}[{n}]" for n, row in enumerate(rows))
    twin = "; ".join(rows)
    assert len(stored) > 20_000
    started = process_time()
    alignment = Alignment(stored, Sentence(Span(0, len(stored)), twin))
    for n in range(0, 1000, 50):
        start = twin.index(rows[n])
        span = alignment.place(start, start + len(rows[n]))
        assert span is not None
        assert stored[span.start : span.end] == rows[n]
    assert process_time() - started < 2


def test_two_long_texts_without_likeness_are_given_up_in_little_time() -> None:
    started = process_time()
    assert set(aligned("ab" * 10_000, "cd" * 10_000)) == {-1}
    assert process_time() - started < 2
