"""What is told otherwise than cited is found; what is told in other words is not."""

from __future__ import annotations

import pytest

from rag.context import Shown
from rag.contradictions import contradicted
from rag.drafts import Draft
from rag.index import Index
from rag.models import Verdict
from rag.proof import prove
from rag.span import Statement, Support
from tests.rag.conftest import World

RATE = "The rate stands at 3.4 percent, after 3.9 percent."
HALL = "The hall was planned at 9 million crowns and cost 12."
TURNED = [
    ("Fill the tank before the test.", "Fill the tank after the test."),
    ("The port lies 9 miles to the north.", "The port lies 9 miles to the south, near Hall."),
    ("The verges were widened.", "The verges were narrowed in 2004."),
    ("The hall is unsuitable for concerts.", "The hall is suitable for concerts."),
    ("All of the pupils passed.", "A third of the pupils passed."),
    ("Only the pump runs at night.", "The pump runs at night."),
    ("The two cables together have 40 wires.", "Each of the two cables has 40 wires."),
    ("Riders must wear a helmet.", "Riders may wear a helmet."),
    ("The library is the largest in Hall.", "The library was the largest in Hall until 1998."),
    ("The coin has been used since 1986.", "The coin was used from 1986 to 2003."),
    ("The fair was cut short because of rain.", "The fair was cut short and 40 stalls closed."),
    ("The plant makes 40 cars an hour.", "The plant makes 40 cars a day."),
    ("Sales were 73 pounds, after 78 pounds.", "Sales were 78 pounds, after 73 pounds."),
    ("The rate has risen to 3.4 percent.", RATE),
    ("The rate was lowered to 5 percent.", "The rate stays at 5 percent."),
    ("The hall cost 9 million crowns.", HALL),
    ("Every 12 cycles it rests for 30 hours.", "Every 30 cycles it rests for 12 hours."),
    ("Nine pupils failed in June.", "Nine pupils failed, two of them in June."),
    (
        "A fifth of it came from loans.",
        "A fifth of it came from tax, the rest from loans.",
    ),
    ("The east wing is 14 m high.", "The west wing is 14 m high; the east wing is 11 m high."),
    ("Members pay a pound a week.", "Members pay a crown a week."),
    ("The mill was replaced by a school.", "The mill replaced a school."),
    ("Gel sets last longer than wet sets.", "Wet sets last 900 cycles, gel sets 600 cycles."),
    ("While parking, the gate is shut.", "When the train moves, the gate is shut."),
    ("The dam was built by soldiers.", "The dam was built by farmers in 1911."),
]
SAME = [
    ("The tank is filled after the test.", "Fill the tank after the test."),
    ("Riders have to wear a helmet.", "Riders must wear a helmet."),
    (
        "The rate fell from 3.9 percent to 3.4 percent.",
        RATE,
    ),
    (
        "The rate was 3.9 percent a year before.",
        RATE,
    ),
    ("Every door of the hall is locked.", "All doors of the hall are locked."),
    ("Only members vote.", "No one but members votes."),
    ("The plant makes 40 cars daily.", "The plant makes 40 cars a day."),
    ("A school was replaced by the mill.", "The mill replaced a school."),
    ("Wet sets last longer than gel sets.", "Wet sets last 900 cycles, gel sets 600 cycles."),
    ("Two of the nine pupils failed in June.", "Nine pupils failed, two of them in June."),
    (
        "The hall was to cost 9 million crowns.",
        HALL,
    ),
    ("The west wing is 14 m high.", "The west wing is 14 m high; the east wing is 11 m high."),
    (
        "The library was the largest in Hall until 1998.",
        "It was the largest library of Hall until 1998.",
    ),
]


def verdict_of(said: str, cited: str, toy: World, toy_index: Index) -> Verdict:
    document = toy.document("cited", cited)
    passage = toy.passage(document)
    shown = Shown(1, document, passage, passage.sentences)
    support = Support.of(shown, passage.sentences, toy_index)
    return contradicted(Statement.read(said, document), support)


@pytest.mark.parametrize(("said", "cited"), TURNED)
def test_what_is_told_otherwise_is_found(
    said: str, cited: str, toy: World, toy_index: Index
) -> None:
    assert verdict_of(said, cited, toy, toy_index) is not Verdict.SUPPORTED


@pytest.mark.parametrize(("said", "cited"), SAME)
def test_what_is_told_in_other_words_is_not(
    said: str, cited: str, toy: World, toy_index: Index
) -> None:
    assert verdict_of(said, cited, toy, toy_index) is Verdict.SUPPORTED


@pytest.mark.parametrize("cited", sorted({cited for _, cited in TURNED + SAME}))
def test_no_sentence_contradicts_itself(cited: str, toy: World, toy_index: Index) -> None:
    assert verdict_of(cited, cited, toy, toy_index) is Verdict.SUPPORTED


def test_a_draft_that_turns_a_word_round_does_not_hold(toy: World, toy_index: Index) -> None:
    document = toy.document("tank", "Fill the clean tank with water after the test.")
    passage = toy.passage(document)
    shown = Shown(1, document, passage, passage.sentences)
    turned = Draft("Fill the clean tank with water before the test.", (1,))
    assert prove(turned, [shown], toy_index).verdict is Verdict.MEASURE_CLASH
    right = Draft("After the test, fill the clean tank with water.", (1,))
    assert prove(right, [shown], toy_index).verdict is Verdict.SUPPORTED
