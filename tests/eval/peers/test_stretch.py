from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.peers.stretch import Stretch, sentences_of, stretch_of
from rag.models import Document, Span


def document(text: str) -> Document:
    return Document("d", "d.txt", "D", text, "0" * 64)


def whole(text: str) -> Stretch:
    return Stretch(document(text), Span(0, len(text)))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two!  Three?", ["One.", "Two!", "Three?"]),
        ("It rose 4.5% to 1.2 million. Then fell.", ["It rose 4.5% to 1.2 million.", "Then fell."]),
        ("A title\n\nThe text  \nnext line", ["A title", "The text", "next line"]),
        ("He said “Go.” They went.", ["He said “Go.”", "They went."]),
        ("市长主持会议。会议讨论了预算。", ["市长主持会议。", "会议讨论了预算。"]),
        ("***\n- - -\nWords", ["Words"]),
        ("", []),
    ],
)
def test_sentences_end_at_a_stop_before_a_blank_or_with_the_line(
    text: str, sentences: list[str]
) -> None:
    assert [sentence.text for sentence in sentences_of(whole(text))] == sentences


def test_a_sentence_counts_its_place_in_the_document_not_in_the_chunk() -> None:
    chunk = Stretch(document("Before. One. Two. After."), Span(8, 17))
    assert [(s.span, s.text) for s in sentences_of(chunk)] == [
        (Span(8, 12), "One."),
        (Span(13, 17), "Two."),
    ]


@given(st.text(alphabet="ab1 .!?”。\n", max_size=60))
def test_every_letter_lies_in_exactly_one_sentence(text: str) -> None:
    spans = [sentence.span for sentence in sentences_of(whole(text))]
    held = [i for span in spans for i in range(span.start, span.end)]
    assert len(held) == len(set(held))
    assert {i for i, letter in enumerate(text) if letter.isalnum()} <= set(held)


def test_a_chunk_stands_where_the_splitter_says_or_else_where_it_is_found() -> None:
    told = document("same same")
    assert stretch_of(told, "same", 5).span == Span(5, 9)
    assert stretch_of(told, "same", 4).span == Span(0, 4)
    assert stretch_of(told, "same", None).span == Span(0, 4)


def test_a_chunk_that_is_not_in_the_document_is_refused() -> None:
    with pytest.raises(ValueError, match="not found"):
        stretch_of(document("some text"), "other text", 0)
