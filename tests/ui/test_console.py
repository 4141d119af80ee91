"""What is printed for people: exactly the words of the documents, and nothing that steers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ingest.load import Skipped
from ingest.pipeline import IngestReport
from rag.models import Answer, Citation, Claim, Span
from ui import console
from ui.console import count_progress, print_answer, print_ingest, stage_progress

# Whitespace is tidied in quotes, and what steers a terminal is replaced; neither is asked for here.
words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1)
Capture = pytest.CaptureFixture[str]


def citation(quote: str, title: str = "Harbour report", published: date | None = None) -> Citation:
    return Citation(
        document_id="h",
        document="harbour.md",
        title=title,
        source="harbour.md",
        published=published,
        span=Span(0, len(quote)),
        quote=quote,
        page=None,
        heading=("Harbour report", "Cargo"),
        permalink="h.0.9.abc",
    )


def answer(*claims: Claim, nearest: tuple[Citation, ...] = (), reason: str | None = None) -> Answer:
    return Answer(
        id="a",
        question="?",
        claims=claims,
        abstained=not claims,
        reason=reason,
        confidence=0.876,
        nearest=nearest,
        engine="extractive",
        model=None,
        index_version="v",
    )


def printed(capsys: Capture, value: Answer) -> list[str]:
    print_answer(value)
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out.splitlines()


def test_every_claim_is_followed_by_the_numbers_of_its_sources(capsys: Capture) -> None:
    first, second = citation("One.", published=date(2024, 2, 7)), citation("Two.", title="Notes")
    lines = printed(capsys, answer(Claim("One.", (first,)), Claim("Both.", (second, first))))
    assert lines == [
        "One. [1]",
        "Both. [2] [1]",
        "",
        "[1] Harbour report · 2024-02-07 · Cargo",
        "    “One.”",
        "[2] Notes · date unknown · Cargo",
        "    “Two.”",
        "confidence 0.88, extractive engine",
    ]


def test_an_abstention_shows_its_reason_and_the_nearest_passages_without_numbers(
    capsys: Capture,
) -> None:
    value = answer(reason="Nothing says so.", nearest=(citation("A near\n  thing."),))
    assert printed(capsys, value) == [
        "Nothing says so.",
        "- Harbour report · date unknown · Cargo",
        "    “A near thing.”",
    ]


def test_what_an_answer_leaves_open_follows_its_claims(capsys: Capture) -> None:
    value = answer(Claim("One.", (citation("One."),)), reason="Two is not told.")
    assert printed(capsys, value)[:3] == ["One. [1]", "Two is not told.", ""]


@pytest.mark.parametrize(
    "text",
    [
        "[bold]not bold[/bold] [/] [1] [red",
        "a path C:\\ and \\[x] and two \\\\",
        "a ratio of 3:100:7 :fire:",
        "https://example.org/a 5.2 'million' 上海",
        "long " * 60 + "end",
    ],
)
def test_the_words_of_documents_are_printed_as_they_are(capsys: Capture, text: str) -> None:
    lines = printed(capsys, answer(Claim(text, (citation(text, title=text),))))
    assert lines[0] == f"{text} [1]"
    assert lines[2] == f"[1] {text} · date unknown · Cargo"
    assert lines[3] == f"    “{text}”"


@given(text=words)
def test_no_words_are_read_as_markup(text: str) -> None:
    target = Console(width=10_000, highlight=False, soft_wrap=True)
    with target.capture() as seen:
        target.print(console.line_of((text, "bold")))
    assert seen.get() == f"{text}\n"


@pytest.mark.parametrize("steering", ["\x1b[31m", "\x1b]0;title\x07", "\x9b2J", "\x08\x08", "\x7f"])
def test_what_steers_a_terminal_is_not_passed_on(capsys: Capture, steering: str) -> None:
    value = answer(Claim(f"a{steering}b", (citation(f"c{steering}d", title=f"e{steering}f"),)))
    out = "\n".join(printed(capsys, value))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", out)
    assert "\N{REPLACEMENT CHARACTER}" in out


def test_an_ingest_lists_names_but_not_the_unchanged_and_reasons_go_to_stderr(
    capsys: Capture,
) -> None:
    skipped = (Skipped("[x].txt", "[x].txt is empty; leave it out."),)
    report = IngestReport(("a.md",), (), ("[b].md",), ("c.md", "d.md"), skipped, 7, 5, "abc")
    print_ingest(report, "here [now]")
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        "    added  1",
        "           a.md",
        "  changed  0",
        "  removed  1",
        "           [b].md",
        "unchanged  2",
        "  skipped  1",
        "7 passages, 5 texts embedded, index abc in here [now]",
    ]
    assert captured.err == "skipped [x].txt: [x].txt is empty; leave it out.\n"


def run_stages() -> None:
    with stage_progress() as tell:
        for done in range(3):
            tell("reading", done, 2)


def run_count() -> None:
    with count_progress("questions") as tell:
        tell(1, 2)


@pytest.mark.parametrize("run", [run_stages, run_count])
def test_progress_is_silent_away_from_a_terminal(capsys: Capture, run: Callable[[], None]) -> None:
    run()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("run", "bar"), [(run_stages, "reading"), (run_count, "questions")])
def test_progress_is_drawn_on_a_terminals_stderr_only(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, run: Callable[[], None], bar: str
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    run()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert bar in captured.err


def test_a_claim_that_a_model_translated_is_told_as_that(
    capsys: Capture,
) -> None:
    text = "Thirty ferries sail."
    claim = Claim("Dreißig Fähren fahren.", (citation(text),), translated=True)
    assert any(
        "fahren. (translated by the model) [1]" in line for line in printed(capsys, answer(claim))
    )
