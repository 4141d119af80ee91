from __future__ import annotations

from dataclasses import replace
from typing import Any

from eval.dataset import Case, ExpectedFigure
from eval.metrics import EVALUATORS, Context
from rag.models import Trace

PORT = "In 2023 the port handled 49.158 million TEUs."
CASES = (
    Case("absent", "?", absent=True, near_miss="period"),
    Case("bare", "?", expect=(("x",),)),
    Case(
        "full",
        "?",
        expect=(("49.158 million",),),
        evidence=("port",),
        figures=(ExpectedFigure("49.158 million TEUs", ("port",), "2023", "achieved"),),
    ),
)


def test_every_evaluator_says_why_whatever_it_gets(world: Any) -> None:
    for answer in (world.answer(), world.abstention(), world.quoting(PORT)):
        for case in CASES:
            for corpus in (world.corpus(), world.corpus({"p1": PORT})):
                context = Context(case, answer, corpus, 1.0, None)
                assert all(evaluate(context).reason for evaluate in EVALUATORS.values())


def test_a_flawless_answer_has_flawless_scores(world: Any) -> None:
    corpus = world.corpus({"p1": PORT, "p2": "Something else."})
    first = corpus.passages["p1"]
    trace = world.trace([first], [(first, first.sentences[0])])
    answer = replace(world.quoting(PORT), trace=trace)
    context = Context(CASES[2], answer, corpus, 12.5, 7.0)
    values = {name: evaluate(context).value for name, evaluate in EVALUATORS.items()}
    assert values == {
        "right": True,
        "cited": True,
        "quotes_exact": True,
        "abstained_correctly": None,
        "abstained_wrongly": False,
        "wrong_period": False,
        "citation_precision": 1.0,
        "citation_recall": 1.0,
        "figure_accuracy": 1.0,
        "figure_value": 1.0,
        "figure_unit": 1.0,
        "figure_measure": 1.0,
        "figure_period": 1.0,
        "figure_status": 1.0,
        "recall_at_5": 1.0,
        "recall_at_10": 1.0,
        "ndcg_at_10": 1.0,
        "rr_at_10": 1.0,
        "uncited_sentences": 0,
        "answer_chars": len(PORT),
        "wall_ms": 12.5,
        "cpu_ms": 7.0,
        "tokens": None,
        "confidence": 0.9,
        "document": "Report",
        "language": "en",
        "lost_at": None,
    }


def test_cpu_time_that_cannot_be_told_is_not_judged(world: Any) -> None:
    context = Context(CASES[1], world.answer(), world.corpus(), 1.0, None)
    assert EVALUATORS["cpu_ms"](context).value is None


def test_tokens_add_up_what_was_read_and_written(world: Any) -> None:
    usage = {"input_tokens": 900, "output_tokens": 60, "total_tokens": 960}
    answer = replace(world.quoting(PORT), trace=Trace(usage=usage))
    score = EVALUATORS["tokens"](world.context(answer, expect=(("x",),)))
    assert (score.value, score.reason) == (960, "900 input_tokens, 60 output_tokens")


def test_the_document_is_the_one_that_holds_all_evidence(world: Any) -> None:
    def of(**case: Any) -> Any:
        context = world.context(world.abstention(), **({"expect": (("x",),)} | case))
        return EVALUATORS["document"](context).value

    assert of(evidence=("Gong Zheng", "2023-2026")) == "Notes"
    assert of(evidence=("49.158 million",)) == "several"
    assert of(evidence=("49.158 million",), expect=(("TEUs",),)) == "Report"
    assert of(evidence=("Gong Zheng", "1,215 brands")) == "several"
    assert of(evidence=("no such words",)) is None
    assert of(expect=(), absent=True) == "none"
