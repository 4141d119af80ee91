from __future__ import annotations

from dataclasses import replace
from math import log2
from typing import Any

import pytest

from eval.dataset import Reference
from eval.metrics import Context
from eval.metrics.retrieval import ndcg_at_10, recall_at_5, recall_at_10, rr_at_10

BOTH, PORT, CHAIR = "The port and Gong Zheng.", "The port grew.", "Gong Zheng came."
EVIDENCE = ("port", "Gong Zheng")
ALL = {"both": BOTH, "port": PORT, "chair": CHAIR} | {f"p{i}": f"text {i}." for i in range(12)}


@pytest.fixture
def retrieving(world: Any) -> Any:
    """A context that retrieved the passages of these ids, of all that there are."""

    def make(*ids: str, **case: Any) -> Context:
        corpus = world.corpus(ALL)
        trace = world.trace([corpus.passages[id_] for id_ in ids])
        answer = replace(world.abstention(), trace=trace)
        return replace(
            world.context(answer, **({"expect": (("x",),), "evidence": EVIDENCE} | case)),
            corpus=corpus,
        )

    return make


def test_recall_is_the_share_of_evidence_in_the_first_passages(retrieving: Any) -> None:
    ids = ["p0", "port", "p1", "p2", "p3", "chair"]
    early = recall_at_5(retrieving(*ids))
    assert (early.value, early.reason) == (0.5, "not retrieved: Gong Zheng")
    assert recall_at_10(retrieving(*ids)).value == 1.0
    assert recall_at_10(retrieving(*(f"p{i}" for i in range(10)), "both")).value == 0.0


def test_recall_reads_the_stored_text_of_passages_that_are_unknown(
    world: Any, retrieving: Any
) -> None:
    passage = world.passage("gone", "In 2023 the port handled 49.158 million TEUs.")
    answer = replace(world.abstention(), trace=world.trace([passage]))
    context = world.context(answer, expect=(("x",),), evidence=("49.158 million",))
    assert recall_at_5(context).value == 1.0


def test_ndcg_gives_more_for_passages_with_more_evidence(retrieving: Any) -> None:
    ideal = 2 + 1 / log2(3) + 1 / log2(4)
    for ids, gained in (
        (["both", "port", "chair"], ideal),
        (["port", "both", "chair"], 1 + 2 / log2(3) + 1 / log2(4)),
        (["p0", "p1", "chair"], 1 / log2(4)),
        (["p0"], 0.0),
        ([], 0.0),
    ):
        assert ndcg_at_10(retrieving(*ids)).value == pytest.approx(gained / ideal)


def test_reciprocal_rank_is_that_of_the_first_passage_with_evidence(retrieving: Any) -> None:
    assert rr_at_10(retrieving("p0", "p1", "chair", "both")).value == pytest.approx(1 / 3)
    assert rr_at_10(retrieving("both")).value == 1.0
    assert rr_at_10(retrieving(*(f"p{i}" for i in range(10)), "both")).value == 0.0
    assert rr_at_10(retrieving("p0", "chair")).reason == (
        "hold evidence: 2 of the first 10; 3 passages do"
    )


def test_ranks_are_not_judged_without_evidence_or_passages(world: Any, retrieving: Any) -> None:
    for judge in (ndcg_at_10, rr_at_10):
        assert judge(retrieving("both", evidence=())).value is None
        unknown = world.context(world.abstention(), expect=(("x",),), evidence=EVIDENCE)
        assert judge(unknown).value is None
        assert judge(retrieving("both", evidence=("no such words",))).value == 0.0


def test_references_are_found_by_overlap(world: Any) -> None:
    report = world.documents["report"].text
    first, second = report[:74], report[74:]
    corpus = world.corpus({"first": first, "second": second})
    passages = [corpus.passages["first"], corpus.passages["second"]]
    trace = world.trace(passages)
    start = report.index("Idle land")
    case = {"expect": (("x",),), "references": (Reference("report", start, start + 47),)}
    context = world.context(replace(world.abstention(), trace=trace), **case)
    context = replace(context, corpus=corpus)
    assert (recall_at_5(context).value, rr_at_10(context).value) == (1.0, 0.5)
