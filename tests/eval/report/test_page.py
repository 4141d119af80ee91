from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from eval.compare import compare
from eval.corpus import Corpus
from eval.dataset import Case
from eval.report import to_html
from eval.report.entry import excerpt
from eval.run import Run
from rag.models import Answer, Claim, Span
from tests.eval.report.made import (
    CASES,
    CORPUS,
    FAILED,
    MANIFEST,
    NASTY,
    PORT,
    RIGHT,
    TARGET,
    TEXT,
    answer,
    ask,
    citation,
    made_run,
    quoting,
)

VOID = {"meta", "link", "input", "br"}


class Reader(HTMLParser):
    """The elements of a page in order: tag, attributes, and the text directly or deeper within."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.open: list[int] = []
        self.feed(html)
        self.close()
        assert not self.open, "an element is left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))
        if tag not in VOID:
            self.open.append(len(self.elements) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self.open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        for at in self.open:
            self.elements[at][2].append(data)

    def texts(self, tag: str, **attributes: str) -> list[str]:
        return [
            "".join(data)
            for name, found, data in self.elements
            if name == tag and attributes.items() <= found.items()
        ]

    def case(self, id_: str) -> str:
        (text,) = self.texts("details", **{"data-id": id_})
        return " ".join(text.split())


@pytest.fixture(scope="module")
def html(run: Run) -> str:
    return to_html(run, corpus=CORPUS, manifest=MANIFEST)


@pytest.fixture(scope="module")
def page(html: str) -> Reader:
    return Reader(html)


def test_the_header_tells_the_outcome_and_what_was_run(page: Reader) -> None:
    (header,) = page.texts("header")
    told = " ".join(header.split())
    assert "3 of 5 answerable questions right: 60.0% [" in told
    assert "1 of 2 questions without an answer refused: 50.0% [" in told
    assert "7 cases of cases.jsonl" in told
    assert "index v1" in told
    assert "commit 3333333333 with local changes" in told
    assert "target.settings.answer.threshold0.37" in told


def test_every_measure_is_listed_with_its_interval(page: Reader) -> None:
    lines = [line.strip() for line in page.texts("tr")]
    assert any(re.fullmatch(r"right60\.0%\[\d+\.\d, \d+\.\d\]5", line) for line in lines)
    assert any(line.startswith("figures right") for line in lines) is False
    assert any(line.startswith("recall@5") for line in lines)


def test_documents_are_compared_where_there_are_several(page: Reader) -> None:
    captions = [text.strip() for text in page.texts("caption")]
    assert "By document" in captions
    assert "By kind" in captions
    assert "By language" not in captions


def test_nothing_is_loaded_from_anywhere(html: str, page: Reader) -> None:
    asked = [
        value
        for _, attributes, _ in page.elements
        for name, value in attributes.items()
        if name in {"src", "href", "action", "srcset", "data", "poster", "style", "xlink:href"}
    ]
    assert all(value and value.startswith(("#", "data:,")) for value in asked)
    (style,), (script,) = page.texts("style"), page.texts("script")
    assert "url(" not in style
    assert "@import" not in style
    assert not re.search(r"fetch|XMLHttp|import\(|WebSocket|https?:", script)
    addresses = set(re.findall(r"https?://[^\s\"'<]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg"}


def test_the_policy_lets_in_the_pages_own_style_and_script_only(page: Reader) -> None:
    (policy,) = [
        attributes["content"] or ""
        for _, attributes, _ in page.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    for tag in ("style", "script"):
        (content,) = page.texts(tag)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    handlers = [name for _, found, _ in page.elements for name in found if name.startswith("on")]
    assert handlers == []


def test_words_of_others_stay_words(page: Reader) -> None:
    assert len(page.texts("script")) == 1
    assert page.texts("img") == page.texts("i") == page.texts("b") == []
    assert NASTY in page.texts("bdi")
    assert "Work <i>report</i>" in page.case("port")


def test_every_case_is_listed_with_what_it_can_be_filtered_by(page: Reader) -> None:
    rows = {
        attributes["data-id"]: attributes
        for tag, attributes, _ in page.elements
        if tag == "details" and "data-id" in attributes
    }
    assert list(rows) == [case.id for case in CASES]
    assert {id_ for id_, row in rows.items() if row["data-result"] == "right"} == set(RIGHT)
    assert {id_ for id_, row in rows.items() if row["data-result"] == "failed"} == set(FAILED)
    assert rows["nasty"]["data-lost"] == "wrongly answered"
    assert rows["plan"]["data-document"] == "Notes"


def test_a_case_shows_its_answer_with_the_cited_words_marked_where_they_stand(page: Reader) -> None:
    told = page.case("port")
    assert f"{PORT} [1]" in told
    assert f"This report tells of last year. {PORT} Research spending" in told
    assert PORT in page.texts("mark")


def test_a_case_tells_what_was_wanted_and_what_became_of_it(page: Reader) -> None:
    assert "49.158 million ✓ said" in page.case("port")
    assert "49.158 million ✓ cited" in page.case("port")
    wrong = page.case("rd")
    assert "4.4% ✗ missing" in wrong
    assert "4.5% ✗ said" in wrong
    assert "4.4% ✗ not cited; in passage 1" in wrong
    assert "not right: missing: 4.4%" in wrong
    assert "it must refuse" in page.case("jobs")
    assert "not asked: The question is too long; shorten it." in page.case("long")


def test_a_case_shows_every_score_and_the_trace(run: Run, page: Reader) -> None:
    told = page.case("rd")
    for name, score in run.rows[1].scores.items():
        if not name.startswith("ms_"):
            assert " ".join(score.reason.split()) in told, name
    assert "wants" in told
    assert "amount" in told
    assert "report.txt 32–77" in page.case("port")
    assert "cosine 0.70" in told
    assert "dense 0.50" in told
    assert "retrieve 2.0, rank 5.0, total 7.0" in told
    assert "A claim that did not hold. [1] ✗ text-not-in-span" in told
    assert "read 1,200" in told


def test_a_quote_that_the_document_lacks_is_shown_as_such() -> None:
    changed = "In 2023 the port handled 94.158 million TEUs."

    def misquote(case: Case) -> Answer:
        return answer(case, Claim(changed, (replace(citation(PORT), quote=changed),)))

    run = made_run(asked=misquote, cases=CASES[:1])
    told = Reader(to_html(run, corpus=CORPUS, manifest=MANIFEST)).case("port")
    assert f"The document does not say this there. The quote shown was: {changed}" in told


def test_a_document_that_is_gone_is_no_reason_to_fail(run: Run) -> None:
    told = Reader(to_html(run, corpus=Corpus({}), manifest=MANIFEST)).case("port")
    assert f"The quote shown was: {PORT}" in told


def test_the_comparison_tells_which_cases_changed_and_why(run: Run) -> None:
    said = {"rd": "Research spending was 4.4% of GDP.", "port": TARGET}
    better = made_run(
        asked=lambda case: quoting(case, said[case.id]) if case.id in said else ask(case)
    )
    page = Reader(
        to_html(better, corpus=CORPUS, manifest=MANIFEST, comparison=compare(run.rows, better.rows))
    )
    (section,) = page.texts("section", **{"aria-labelledby": "comparison"})
    told = " ".join(section.split())
    assert "Against the baseline (7 cases in common)" in told
    assert "Now fails (1) port: missing: 49.158 million" in told
    assert "Now passes (1) rd: before: missing: 4.4%" in told
    assert any(line.strip().startswith("right60.0%60.0%+0.0 pt[") for line in page.texts("tr"))
    assert {"#case=port", "#case=rd"} <= {found.get("href") for _, found, _ in page.elements}


def test_without_a_baseline_nothing_is_compared(page: Reader) -> None:
    assert page.texts("section", **{"aria-labelledby": "comparison"}) == []


def test_the_threshold_that_was_set_is_marked(run: Run, html: str) -> None:
    assert "threshold 0.37:" in html
    server = {"target": {"kind": "server", "url": "http://127.0.0.1:7860"}}
    page = Reader(to_html(run, corpus=CORPUS, manifest=server))
    assert "server http://127.0.0.1:7860" in page.texts("header")[0]
    assert any(text.startswith("threshold 0.50:") for text in page.texts("text"))


def test_a_run_in_which_nothing_could_be_asked_is_still_a_report() -> None:
    run = made_run(cases=CASES[-1:])
    page = Reader(to_html(run, corpus=CORPUS, manifest=MANIFEST))
    assert "0 of 1 answerable questions right" in page.texts("header")[0]
    assert "not asked" in page.case("long")


@pytest.mark.parametrize("place", [Span(0, 4), Span(32, 77), Span(len(TEXT) - 5, len(TEXT))])
def test_an_excerpt_is_the_documents_own_text(place: Span) -> None:
    found = excerpt(TEXT, place, around=40)
    assert found.marked == TEXT[place.start : place.end]
    whole = found.before.removeprefix("… ") + found.marked + found.after.removesuffix(" …")
    assert whole in TEXT
    assert len(found.before) <= 42
    assert len(found.after) <= 42
    assert found.before.startswith("… ") is (place.start > 40)
    assert found.after.endswith(" …") is (place.end < len(TEXT) - 40)


def test_an_excerpt_of_text_without_blanks_is_cut_all_the_same() -> None:
    found = excerpt("政" * 400, Span(200, 210), around=40)
    assert (found.before, found.after) == ("… " + "政" * 40, "政" * 40 + "…")


def test_every_choice_of_a_filter_has_its_exact_value() -> None:
    case = replace(CASES[0], kind='two  blanks "and" quotes')
    page = Reader(to_html(made_run(cases=(case, CASES[1])), corpus=CORPUS, manifest=MANIFEST))
    values = [found["value"] for tag, found, _ in page.elements if tag == "option"]
    assert case.kind in values
