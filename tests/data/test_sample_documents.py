"""The sample documents restate the customer's originals: same facts, other words.

The originals are not part of this repository. The tests look for them in the folder
POLICYQA_TEST_CORPUS names, or else in shared/corpus beside the repository, and are
skipped where neither is there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from restatement import (
    added_figures,
    longest_shared_runs,
    missing_figures,
    shared_sentences,
)

pytestmark = pytest.mark.corpus

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = REPOSITORY / "data" / "documents"
PAIRS = {
    "000_77dae420cb18f198.txt": "party-plenum-december-2023.md",
    "001_612878e80e9ed20f.txt": "party-plenum-july-2023.md",
    "002_bd9e2faf553b7276.txt": "government-work-report-2024.md",
    "003_7f4450d8da14a2bc.txt": "party-congress-opening.md",
    "004_0615b6b790e0de63.txt": "municipal-executive-meeting.md",
}


def _corpus() -> Path:
    configured = os.environ.get("POLICYQA_TEST_CORPUS")
    return Path(configured) if configured else REPOSITORY.parent / "shared" / "corpus"


@pytest.fixture(params=list(PAIRS.items()), ids=list(PAIRS.values()))
def texts(request: pytest.FixtureRequest) -> tuple[str, str]:
    """An original and its restatement."""
    original, restated = request.param
    corpus = _corpus()
    if not corpus.is_dir():
        pytest.skip("no originals: set POLICYQA_TEST_CORPUS to the folder that holds them")
    return (
        (corpus / original).read_text(encoding="utf-8"),
        (DOCUMENTS / restated).read_text(encoding="utf-8"),
    )


def _listed(title: str, items: list[str]) -> str:
    return "\n  - ".join([f"{len(items)} {title}:", *items])


def test_no_sentence_is_taken_over(texts: tuple[str, str]) -> None:
    found = shared_sentences(*texts)
    assert not found, _listed("sentences are in both texts", found)


def test_no_long_run_of_words_is_taken_over(texts: tuple[str, str]) -> None:
    found = longest_shared_runs(*texts)
    assert not found, _listed("runs of words are in both texts", found)


def test_every_figure_is_kept(texts: tuple[str, str]) -> None:
    found = [str(figure) for figure in missing_figures(*texts)]
    assert not found, _listed("figures are missing in the restatement", found)


def test_no_figure_is_added(texts: tuple[str, str]) -> None:
    found = [str(figure) for figure in added_figures(*texts)]
    assert not found, _listed("figures are not in the original", found)
