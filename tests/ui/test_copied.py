from __future__ import annotations

import json
from dataclasses import replace
from html import unescape

from tests.ui.fake_pipeline import QUAY, RECORD, FakePipeline
from ui import present
from ui.copied import copied
from ui.words import words

ANSWER = FakePipeline().ask("How many containers?")


def test_an_answer_is_copied_with_its_markers_and_sources() -> None:
    told = json.loads(copied("How many containers?", ANSWER))
    assert told["text"] == f"How many containers?\n\n{RECORD} [1] {QUAY} [2] [3]"
    assert told["sources"][0] == {
        "line": "[1] Harbour report 2023, 7 February 2024",
        "place": ANSWER.citations[0].permalink,
    }
    assert len(told["sources"]) == len(ANSWER.citations)


def test_a_page_is_named_and_what_stays_open_is_said() -> None:
    first, *rest = ANSWER.claims
    paged = replace(first, citations=(replace(first.citations[0], page=7),))
    partly = replace(ANSWER, claims=(paged, *rest), reason="They do not say how many ferries.")
    told = json.loads(copied("?", partly))
    assert told["sources"][0]["line"].endswith(", page 7")
    assert told["text"].endswith("\n\nThey do not say how many ferries.")


def test_the_documents_that_say_the_same_are_copied_with_a_source() -> None:
    first = ANSWER.claims[0]
    twice = replace(first, citations=(replace(first.citations[0], also=("a.md", "b/c.pdf")),))
    answer = replace(ANSWER, claims=(twice,))
    for language, ending in (("en", ", also in a.md, b/c.pdf"), ("zh", "亦见：a.md, b/c.pdf")):
        told = json.loads(copied("?", answer, words(language)))
        assert told["sources"][0]["line"].endswith(ending)


def test_an_abstention_is_copied_with_its_nearest_passages() -> None:
    refusal = FakePipeline().ask("What is the airport budget?")
    told = json.loads(copied(refusal.question, refusal, words("zh")))
    assert told["text"].endswith("Nothing in the documents is about this.")
    assert told["heading"] == words("zh")("ask.nearest")
    assert [s["place"] for s in told["sources"]] == [c.permalink for c in refusal.nearest]


def test_the_page_carries_it_in_one_attribute() -> None:
    hostile = replace(ANSWER, question='"><img src=x>')
    html = present.exchange('"><img src=x>', answer=hostile)
    attribute = html.split('data-copy="')[1].split('"')[0]
    assert json.loads(unescape(attribute))["text"].startswith('"><img src=x>')
    assert "<img" not in html
