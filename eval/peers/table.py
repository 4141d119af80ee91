"""Peers and the shipped pipeline side by side, through the same metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.dataset import Case
from eval.manifest import make_manifest
from eval.metrics import EVALUATORS
from eval.peers import build_recipe, require_peers
from eval.peers.recipe import VERSION, Recipe, peer_asker
from eval.peers.threshold import FITTED_ON, abstaining_below, fit_threshold
from eval.run import Asker, Row, Run, evaluate
from eval.summary import MEASURES, measured
from rag.embedding import Embedder
from rag.models import Document

NOTE = (
    "all: right, cited and quoted exactly, or rightly abstained, of all cases; held-out: the same "
    "of those never tuned on; "
    "right, abst. wrong, recall: of the answerable cases; cited: of the right ones; abst. right: "
    "of the absent ones. Recipes retrieve 4 chunks (llamaindex 2), so their recall@5 is that "
    "of so many. They quote one sentence, or three, as policy-qa may; a threshold is fitted to the "
    "tuned cases only. Recipes are asked one case at a time: compare their ms with those of a run "
    "with --jobs 1 only."
)
SENTENCES = (1, 3)
"""How many sentences a recipe quotes: the best, and as many as the shipped pipeline may."""
# Where a case was lost is told from stages that recipes do not have.
_EVALUATORS = {name: judge for name, judge in EVALUATORS.items() if name != "lost_at"}


@dataclass(frozen=True, slots=True)
class PeerRun:
    """What a recipe scored, and what it was, as plain JSON values."""

    run: Run
    target: Mapping[str, Any] = field(default_factory=dict)

    def manifest(self, plan: Mapping[str, Any]) -> dict[str, Any]:
        """The manifest of this run; `plan` is that of the pipeline's run over the same cases."""
        own = {"target": dict(self.target), "index_version": VERSION, "jobs": 1}
        return make_manifest(self.run, {**plan, **own})


def run_peers(
    names: Sequence[str],
    documents: Sequence[Document],
    embedder: Embedder,
    cases: Sequence[Case],
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, PeerRun]:
    """Each named recipe over the cases, quoting one sentence and three, one case at a time.

    Each as it is and with a threshold fitted to the tuned cases. Without a tuned case there is
    nothing to fit to, and recipes run only as they are. `progress` is told how many recipes are
    done, and of how many.

    Raises:
        InputError: there is no such recipe, or what it needs is not installed.
    """
    tell = progress or (lambda *_: None)
    require_peers(names)
    recipes = {name: build_recipe(name, documents, embedder) for name in dict.fromkeys(names)}
    model = {"name": embedder.identity.name, "sha256": embedder.identity.sha256}
    runs: dict[str, PeerRun] = {}
    for done, (name, recipe) in enumerate(recipes.items()):
        tell(done, len(recipes))
        for sentences in SENTENCES:
            target = _target(name, recipe, sentences, model)
            label = name if sentences == 1 else f"{name}, {sentences} sentences"
            runs |= _run_variants(label, peer_asker(name, recipe, sentences), cases, target)
    tell(len(recipes), len(recipes))
    return runs


def _target(name: str, recipe: Recipe, sentences: int, model: Mapping[str, Any]) -> dict[str, Any]:
    told = {"kind": "peer", "name": name, "parameters": dict(recipe.parameters)}
    return {**told, "sentences": sentences, "model": model}


def _run_variants(
    label: str, asker: Asker, cases: Sequence[Case], target: Mapping[str, Any]
) -> dict[str, PeerRun]:
    """As it is, and with a threshold where there are cases to fit it to."""
    run = evaluate(asker, cases, evaluators=_EVALUATORS)
    runs = {label: PeerRun(run, {**target, "threshold": None})}
    tuned = [row for row in run.rows if row.case.split == FITTED_ON]
    if tuned:
        threshold = fit_threshold(tuned)
        strict = evaluate(abstaining_below(asker, threshold), cases, evaluators=_EVALUATORS)
        runs[f"{label} + threshold"] = PeerRun(strict, {**target, "threshold": threshold})
    return runs


def peers_for_terminal(runs: Mapping[str, Run]) -> RenderableType:
    """One line for each run."""
    table = Table("", box=None, pad_edge=False, collapse_padding=True)
    for label in _COLUMNS:
        table.add_column(label.replace(" ", "\n"), justify="right", no_wrap=True)
    for name, run in runs.items():
        table.add_row(name, *_cells(run))
    return Group(table, Text(NOTE, style="dim"))


def peers_to_markdown(runs: Mapping[str, Run]) -> str:
    """The same as Markdown."""
    lines = [["", *_COLUMNS], ["---", *("---:" for _ in _COLUMNS)]]
    lines += [[name, *_cells(run)] for name, run in runs.items()]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{table}\n\n{NOTE}\n"


def _cells(run: Run) -> list[str]:
    return [cell(run.rows) for cell in _COLUMNS.values()]


def _cell(name: str, rows: Sequence[Row]) -> str:
    """A measure of the rows as text; a dash where no case counts."""
    measure = MEASURES[name]
    value = measured(measure, rows).value
    if value is None:
        return "–"
    return f"{value:.1%}" if measure.unit == "share" else f"{value:.1f}"


def _held_out(rows: Sequence[Row]) -> str:
    return _cell("passed", [row for row in rows if row.case.split != FITTED_ON])


_COLUMNS: Mapping[str, Callable[[Sequence[Row]], str]] = {
    "all": partial(_cell, "passed"),
    "held-out": _held_out,
    "right": partial(_cell, "right"),
    "cited": partial(_cell, "cited"),
    "abst. right": partial(_cell, "abstained_correctly"),
    "abst. wrong": partial(_cell, "abstained_wrongly"),
    "recall@5": partial(_cell, "recall_at_5"),
    "chars p50": partial(_cell, "answer_chars_p50"),
    "ms p50": partial(_cell, "wall_ms_p50"),
}
