"""What every recipe must keep, whatever it is made of."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from eval.dataset import Case
from eval.metrics import EVALUATORS, Context
from eval.peers import build_recipe, require_peers
from eval.peers.recipe import peer_asker
from eval.run import Asker
from rag.embedding import Embedder
from rag.errors import InputError
from rag.models import Document

PORT = Case("port", "How many TEUs did the port handle in 2023?", expect=(("49.158 million",),))
TOP = {"langchain": 4, "bm25": 4, "llamaindex": 2}


def test_every_visible_character_lies_in_a_chunk(asker: Asker, documents: list[Document]) -> None:
    for document in documents:
        held: set[int] = set()
        for passage in asker.corpus.passages.values():
            if passage.document_id == document.id:
                held.update(range(passage.span.start, passage.span.end))
        assert all(i in held for i, letter in enumerate(document.text) if not letter.isspace())


def test_the_text_of_a_chunk_is_the_text_at_its_place(asker: Asker) -> None:
    assert len(asker.corpus.passages) > 3
    for id_, passage in asker.corpus.passages.items():
        document = asker.corpus.documents[passage.document_id]
        assert passage.text == document.text[passage.span.start : passage.span.end]
        assert id_ == f"{document.id}:{passage.span.start}"


def test_the_answer_is_the_best_sentence_quoted_and_cited(asker: Asker, name: str) -> None:
    answer = asker.ask(PORT)
    (claim,) = answer.claims
    (citation,) = claim.citations
    assert claim.text == "In 2023 the port handled 49.158 million TEUs."
    text = asker.corpus.documents["port"].text
    assert citation.quote == claim.text == text[citation.span.start : citation.span.end]
    assert not answer.abstained
    assert 0 < answer.confidence <= 1
    assert (answer.engine, answer.index_version) == (f"peer:{name}", asker.version())


def test_blanks_are_tidied_in_the_claim_and_kept_in_the_quote(asker: Asker) -> None:
    answer = asker.ask(Case("parks", "How many new parks did the city open last year?"))
    assert answer.claims[0].text == "The city opened 120 new parks last year."
    assert answer.citations[0].quote == "The city opened 120 new   parks last year."


def test_the_best_chunk_comes_first_in_the_trace(asker: Asker) -> None:
    assert "49.158" in asker.corpus.passage_text(asker.ask(PORT).trace.passages[0])


def test_the_trace_names_all_chunks_that_were_retrieved(asker: Asker, name: str) -> None:
    upkeep = Case("upkeep", "Which section deals with the upkeep of a footpath?")
    found = asker.ask(upkeep).trace.passages
    assert len(found) == TOP[name]
    assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)
    assert all(asker.corpus.passages[f.passage_id].span == f.span for f in found)


def test_every_evaluator_can_judge_it(asker: Asker) -> None:
    context = Context(PORT, asker.ask(PORT), asker.corpus)
    scores = {name: evaluator(context).value for name, evaluator in EVALUATORS.items()}
    assert scores["right"] is True
    assert scores["quotes_exact"] is True


def test_it_looks_only_where_the_case_says(asker: Asker) -> None:
    elsewhere = Case("port", PORT.question, documents=("parks.txt",))
    answer = asker.ask(elsewhere)
    assert {found.document_id for found in answer.trace.passages} <= {"parks"}
    assert all(citation.document_id == "parks" for citation in answer.citations)
    nowhere = asker.ask(Case("port", PORT.question, documents=("nothing.txt",)))
    assert (nowhere.abstained, nowhere.trace.passages, nowhere.confidence) == (True, (), 0.0)


def test_what_nothing_is_said_about_is_answered_all_the_same(asker: Asker) -> None:
    assert not asker.ask(Case("moon", "Who was the first dog on the number moon?")).abstained


def test_bm25_without_a_shared_word_has_nothing_to_say(built: Callable[..., Asker]) -> None:
    answer = built("bm25").ask(Case("x", "Xylophone zeppelin?"))
    assert (answer.abstained, answer.confidence, answer.claims) == (True, 0.0, ())
    assert answer.text.endswith("in common with the question.")


def test_two_recipes_in_memory_do_not_see_each_others_documents(
    documents: list[Document], embedder: Embedder, built: Callable[..., Asker]
) -> None:
    built("langchain")
    notes = [document for document in documents if document.id == "notes"]
    alone = peer_asker("langchain", build_recipe("langchain", notes, embedder))
    found = alone.ask(PORT).trace.passages
    assert {weighed.document_id for weighed in found} == {"notes"}


def test_three_sentences_are_quoted_best_first_and_none_twice(
    name: str, built: Callable[..., Asker]
) -> None:
    upkeep = Case("upkeep", "Which sections deal with the upkeep of footpath number 7?")
    one, three = built(name).ask(upkeep), built(name, 3).ask(upkeep)
    assert len(three.claims) == 3
    assert three.claims[0] == one.claims[0]
    assert three.confidence == one.confidence
    spans = [(c.document_id, c.span) for claim in three.claims for c in claim.citations]
    assert len(set(spans)) == 3
    assert not any(
        here != there and a.overlaps(b)
        for here, (document, a) in enumerate(spans)
        for there, (other, b) in enumerate(spans)
        if document == other
    )


def test_an_unknown_peer_is_refused(documents: list[Document], embedder: Embedder) -> None:
    with pytest.raises(InputError, match="There is no peer 'haystack'; known are langchain, bm25"):
        build_recipe("haystack", documents, embedder)


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [
        ("langchain", "langchain_text_splitters", "peers"),
        ("bm25", "langchain_text_splitters", "peers"),
        ("bm25", "bm25s", "peers"),
        ("llamaindex", "llama_index.core", "llamaindex"),
    ],
)
def test_what_an_absent_extra_needs_is_told(
    name: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, module.split(".")[0], None)
    with pytest.raises(InputError, match=rf"pip install 'policy-qa\[{extra}\]'"):
        require_peers([name])
