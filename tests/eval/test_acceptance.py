"""The shipped pipeline keeps the bounds of pyproject.toml on the sample and on the originals."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset import read_cases
from eval.run import Run, evaluate
from eval.thresholds import check, read_bounds
from rag.pipeline import Pipeline


def run_cases(pipeline: Pipeline, repository: Path) -> Run:
    return evaluate(
        lambda case: pipeline.ask(case.question, history=case.history),
        read_cases(repository / "data" / "questions.jsonl"),
        documents={document.id: document for document in pipeline.documents},
        passages={id_: passage.text for id_, passage in pipeline.passages.items()},
    )


def expect_bounds_kept(pipeline: Pipeline, repository: Path) -> None:
    bounds = read_bounds(repository / "pyproject.toml")
    assert bounds, "pyproject.toml holds no bounds"
    check(run_cases(pipeline, repository).summary(), bounds)


@pytest.mark.slow
def test_bounds_are_kept_on_the_sample_documents(real_pipeline: Pipeline, repository: Path) -> None:
    expect_bounds_kept(real_pipeline, repository)


@pytest.mark.slow
@pytest.mark.corpus
def test_bounds_are_kept_on_the_originals(original_pipeline: Pipeline, repository: Path) -> None:
    expect_bounds_kept(original_pipeline, repository)
