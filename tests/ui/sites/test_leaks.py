"""Nothing of documents that a site was not given gets out by anything that its visitors reach."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from rag.embedding import Embedder
from rag.models import Span
from rag.permalink import permalink_to
from rag.pipeline import Pipeline, build_pipeline
from tests.rag.two_towns import FOREIGN, OWN, QUESTIONS, UNIQUE, made
from tests.ui.sites.visiting import TOWN, Server, Visitor, answer_of, events_of
from ui.examples import example_questions
from ui.sites.suggesting import Suggesting

SITE = replace(TOWN, documents=("/public/",), suggestions=(), rate=1000, site_rate=1000)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Pipeline]:
    settings = made(tmp_path_factory.mktemp("both"), OWN | FOREIGN, embedder)
    with build_pipeline(settings) as pipeline:
        yield pipeline


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("leaks") / "office"
    with Server(folder, SITE, pipeline=pipeline).client() as client:
        yield client


def leaks(told: str, asked: str) -> list[str]:
    """Words of the other documents that were told without having been asked."""
    plain, known = told.casefold(), asked.casefold()
    return [word for word in UNIQUE if word in plain and word not in known]


def test_no_answer_and_no_page_tells_of_other_documents(client: TestClient) -> None:
    visitor = Visitor(client)
    visitor.visit()
    asked = ""
    for number, question in enumerate(QUESTIONS):
        asked += question  # what was asked may come back in follow-ups
        response = visitor.ask(question, f"{number:020}")
        answer = answer_of(response)
        assert leaks(response.text, asked) == []
        for citation in (*answer["citations"], *answer["nearest"]):
            assert citation["source"] in OWN
            assert set(citation.get("also", ())) <= set(OWN)
            page = client.get(citation["url"])
            if page.status_code != 429:
                assert page.status_code == 200
                assert leaks(page.text, asked) == []


def test_a_word_that_only_others_hold_is_refused_like_one_that_nobody_does(
    client: TestClient,
) -> None:
    told = []
    for name in ("Zyxomma", "Wyxomna"):
        visitor = Visitor(client)
        visitor.visit()
        answer = answer_of(visitor.ask(f"What is the {name} dossier?"))
        told.append(answer["reason"].replace(name, "NAME"))
        assert answer["abstained"]
    assert told[0] == told[1]


def test_suggestions_come_from_the_documents_of_the_site(
    pipeline: Pipeline, client: TestClient
) -> None:
    own, foreign = Suggesting(pipeline, 60.0), Suggesting(pipeline, 60.0)
    others = replace(SITE, documents=("/secret/",))
    questions = own.now(SITE)
    assert questions
    assert leaks(" ".join(questions), "") == []
    assert foreign.now(others)
    assert not set(foreign.now(others)) & set(questions)
    assert set(foreign.now(others)) & set(example_questions(pipeline, limit=16))
    assert own.now(others) == foreign.now(others), "made anew for other documents"
    assert leaks(json.dumps(Visitor(client).visit().json()), "") == []


def test_public_pages_of_other_documents_do_not_exist(
    pipeline: Pipeline, client: TestClient
) -> None:
    for document in pipeline.documents:
        link = permalink_to(document, Span(0, 5))
        status = client.get(f"/s/town/{link}").status_code
        assert status == (200 if document.source in OWN else 404)


def test_a_document_taken_away_from_a_site_is_gone_from_its_next_answer(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    server = Server(tmp_path / "office", SITE, pipeline=pipeline)
    with server.client() as client:
        visitor = Visitor(client)
        visitor.visit()
        assert answer_of(visitor.ask("When do ferries leave?"))["claims"]
        server.sites.change("town", lambda s: replace(s, documents=("/public/parks.txt",)))
        for ask in ("a" * 20, "b" * 20):
            told = events_of(visitor.ask("When do ferries leave?", ask))
            assert told[-1][2]["abstained"]
            assert "old quay" not in str(told)
