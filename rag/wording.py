"""Closed groups of English words that say the same beside a figure or a date."""

from __future__ import annotations

from collections.abc import Set

_GROUPS = tuple(
    frozenset(group.split())
    for group in (
        "height high tall", "width wide breadth broad", "depth deep", "length long",
        "thickness thick", "weight weigh weighs weighed heavy", "age aged old",
        "duration last lasts lasted long", "speed fast", "diameter across",
        "cost costs price priced came come comes", "distance away apart",
        "full fully complete completely whole entire entirely", "final finally end eventually",
        "show shows showed mean means meant indicate indicates indicated signal signals",
        "now currently today presently nowadays", "begin begins began start starts started",
        "each every per", "keep keeps kept maintain maintains maintained",
        "buy buys bought purchase purchases purchased",
        "finish finishes finished complete completes completed",
        "need needs needed take takes took require requires required",
        "permit permits permitted allow allows allowed", "month monthly",
        "year yearly annual annually",
        "day daily", "week weekly", "happen happens occurs occur", "help helps assist assists",
        "ahead earlier early", "behind later late",
    )
)  # fmt: skip
"""Dimensions as noun, verb and adjective, and words of the grammar of amounts and time."""


def says_same(word: str, told: Set[str]) -> bool:
    """Whether one of the words told says the same as a word, all in lower case."""
    return any(word in group and group & told for group in _GROUPS)
