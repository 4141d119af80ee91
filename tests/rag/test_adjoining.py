from __future__ import annotations

import pytest

from rag.adjoining import after, before
from rag.wants import Wants
from tests.rag.conftest import World

TEXT = (
    "The board has a quiet rule. It means that no bell is rung after nine. "
    "The mill was closed in June. The river had risen because the dam broke. "
    "Ten people were rescued."
)


def test_a_sentence_that_opens_with_a_pronoun_leans_on_the_one_before(toy: World) -> None:
    passage = toy.passage(toy.document("rule", TEXT))
    rule, means, mill, *_ = passage.sentences
    assert before(passage, means) is rule
    assert before(passage, mill) is None
    assert before(passage, rule) is None


def test_a_definition_goes_on_with_the_sentence_that_explains_it(toy: World) -> None:
    passage = toy.passage(toy.document("rule", TEXT))
    rule, means, *_ = passage.sentences
    assert after(passage, rule, Wants.DEFINITION) is means
    assert after(passage, means, Wants.DEFINITION) is None


def test_a_reason_goes_on_with_the_sentence_that_gives_the_cause(toy: World) -> None:
    passage = toy.passage(toy.document("rule", TEXT))
    _, _, mill, cause, rescued = passage.sentences
    assert after(passage, mill, Wants.REASON) is cause
    assert after(passage, cause, Wants.REASON) is None
    assert after(passage, rescued, Wants.REASON) is None


@pytest.mark.parametrize("wants", [Wants.AMOUNT, Wants.DATE, Wants.PERSON, Wants.OTHER])
def test_what_is_told_in_one_sentence_is_not_gone_on_with(toy: World, wants: Wants) -> None:
    passage = toy.passage(toy.document("rule", TEXT))
    assert after(passage, passage.sentences[0], wants) is None
