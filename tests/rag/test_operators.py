"""What is denied, doubted or only supposed stays so."""

from __future__ import annotations

import pytest

from rag.operators import turns_otherwise
from tests.rag.proving import sides


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("The firm reached its target.", "The firm failed to reach its target."),
        ("The port handled 70 million tonnes.",
         "The paper falsely claimed that the port handled 70 million tonnes."),
        ("Unemployment was 14 percent.", "The claim that unemployment was 14 percent was wrong."),
        ("Debt was 77 million.", "Debt would have reached 77 million without the sale."),
        ("The rate fell to 3 percent.", "The rate may fall to 3 percent."),
        ("Trade will grow by 8 percent.", "If the treaty is signed, trade will grow by 8 percent."),
        ("The ferry was sold.", "The minister denied that the ferry had been sold."),
        ("The bridge was not opened.", "The bridge was opened, but the tunnel was not funded."),
        ("No bridge was opened.", "The bridge was opened in 2020."),
    ],
)  # fmt: skip
def test_a_denial_doubt_or_condition_is_neither_dropped_nor_added(said: str, cited: str) -> None:
    assert turns_otherwise(*sides(said, cited))


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("The bridge was opened in 2020.",
         "The bridge was opened in 2020, but the tunnel was not funded."),
        ("The tunnel was not funded.",
         "The bridge was opened in 2020, but the tunnel was not funded."),
        ("The board decided not to sell the older houses.",
         "The board has decided not to sell the older houses."),
        ("The line carries up to 500 people.", "The line may be used by up to 500 people."),
        ("If the treaty is signed, trade grows by 8 percent.",
         "Trade will grow by 8 percent if the treaty is signed."),
        ("Sales fell in May 2023.", "In May 2023 sales fell by 3 percent."),
        ("71 percent are rated C today.",
         "By 2030 no home shall be rated lower than C; today 71 percent are rated C or better."),
    ],
)  # fmt: skip
def test_what_a_sentence_states_may_be_stated(said: str, cited: str) -> None:
    assert not turns_otherwise(*sides(said, cited))
