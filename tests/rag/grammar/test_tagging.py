"""Which words of a sentence are verbs; figures are the runs of digits."""

from __future__ import annotations

import re

import pytest

from rag.grammar.tagging import tag
from rag.grammar.tokens import Tag


def verbs(text: str) -> list[str]:
    figures = [m.span() for m in re.finditer(r"\d+%?", text)]
    return [t.text for t in tag(text, figures) if t.tag in (Tag.VERB, Tag.GERUND)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rents grew by 5%.", ["grew"]),
        ("The licensed banks of subsidized towns added 5 halls.", ["added"]),
        ("We will mend roads, build 5 halls and open 3 pools.", ["mend", "build", "open"]),
        ("Another 47 licensed banks were added.", ["added"]),
        ("The stock accounts for 5% of it.", ["accounts"]),
        ("A value of 5 and measures for women.", []),
        ("They have undertaken 5 tasks.", ["undertaken"]),
        ("Capital exceeding 5 came, totaling 9.", ["exceeding", "came", "totaling"]),
        ("The cost of 5 halls was met.", ["met"]),
        ("Homes in towns cost 5 coins.", ["cost"]),
        ("Targets to boost 5 towns.", ["boost"]),
    ],
)
def test_verbs_are_told_from_nouns_by_form_and_place(text: str, expected: list[str]) -> None:
    assert verbs(text) == expected


def test_what_only_qualifies_a_figure_is_one_token() -> None:
    text = "It has more than 5 halls, a total of 9, and the halls."
    found = tag(text, [m.span() for m in re.finditer(r"\d", text)])
    assert [t.text for t in found if t.tag is Tag.ABOUT] == ["more than", "a total of"]
    assert [t.text for t in found if t.tag is Tag.FIGURE] == ["5", "9"]
    for token in found:
        assert text[token.start : token.end] == token.text
