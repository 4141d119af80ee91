"""Articles nobody trained on: what is asked, what counts as said, and what is told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from eval import articles
from eval.articles import (
    FIRST,
    MEANING,
    OURS,
    WORDS,
    Outcome,
    Told,
    answers_table,
    ask_articles,
    held_out,
    main,
    refusals_table,
)
from eval.dataset import Case
from eval.training.reader_data import split_of
from rag.embedding import Embedder
from rag.settings import Settings

WAYS = (OURS, FIRST, WORDS, MEANING)
HARBOUR = (
    "The harbour of Elmstead was dug in 1843 by Ada Quill. It handled 3.2 million crates in its "
    "first year. Forty cranes work there today, and most of them are green. "
    + "Ships wait outside until a pilot comes, which may take all night in winter. "
    * 5
).strip()
BRIDGE = (
    "The Linden Bridge was rebuilt after the flood of 1968. Its toll was abolished by the mayor "
    "Ines Varga. About 12,400 carts crossed it every day. "
    + "People on foot use the lower walk, from which one sees the mills. "
    * 5
).strip()
ASKED = {
    HARBOUR: {"Who dug the harbour of Elmstead?": "Ada Quill"},
    BRIDGE: {"Who abolished the toll of the Linden Bridge?": "Ines Varga"},
}


def title_of(split: str) -> str:
    """A title that falls into this split."""
    return next(t for i in range(1000) if split_of("new_wiki", t := f"Town_{i}", "") == split)


def article(title: str) -> dict[str, Any]:
    paragraphs = [
        {
            "context": context,
            "qas": [
                {
                    "id": f"{title}-{question}",
                    "question": question,
                    "answers": [{"text": gold, "answer_start": context.index(gold)}],
                }
                for question, gold in asked.items()
            ],
        }
        for context, asked in ASKED.items()
    ]
    return {"title": title, "paragraphs": paragraphs}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    value = {"data": [article(title_of(split)) for split in ("train", "test")]}
    with gzip.open(tmp_path / "squadshifts_new_wiki.json.gz", "wt", encoding="utf-8") as file:
        json.dump(value, file)
    return tmp_path


@pytest.fixture(autouse=True)
def one_model(monkeypatch: pytest.MonkeyPatch, embedder: Embedder) -> None:
    """The model of the other tests, not loaded again."""
    monkeypatch.setattr(articles, "load_embedder", lambda _settings: embedder)


def told(texts: dict[str, str], abstained: bool = False, **signals: float) -> Told:
    return Told({FIRST: "", WORDS: "", MEANING: "", **texts}, signals, abstained)


def outcome(right: Told, without: Told | None = None) -> Outcome:
    return Outcome(Case("c", "Who?", expect=(("Ada Quill", "Quill"),)), right, without)


def test_only_articles_that_were_not_trained_on_are_asked(data: Path) -> None:
    outside = held_out(data)
    assert list(outside.documents) == [f"{title_of('test')}.md"]
    assert len(outside.cases) == 2


def test_every_way_is_asked_with_and_without_the_paragraph(data: Path) -> None:
    outcomes = ask_articles(held_out(data), Settings())
    assert [o.case.question for o in outcomes] == [q for asked in ASKED.values() for q in asked]
    harbour, bridge = outcomes
    assert {way for way in WAYS if harbour.right(way)} == {*WAYS}
    assert {way for way in WAYS if bridge.right(way)} == {OURS, FIRST}, "rivals see the bridge only"
    for found in outcomes:
        assert found.without is not None
        gold = found.case.expect[0][0]
        assert not any(gold in text for text in found.without.texts.values())
        assert found.without.signals["confidence"] < found.told.signals["confidence"]


def test_the_table_tells_how_often_the_gold_answer_is_said_and_by_how_much_more() -> None:
    said, silent = {OURS: "Ada Quill dug it."}, {OURS: "", WORDS: "It was dug by Quill."}
    outcomes = [outcome(told(said))] * 30 + [outcome(told(silent, abstained=True))] * 10
    lines = {line[0]: line[1:] for line in answers_table(outcomes).lines}
    assert lines[OURS][0] == "75.0%"
    assert lines[OURS][2:] == ("75.0%", "100.0%", "17", "")
    assert lines[WORDS][0] == "25.0%"
    low, high = (float(part) for part in lines[WORDS][-1].split(" to "))
    assert low < 50 < high


def test_refusals_compare_each_question_with_itself() -> None:
    pairs = [
        outcome(told({OURS: ""}, confidence=c), told({OURS: ""}, True, confidence=c / 2))
        for c in (0.9, 0.8, 0.7)
    ]
    table = refusals_table([*pairs, outcome(told({OURS: ""}, confidence=0.0))])
    assert table.header[0].startswith("3 questions")
    assert dict(table.lines) == {  # type: ignore[arg-type]
        "confidence": "1.000",
        "abstained with its paragraph": "0.0%",
        "abstained without": "100.0%",
    }


def test_the_command_prints_the_tables_and_writes_them(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(data), "--limit", "1", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("1 questions.\n\n|")
    assert (tmp_path / "out" / "articles.md").read_text(encoding="utf-8") == printed


def test_a_folder_without_the_articles_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("eval.articles: ")
    assert error.count("\n") == 1
