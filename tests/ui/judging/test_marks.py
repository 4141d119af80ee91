"""What stands below an answer: the thumbs, and more once one of them is chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.ui.fake_pipeline import ATTACK, FakePipeline
from ui.judging.marks import marks
from ui.judging.opinion import Given, Judged, Opinion
from ui.words import LANGUAGES, words

GIVEN, REFUSED = (Given(FakePipeline().ask(question)) for question in ("containers", "airport"))


def shown(judged: Judged, language: str = "en") -> LexborHTMLParser:
    return LexborHTMLParser(marks(judged, words(language)))


def pressed(tree: LexborHTMLParser) -> list[str]:
    return [str(b.attributes["data-say"]) for b in tree.css('.thumb[aria-pressed="true"]')]


def test_at_first_there_are_two_thumbs_with_their_names_and_nothing_else() -> None:
    tree = shown(Judged(GIVEN))
    assert [button.text() for button in tree.css("button")] == ["Right", "Wrong"]
    assert pressed(tree) == []
    assert tree.css("textarea") == []


def test_a_wrong_answer_asks_why_and_a_right_one_does_not() -> None:
    wrong = shown(Judged(GIVEN, Opinion("wrong", "wrong-period")))
    assert pressed(wrong) == ["wrong"]
    assert len(wrong.css("input[type=radio]")) == 4
    (chosen,) = wrong.css("input[checked]")
    assert chosen.attributes["value"] == "wrong-period"
    right = shown(Judged(GIVEN, Opinion("right")))
    assert pressed(right) == ["right"]
    assert right.css("input") == []
    assert len(right.css("textarea")) == 1


def test_a_refusal_can_only_be_wrong_because_it_should_have_known() -> None:
    tree = shown(Judged(REFUSED, Opinion("wrong")))
    assert [str(i.attributes["value"]) for i in tree.css("input")] == ["should-have-known"]


def test_a_case_waits_instead_of_being_made_again() -> None:
    before, after = (
        shown(Judged(GIVEN, Opinion("wrong"), is_case=is_case)) for is_case in (False, True)
    )
    assert len(before.css('[data-act="case"]')) == 1
    assert after.css('[data-act="case"]') == []
    assert "waits for review" in after.text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(language: str) -> None:
    for given in (GIVEN, REFUSED):
        for opinion in (None, Opinion("right"), Opinion("wrong")):
            assert shown(Judged(given, opinion), language).text().strip()


def test_comments_and_ids_are_text_and_never_markup() -> None:
    given = replace(GIVEN, answer=replace(GIVEN.answer, id=f'"{ATTACK}'))
    comment = f"</textarea>{ATTACK}"
    tree = shown(Judged(given, Opinion("wrong", "", comment)))
    assert tree.css("img, script") == []
    assert tree.css_first("textarea").text() == comment


def test_a_comment_keeps_its_first_line_break() -> None:
    html = marks(Judged(GIVEN, Opinion("wrong", "", "\nfirst")), words("en"))
    assert ">\n\nfirst</textarea>" in html  # a parser drops the first one
