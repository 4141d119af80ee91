from __future__ import annotations

import pytest

from rag.index import Index
from rag.mentions import Mentions


@pytest.mark.parametrize(
    ("phrase", "stands"),
    [
        ("retail sales", True),
        ("Shanghai Port", True),
        ("sales retail", False),
        ("sale", False),
        ("Guangzhou", False),
        ("the", False),
    ],
)
def test_a_phrase_stands_word_for_word_or_not(toy_index: Index, phrase: str, stands: bool) -> None:
    assert Mentions(toy_index).stand(phrase) is stands


def test_words_stand_together_in_whatever_form_and_order(toy_index: Index) -> None:
    mentions = Mentions(toy_index)
    assert mentions.together("sale of retailers")
    assert not mentions.together("retail meeting")
