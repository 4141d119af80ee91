from __future__ import annotations

import json

import pytest

from rag.drafts import Draft, Drafting
from tests.chat_server import claims

TWO = claims(("Beds rose by 4,000.", [1]), ("The “plan” holds {braces} and \\ too.", [2, 3]))
TWO_DRAFTS = [
    Draft("Beds rose by 4,000.", (1,)),
    Draft("The “plan” holds {braces} and \\ too.", (2, 3)),
]


def drafts_of(*pieces: str) -> list[Draft]:
    drafting = Drafting()
    found = [draft for piece in pieces for draft in drafting.take(piece)]
    return [*found, *drafting.finish()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TWO, TWO_DRAFTS),
        (f"```json\n{TWO}\n```", TWO_DRAFTS),
        (f"<think>Beds [1]. {{no}}</think>\n{TWO}", TWO_DRAFTS),
        (json.dumps(json.loads(TWO), indent=2), TWO_DRAFTS),
        (json.dumps(json.loads(TWO)["claims"]), TWO_DRAFTS),
        (TWO[: TWO.index("The")], TWO_DRAFTS[:1]),
        ('{"text": "One.", "citations": 4}', [Draft("One.", (4,))]),
        ('{"text": "One.", "citations": ["4", "x", 5.5]}', [Draft("One.", (4,))]),
        ('{"text": "One [2].", "citations": []}', [Draft("One.", (2,))]),
        ('{"claims": []}', []),
        ('{"claims": [{"text": 3}, {"x": "y"}, {bad}]}', []),
        ("", []),
        ("  \n", []),
        ("[1] [2]", []),
    ],
)
def test_json_is_read_as_far_as_it_goes(text: str, expected: list[Draft]) -> None:
    assert drafts_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Beds rose [1]. Homes fell [2, 3].", [("Beds rose.", (1,)), ("Homes fell.", (2, 3))]),
        ("Beds rose. [1] Homes fell. [2][3]", [("Beds rose.", (1,)), ("Homes fell.", (2, 3))]),
        ("Beds rose by 4.5% [1]", [("Beds rose by 4.5%", (1,))]),
        ("- Beds rose [1]\n- Homes fell [2]\n", [("Beds rose", (1,)), ("Homes fell", (2,))]),
        ("1. Beds rose [1].\n2. Homes fell [2].", [("Beds rose.", (1,)), ("Homes fell.", (2,))]),
        ("Answer:\nBeds rose [1].", [("Beds rose.", (1,))]),
        ("**Beds** rose [1].", [("Beds rose.", (1,))]),
        ("Mr. Li of the U.S. spoke [1]. So.", [("Mr. Li of the U.S. spoke.", (1,)), ("So.", ())]),
        ("床位增加了。[1]房屋减少了。[2]", [("床位增加了。", (1,)), ("房屋减少了。", (2,))]),
        ("He said “no.” [1] Beds rose [2].", [("He said “no.”", (1,)), ("Beds rose.", (2,))]),
        ("Be\u200bds ro\u202ese [1].", [("Beds rose.", (1,))]),
    ],
)  # fmt: skip
def test_prose_is_cut_at_its_sentences_with_their_markers(
    text: str, expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert drafts_of(text) == [Draft(*pair) for pair in expected]


@pytest.mark.parametrize(
    "text", [TWO, "Beds rose by 4.5% [1]. Homes fell. [2, 3] Mr. Li spoke [4].\nSo it is."]
)
def test_how_the_text_is_cut_into_pieces_changes_nothing(text: str) -> None:
    assert drafts_of(*text) == drafts_of(text)
    assert len(drafts_of(text)) >= 2


def test_a_draft_comes_as_soon_as_it_is_complete() -> None:
    drafting = Drafting()
    cut = TWO.index("},") + 1
    assert list(drafting.take(TWO[: cut - 1])) == []
    assert list(drafting.take(TWO[cut - 1 : cut])) == TWO_DRAFTS[:1]
    prose = Drafting()
    assert list(prose.take("Beds rose [1]. ")) == []
    assert list(prose.take("Homes")) == [Draft("Beds rose.", (1,))]


def test_a_model_that_runs_in_circles_is_not_read_for_ever() -> None:
    drafting = Drafting()
    for _ in range(100):
        list(drafting.take("So it is [1]. " * 100))
    assert len(drafting.text) == 20_000
