from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from html import escape, unescape

from rag.models import Answer, Claim, Verdict
from tests.ui.fake_pipeline import ATTACK, NOTICE, QUAY, RECORD, REPORT, FakePipeline, cite
from ui import present, welcome
from ui.examples import candidates, example_questions
from ui.keeping.kept import Kept
from ui.words import words


def places(html: str) -> list[str]:
    found = re.search(r'data-places="([^"]*)"', html)
    assert found
    return [str(place) for place in json.loads(unescape(found[1]))]


def answer_to(question: str) -> Answer:
    return FakePipeline().ask(question)


def test_citations_are_numbered_in_order_and_point_at_their_permalinks() -> None:
    answer = answer_to("How many containers?")
    html = present.exchange(answer.question, answer=answer)
    assert re.findall(r'class="cite" data-cite="(\d)"', html) == ["1", "2", "3"]
    assert places(html) == [citation.permalink for citation in answer.citations]


def test_a_citation_used_twice_keeps_its_number() -> None:
    record = cite(REPORT, RECORD)
    claims = (Claim("One.", (record,)), Claim("Two.", (cite(REPORT, QUAY), record)))
    html = present.exchange("?", claims=claims)
    assert re.findall(r'class="cite" data-cite="(\d)"', html) == ["1", "2", "1"]


def test_each_supported_claim_is_marked_as_checked() -> None:
    answer = answer_to("How many containers?")
    assert present.exchange("?", answer=answer).count(">checked<") == len(answer.claims)


def test_a_claim_that_failed_its_check_is_never_marked_as_checked() -> None:
    claim = Claim(RECORD, (cite(REPORT, RECORD),), Verdict.FIGURE_NOT_IN_SPAN)
    html = present.exchange("?", claims=[claim])
    assert ">checked<" not in html
    assert "not confirmed" in html


def test_a_source_shows_title_date_and_nearest_heading() -> None:
    html = present.exchange("?", answer=answer_to("How many containers?"))
    assert "7 February 2024 · Cargo handled" in html


def test_a_source_names_the_documents_that_say_the_same() -> None:
    twins = ("copies/harbour.md", ATTACK)
    citation = replace(cite(REPORT, RECORD), also=twins)
    html = present.exchange("?", claims=[Claim(RECORD, (citation,))])
    assert f"also in copies/harbour.md, {escape(ATTACK)}</span>" in html
    assert ATTACK not in html
    chinese = present.exchange("?", claims=[Claim(RECORD, (citation,))], words=words("zh"))
    assert f"亦见：copies/harbour.md, {escape(ATTACK)}</span>" in chinese
    refusal = replace(answer_to("What is the airport budget?"), nearest=(citation,))
    assert "also in copies/harbour.md" in present.exchange("?", answer=refusal)
    assert "also" not in present.exchange("?", claims=[Claim(RECORD, (cite(REPORT, RECORD),))])


def test_an_unknown_date_is_said() -> None:
    html = present.exchange("?", answer=answer_to("ferries"))
    assert "date unknown" in html


def test_an_abstention_says_why_and_offers_the_nearest_passages() -> None:
    answer = answer_to("What is the airport budget?")
    html = present.exchange(answer.question, answer=answer)
    assert "The documents do not say" in html
    assert "Nothing in the documents is about this." in html
    assert places(html) == [place.permalink for place in answer.nearest]
    assert html.count('class="passage"') == len(answer.nearest)


def test_small_talk_is_a_sentence_without_the_headline_of_a_refusal() -> None:
    reply = replace(answer_to("What is the airport budget?"), nearest=(), reason="Hello; ask me.")
    html = present.exchange("hi", answer=reply)
    assert '<p class="reply">Hello; ask me.</p>' in html
    assert "The documents do not say" not in html


def test_what_an_answer_leaves_open_is_said_under_its_claims() -> None:
    answer = replace(answer_to("How many containers?"), reason="The documents do not say: “beds”.")
    html = present.exchange(answer.question, answer=answer)
    assert html.index(RECORD) < html.index('<p class="rest">The documents do not say: “beds”.</p>')
    assert 'class="rest"' not in present.exchange("?", answer=answer_to("How many containers?"))


def test_an_answer_on_its_way_shows_claims_and_status() -> None:
    claims = answer_to("How many containers?").claims[:1]
    html = present.exchange("?", claims=claims, status="Reading on")
    assert RECORD in html
    assert "Reading on" in html
    assert 'class="made"' not in html


def test_an_error_is_one_sentence_in_the_page() -> None:
    html = present.exchange("?", error="The question is empty; type one and ask again.")
    assert 'role="alert">The question is empty; type one and ask again.</p>' in html


def test_an_overlong_question_is_cut() -> None:
    html = present.exchange("x " * 50_000, error="Too long.")
    assert len(html) < 1000


def test_nothing_from_documents_or_questions_becomes_markup() -> None:
    citation = replace(
        cite(NOTICE, ATTACK),
        title=ATTACK,
        heading=(ATTACK,),
        permalink=f'"><b>{ATTACK}',
    )
    claim = Claim(ATTACK, (citation,))
    answer = replace(answer_to("attack"), question=ATTACK, claims=(claim,), model=ATTACK)
    refusal = replace(answer, abstained=True, claims=(), reason=ATTACK, nearest=(citation,))
    partly, reply = replace(answer, reason=ATTACK), replace(refusal, nearest=())
    document = replace(NOTICE, id=ATTACK, title=ATTACK, publisher=ATTACK)
    shown = [
        present.exchange(ATTACK, answer=answer),
        present.exchange(ATTACK, answer=refusal),
        present.exchange(ATTACK, answer=partly),
        present.exchange(ATTACK, answer=reply),
        present.exchange(ATTACK, error=ATTACK),
        present.exchange(ATTACK, claims=[claim], status=ATTACK),
        present.shelf([document]),
        welcome.introduction([document]),
        welcome.examples([ATTACK]),
        present.notice(ATTACK),
    ]
    for html in shown:
        assert "<img" not in html
        assert "<script" not in html
        assert "<b>" not in html


