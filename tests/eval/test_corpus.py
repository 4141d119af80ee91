from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.corpus import Corpus
from eval.text import contains
from rag.models import Passage, Span, Weighed

PORT = "In 2023 the port handled 49.158 million TEUs."
PASSAGES = {"port": PORT, "tech": "New technologies.", "names": "J. Smith met Gong Zheng."}


@pytest.mark.parametrize(
    ("phrase", "ids"),
    [
        ("49,158,000", {"port"}),
        ("49.158 billion", set()),
        ("technolog", {"tech"}),
        ("John Smith", {"names"}),
        ("Mr. Gong Zheng", {"names"}),
        ("the", set()),
        ("", set()),
    ],
)
def test_passages_are_found_by_what_they_say(world: Any, phrase: str, ids: set[str]) -> None:
    corpus = world.corpus(PASSAGES)
    assert corpus.passages_saying([phrase]) == ids
    assert corpus.passages_saying([phrase, "no such words"]) == ids


def test_any_alternative_is_enough(world: Any) -> None:
    corpus = world.corpus(PASSAGES)
    assert corpus.passages_saying(["Gong Zheng", "49.158 million"]) == {"names", "port"}
    assert corpus.passages_saying([]) == corpus.documents_saying([]) == frozenset()


def test_documents_are_found_by_their_passages_or_else_by_their_text(world: Any) -> None:
    corpus = world.corpus({"port": PORT})
    assert corpus.documents_saying(["49.158 million"]) == {"report"}
    assert world.corpus().documents_saying(["49.158 million"]) == {"report", "notes"}
    assert corpus.documents_saying(["Gong Zheng"]) == {"notes"}
    assert corpus.documents_saying(["Gong Zhang"]) == frozenset()


def test_text_is_read_from_passages_where_they_are_known(world: Any) -> None:
    tidy = world.passage("p", "Idle land fell by 15.1 square kilometers.")
    corpus = Corpus(world.documents, {"p": tidy})
    whole, sentence = tidy.span, tidy.sentences[0].span
    assert corpus.passage_text(Weighed("p", "report", whole, 1.0)) == tidy.text
    assert corpus.sentence_text(Weighed("p", "report", sentence, 1.0)) == tidy.text
    stored = Span(0, 7)
    assert corpus.passage_text(Weighed("gone", "report", stored, 1.0)) == "In 2023"
    assert corpus.sentence_text(Weighed("p", "report", stored, 1.0)) == "In 2023"
    assert corpus.text_at("nowhere", stored) == ""


def test_a_document_goes_by_its_id_source_or_title(world: Any) -> None:
    corpus = world.corpus()
    for name in ("report", "report.txt", "Report", "REPORT.TXT"):
        assert corpus.named(name) is world.documents["report"]
    assert corpus.named("reports") is None


@pytest.mark.parametrize(
    "phrase",
    ["49.158 million", "about 3%", "third plenary", "systemic financial risks", "technolog", "10"],
)
def test_the_index_of_tokens_loses_no_passage(sample_documents: Path, phrase: str) -> None:
    texts = [
        paragraph
        for path in sorted(sample_documents.glob("*.md"))
        for paragraph in path.read_text(encoding="utf-8").split("\n\n")
    ]
    passages = {
        str(i): Passage(str(i), "d", Span(0, len(text)), (), text, ())
        for i, text in enumerate(texts)
    }
    slowly = {id_ for id_, passage in passages.items() if contains(passage.text, phrase)}
    assert slowly
    assert Corpus({}, passages).passages_saying([phrase]) == slowly
