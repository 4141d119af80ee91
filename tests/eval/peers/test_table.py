from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from eval.dataset import Case
from eval.peers.table import peers_for_terminal, peers_to_markdown, run_peers
from eval.run import evaluate
from rag.embedding import Embedder
from rag.errors import InputError
from rag.models import Document
from tests.eval.five_cases import CASES, asker_of, make_answers

PORT = Case("port", "How many TEUs did the port handle in 2023?", expect=(("49.158 million",),))
SHIPS = Case("ships", "Who painted the TEUs?", absent=True)


def cells(markdown: str, name: str) -> dict[str, str]:
    header, _, *rows = [line.strip("| ").split(" | ") for line in markdown.splitlines()[:9]]
    row = next(row for row in rows if row[0] == name)
    return dict(zip(["", *header], row, strict=False))


def test_every_recipe_runs_as_it_is_and_with_a_threshold(
    documents: list[Document], embedder: Embedder
) -> None:
    told: list[tuple[int, int]] = []
    runs = run_peers(
        ["bm25", "bm25"], documents, embedder, [PORT, SHIPS], lambda *now: told.append(now)
    )
    right = {
        name: [row.scores["right"].value for row in peer.run.rows] for name, peer in runs.items()
    }
    assert right == {
        "bm25": [True, False],
        "bm25 + threshold": [True, True],
        "bm25, 3 sentences": [True, False],
        "bm25, 3 sentences + threshold": [True, True],
    }
    assert not any("lost_at" in row.scores for peer in runs.values() for row in peer.run.rows)
    assert told == [(0, 1), (1, 1)]


def test_without_tuned_cases_no_threshold_is_fitted(
    documents: list[Document], embedder: Embedder
) -> None:
    held_out = Case("port", PORT.question, expect=PORT.expect, split="held-out")
    runs = run_peers(["bm25"], documents, embedder, [held_out])
    assert list(runs) == ["bm25", "bm25, 3 sentences"]


def test_a_manifest_tells_the_recipe_and_not_our_pipeline(
    documents: list[Document], embedder: Embedder
) -> None:
    runs = run_peers(["bm25"], documents, embedder, [PORT, SHIPS])
    ours = {"cases": [], "target": {"kind": "pipeline"}, "index_version": "v1", "jobs": 4}
    told = runs["bm25, 3 sentences + threshold"].manifest(ours)
    assert (told["index_version"], told["jobs"], told["n"]) == ("peer", 1, 2)
    target = told["target"]
    assert (target["kind"], target["name"], target["sentences"]) == ("peer", "bm25", 3)
    assert target["parameters"]["chunk_chars"] == 1000
    assert target["model"]["sha256"] == embedder.identity.sha256
    assert 0 < target["threshold"] < 1
    assert runs["bm25"].manifest(ours)["target"]["threshold"] is None


def test_an_unknown_name_is_refused_before_anything_is_asked(
    documents: list[Document], embedder: Embedder
) -> None:
    with pytest.raises(InputError, match="There is no peer 'magic'"):
        run_peers(["bm25", "magic"], documents, embedder, [PORT])


def test_the_table_tells_each_measure_over_its_own_cases(world: Any) -> None:
    answers = make_answers(world)
    run = evaluate(asker_of(world, answers), CASES)
    markdown = peers_to_markdown({"ours": run, "none": evaluate(asker_of(world, answers), [])})
    shown = cells(markdown, "ours")
    told = {name: shown[name] for name in list(shown)[1:8] if name != "recall@5"}
    assert told == {
        "all": "40.0%",
        "held-out": "0.0%",
        "right": "66.7%",
        "cited": "50.0%",
        "abst. right": "50.0%",
        "abst. wrong": "0.0%",
    }
    # Of 22, 31, 35 and 45 characters; an abstention has no length.
    assert shown["chars p50"] == "31.0"  # a length that occurred
    assert set(list(cells(markdown, "none").values())[1:]) == {"–"}


def test_the_terminal_shows_the_same(world: Any) -> None:
    run = evaluate(asker_of(world, make_answers(world)), CASES)
    console = Console(width=110)
    with console.capture() as capture:
        console.print(peers_for_terminal({"ours": run}))
    text = capture.get()
    for cell in cells(peers_to_markdown({"ours": run}), "ours").values():
        assert cell in text