def test_the_introduction_counts_documents_and_years() -> None:
    older = replace(NOTICE, published=date(2022, 6, 25))
    assert "2 documents, 2022 to 2024" in welcome.introduction([REPORT, older])
    assert "1 document." in welcome.introduction([NOTICE])


def test_examples_are_made_from_figures_and_headings() -> None:
    text = (
        "# R\n\n## Main tasks of the year\n\nThe output of the mill reached 12 tons in 2023. "
        "It was 8 tons in 2022. Flour sales rose by 3.5%, in spite of the rain.\n"
        "They hope for more flour. Tenfold was 10.\n"
    )
    document = replace(REPORT, title="Mill report: a summary", text=text)
    assert [candidate.question for candidate in candidates([document])] == [
        "What did the output of the mill reach in 2023?",
        "By how much did flour sales rise?",
        "What does “Mill report” say about “Main tasks of the year”?",
    ]


def test_examples_take_turns_between_documents() -> None:
    assert [candidate.question for candidate in candidates([REPORT, NOTICE])][:2] == [
        "What does “Harbour report 2023” say about “Cargo handled”?",
        "What does “Notice on ferries” say about “Ferry times”?",
    ]


def test_only_questions_that_are_answered_from_their_place_are_offered() -> None:
    # The fake pipeline says nothing about cargo, and answers about ferries from the notice.
    assert example_questions(FakePipeline()) == [
        "What does “Notice on ferries” say about “Ferry times”?"
    ]


def test_presenting_loads_neither_gradio_nor_torch() -> None:
    code = "import sys, ui.present; assert not {'gradio', 'torch', 'fastapi'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_translated_claim_is_labelled_as_that_and_not_as_checked() -> None:
    answer = replace(answer_to("How many containers?"), model="scripted")
    claims = (replace(answer.claims[0], translated=True), *answer.claims[1:])
    html = present.exchange("?", answer=replace(answer, claims=claims))
    assert html.count(">translated by the model<") == 1
    assert html.count(">checked<") == len(claims) - 1
    assert "Written by scripted, checked, then translated by it" in html
    assert "then translated" not in present.exchange("?", answer=answer)


def test_a_translated_claim_that_failed_its_check_is_not_confirmed() -> None:
    place = (cite(REPORT, RECORD),)
    claim = Claim(RECORD, place, Verdict.NOT_COVERED, translated=True)
    assert "not confirmed" in present.exchange("?", claims=[claim])


def test_a_refusal_tells_how_the_question_was_read() -> None:
    read = "The question was read as “How many beds?”."
    general = "The documents do not say this; the nearest passages are listed."
    refusal = replace(answer_to("What is the airport budget?"), reason=f"{general} {read}")
    html = present.exchange("?", answer=refusal)
    assert f'<p class="reason">{read}</p>' in html
    assert 'class="reason"' not in present.exchange("?", answer=replace(refusal, reason=general))


def test_a_computed_claim_is_told_apart_from_a_quoted_one() -> None:
    quoted = answer_to("How many containers?")
    claims = (replace(quoted.claims[0], computed=True), *quoted.claims[1:])
    html = present.exchange("?", answer=replace(quoted, claims=claims))
    assert html.count(">computed<") == 1
    assert html.count(">checked<") == len(claims) - 1


def test_only_a_kept_answer_can_be_judged_and_asked_otherwise() -> None:
    answer = answer_to("How many containers?")
    kept = present.exchange("?", answer=answer, number=3)
    assert f'data-answer="{answer.id}" data-number="3"' in kept
    assert f'<div class="judging" data-judge="{answer.id}"></div></article>' in kept
    loose = present.exchange("?", answer=answer)
    assert "data-judge" not in loose
    assert "data-edit" not in loose
    assert "data-copy" in loose


def test_what_was_stopped_or_failed_can_be_asked_again() -> None:
    assert "Stopped. Nothing of it is kept." in present.exchange("Why?", stopped=True)
    for html in (present.exchange("Why?", stopped=True), present.exchange("Why?", error="No.")):
        assert "data-again" in html
    assert "data-again" not in present.exchange("  ", error="The question is empty.")


def test_a_long_conversation_shows_its_newest_exchanges() -> None:
    answer = answer_to("ferries")
    kept = [Kept(n, f"Question {n}", answer, datetime.now(UTC)) for n in range(1, 6)]
    html = present.conversation(kept, most=2)
    assert re.findall(r'data-number="(\d)"', html) == ["4", "5"]
    assert "Only the newest 2 answers" in html
    assert "Only the newest" not in present.conversation(kept, most=5)


def test_all_of_an_answer_is_said_in_the_readers_language() -> None:
    chinese = words("zh")
    html = present.exchange("?", answer=answer_to("How many containers?"), number=1, words=chinese)
    for text in ("已核对", "逐字引用", "2024年2月7日", "重新提问", "复制"):
        assert text in html
    assert "文件中没有说明" in present.exchange("?", answer=answer_to("airport"), words=chinese)
    assert 'lang="zh"' in welcome.introduction([REPORT], chinese)


def test_the_keys_are_listed() -> None:
    html = welcome.keyboard()
    assert "<kbd>Ctrl</kbd> + <kbd>K</kbd>" in html
    assert "Go to the question" in html
