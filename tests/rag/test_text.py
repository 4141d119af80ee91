from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text import is_content, terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R&D spending", ["rd", "spending"]),
        ("r&d", ["rd"]),
        ("Shanghai's port", ["shanghai's", "port"]),
        ("Shanghai’s port", ["shanghai's", "port"]),
        ("49,158,000 TEUs, 4.5%.", ["49,158,000", "teus", "4.5%"]),
        ("the C919 and R2", ["the", "c919", "and", "r2"]),
        ("ＡＢＣ１２３", ["abc123"]),
        ("  \n\t—…“”", []),
        ("", []),
    ],
)
def test_words_are_lower_case_and_in_order(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Shanghai's ports", "the port of Shanghai"),
        ("49,158,000", "49158000"),
        ("5%", "5"),
        ("R&D", "r&d"),
        ("citizens’ complaints", "a citizen's complaint"),
        ("building", "builds"),
    ],
)
def test_two_forms_of_one_thing_give_the_same_terms(one: str, other: str) -> None:
    assert set(terms(one)) == set(terms(other)) != set()


@pytest.mark.parametrize(
    ("one", "other"), [("1,215", "11,215"), ("0.6%", "6%"), ("2023", "2024"), ("C919", "919")]
)
def test_different_figures_give_different_terms(one: str, other: str) -> None:
    assert not set(terms(one)) & set(terms(other))


def test_chinese_is_searched_by_pairs_of_characters() -> None:
    assert terms("上海港") == ["上海", "海港"]
    assert terms("港") == ["港"]
    assert set(terms("上海港")) <= set(terms("去年上海港集装箱吞吐量"))


def test_grammar_words_are_no_terms() -> None:
    assert terms("What is the and of to in?") == []
    assert not is_content("the")
    assert is_content("port")


@given(st.text(max_size=100))
def test_any_text_has_terms_without_blanks_or_marks(text: str) -> None:
    for term in terms(text):
        assert term
        assert not any(map(str.isspace, term))


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=60))
def test_case_does_not_matter(text: str) -> None:
    assert terms(text.upper()) == terms(text.lower())
