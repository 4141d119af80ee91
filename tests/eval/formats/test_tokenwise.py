from __future__ import annotations

from collections.abc import Sequence

import pytest

from eval.corpus import Corpus
from eval.dataset import Case, Reference
from eval.formats.tokenwise import token_iou, token_precision, token_recall
from eval.metrics import Context
from rag.models import Answer, Document, Span, Trace, Weighed

TEXT = "One two three four, five six. Seven eight nine ten."
OTHER = "桥长三百米 in 1968"


def context(passages: Sequence[tuple[str, str]], *references: tuple[str, str]) -> Context:
    """A context that retrieved and refers to words of the documents a (TEXT) and b (OTHER)."""
    documents = {
        f"id-{name}": Document(f"id-{name}", f"folder/{name}.md", "Title", text, "0" * 64)
        for name, text in (("a", TEXT), ("b", OTHER))
    }

    def span(name: str, words: str) -> Span:
        start = documents[f"id-{name}"].text.index(words)
        return Span(start, start + len(words))

    weighed = tuple(
        Weighed(f"p{i}", f"id-{name}", span(name, words), 1.0)
        for i, (name, words) in enumerate(passages)
    )
    named = tuple(
        Reference(f"{name}.md", span(name, words).start, span(name, words).end)
        for name, words in references
    )
    answer = Answer(
        "a1", "?", (), True, None, 0.0, (), "extractive", None, "v1", trace=Trace(passages=weighed)
    )
    return Context(Case("c1", "?", expect=(("x",),), references=named), answer, Corpus(documents))


def scores(found: Context) -> tuple[object, object, object]:
    return token_recall(found).value, token_precision(found).value, token_iou(found).value


def test_all_of_the_reference_and_nothing_else_scores_one() -> None:
    assert scores(context([("a", "three four")], ("a", "three four"))) == (1.0, 1.0, 1.0)


def test_known_overlap_gives_the_known_shares() -> None:
    # Wanted: three four five six; retrieved: five six Seven eight nine.
    found = context([("a", "five six. Seven"), ("a", "eight nine")], ("a", "three four, five six"))
    assert scores(found) == (2 / 4, 2 / 5, 2 / 7)
    assert token_iou(found).reason.startswith("2 of 4 reference tokens are among the 5 ")


def test_several_references_count_together() -> None:
    found = context([("a", "One two")], ("a", "One"), ("b", "1968"))
    assert scores(found) == (1 / 2, 1 / 2, 1 / 3)


def test_the_same_words_retrieved_twice_are_read_twice() -> None:
    found = context([("a", "One two"), ("a", "two three")], ("a", "two"))
    assert scores(found) == (1.0, 1 / 4, 1 / 4)


def test_words_of_another_document_are_not_the_reference() -> None:
    assert scores(context([("b", "in 1968")], ("a", "One two"))) == (0.0, 0.0, 0.0)


def test_only_the_first_five_passages_count() -> None:
    words = ["One", "two", "three", "four", "five", "six"]
    found = context([("a", word) for word in words], ("a", "six"))
    assert token_recall(found).value == 0.0


def test_a_word_that_a_span_cuts_belongs_to_it() -> None:
    assert scores(context([("a", "three")], ("a", "ree"))) == (1.0, 1.0, 1.0)


def test_marks_are_no_tokens() -> None:
    assert scores(context([("a", "four, five")], ("a", "four"), ("a", "five"))) == (1.0, 1.0, 1.0)


def test_a_chinese_character_is_a_token() -> None:
    assert scores(context([("b", "三百米 in")], ("b", "桥长三百米"))) == (3 / 5, 3 / 4, 3 / 6)


def test_a_token_that_only_touches_the_end_of_a_span_is_outside() -> None:
    assert scores(context([("b", "桥长")], ("b", "三百"))) == (0.0, 0.0, 0.0)


def test_nothing_retrieved_scores_nothing() -> None:
    assert scores(context([], ("a", "One"))) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("evaluator", [token_recall, token_precision, token_iou])
def test_a_case_without_references_is_not_judged(evaluator: object) -> None:
    assert callable(evaluator)
    assert evaluator(context([("a", "One")])).value is None
