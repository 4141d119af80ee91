"""A slip of typing finds what was meant; what no measure says finds nothing."""

from __future__ import annotations

import pytest

from tests.ui.figures.made import made_register
from ui.figures.search import Vocabulary, is_other


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("unemployment", "unemployment"),
        ("unemploymnet", "unemployment"),
        ("unempl", "unemployment"),
        ("Unemploymet Valey", "unemployment valley"),
        ("hal", "halls"),
        ("hall", "hall"),
        ("the bridges of", "the bridges of"),
        ("zeppelin", "zeppelin"),
        ("xal", "xal"),
        ("", ""),
        ("盐", "盐"),
    ],
)
def test_words_that_no_measure_has_become_the_nearest_that_one_has(typed: str, mended: str) -> None:
    assert Vocabulary(made_register().figures).mended(typed) == mended


def test_only_the_last_word_may_be_begun() -> None:
    assert Vocabulary(made_register().figures).mended("unem rain") == "unem rainfall"


def test_another_form_of_a_word_is_no_other_word() -> None:
    assert not is_other("Halls", "hall")
    assert is_other("hals", "halls")
