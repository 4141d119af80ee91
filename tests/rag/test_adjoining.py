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


def lead_of(toy: World, text: str) -> str | None:
    """What the last sentence of the text leans on."""
    document = toy.document("lead", text)
    passage = toy.passage(document)
    lead = before(passage, passage.sentences[-1])
    return lead and document.text[lead.span.start : lead.span.end]


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("The mill is old. It stood idle. It burnt down.", "The mill is old. It stood idle."),
        ("The mill is old. It stood. It fell. It burnt.", "It fell."),
        (
            "The mill is old. The carts were sold. It burnt.",
            "The mill is old. The carts were sold.",
        ),
        ("The carts were sold. It burnt.", None),
        ("The mill was sold. They left.", None),
        ("The carts were sold. They left.", "The carts were sold."),
        ("The miller sold the carts. They left.", "The miller sold the carts."),
    ],
)
def test_a_lead_is_walked_back_to_and_agrees_in_number(
    toy: World, text: str, lead: str | None
) -> None:
    assert lead_of(toy, text) == lead


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
