from __future__ import annotations

import pytest

from rag.informal import spelt_out, without_opening


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("whats the plan", "what's the plan"),
        ("wat r these rules", "what are these rules"),
        ("turnover last yr pls", "turnover last year please"),
        ("how mnay ppl came", "how many people came"),
        ("whcih bridge", "which bridge"),
        ("R&D and the letter r", "R&D and the letter r"),
        ("how r u", "how are you"),
        ("can u tell me if u know", "can you tell me if you know"),
        ("r there parks", "are there parks"),
        ("what is the r squared of the model", "what is the r squared of the model"),
        ("is r language used", "is r language used"),
        ("what is u in the formula", "what is u in the formula"),
        ("avg. age", "average. age"),
        ("AVG antivirus", "AVG antivirus"),
        ("u.s. army", "u.s. army"),
        ("http://whats.example/u", "http://whats.example/u"),
    ],
)
def test_shorthand_is_written_in_full_and_names_are_left(typed: str, meant: str) -> None:
    assert spelt_out(typed) == meant


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Hello, could you please tell me who won?", "who won?"),
        ("ok thanks. and the beds?", "the beds?"),
        ("any word on ferries?", "ferries?"),
        ("Do you know when it opens?", "when it opens?"),
        ("I'd like to know the price", "the price"),
        ("what about tolls", "tolls"),
        ("Who is anyone?", "Who is anyone?"),
        ("Android phones", "Android phones"),
        ("Well, how deep is it?", "how deep is it?"),
        ("so how many", "how many"),
        ("Well depth in Texas", "Well depth in Texas"),
        ("Now TV price", "Now TV price"),
        ("well-being of children", "well-being of children"),
        ("hi-tech firms", "hi-tech firms"),
        ("please", "please"),
    ],
)
def test_polite_words_before_the_question_are_set_aside(text: str, asks: str) -> None:
    assert without_opening(text) == asks
