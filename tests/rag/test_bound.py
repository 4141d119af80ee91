import pytest

from rag.amounts import amounts_in


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("not more than 8 metres", "at most"),
        ("must not be more than 2 percent", "at most"),
        ("never longer than 8 metres", "at most"),
        ("does not exceed 30 dollars", "at most"),
        ("8 metres, never more, because", "at most"),
        ("12 or fewer rooms", "at most"),
        ("no fewer than 5 halls", "at least"),
        ("must not fall below 3 mm", "at least"),
        ("8 hours or more", "at least"),
        ("shorter than 9 millimetres", "under"),
        ("stronger than 32 metres a second", "over"),
        ("they meet in over 20 clubs", "over"),
        ("it is not in over 20 clubs", "over"),
        ("no longer 5 halls", None),
    ],
)
def test_bounds_are_read_in_all_their_words(text: str, bound: str | None) -> None:
    assert [amount.bound for amount in amounts_in(text)] == [bound]


def test_what_is_compared_with_is_not_bounded() -> None:
    bounds = [a.bound for a in amounts_in("It was 5.4 percent, higher than 4.8 percent before.")]
    assert bounds == [None, None]
