"""Peers and the shipped pipeline side by side, through the same metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.dataset import Case
from eval.peers import build_peer
from eval.peers.threshold import FITTED_ON, with_threshold
from eval.run import Row, Run, evaluate
from eval.summary import MEASURES, measured
from rag.embedding import Embedder
from rag.models import Document

NOTE = (
    "all: of all cases, absent ones by abstaining; held-out: the same of those never tuned on; "
    "right, abst. wrong, recall: of the answerable cases; cited: of the right ones; abst. right: "
    "of the absent ones. Recipes retrieve 4 chunks (llamaindex 2). A threshold is fitted to the "
    "tuned cases only."
)


def run_peers(
    names: Sequence[str],
    documents: Sequence[Document],
    embedder: Embedder,
    cases: Sequence[Case],
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Run]:
    """Each named recipe over the cases, as it is and with a threshold fitted to the tuned ones.

    Without a tuned case there is nothing to fit to, and recipes run only as they are. `progress`
    is told how many recipes are done, and of how many.

    Raises:
        InputError: there is no such recipe, or what it needs is not installed.
    """
    tell = progress or (lambda *_: None)
    askers = {name: build_peer(name, documents, embedder) for name in dict.fromkeys(names)}
    runs: dict[str, Run] = {}
    for done, (name, asker) in enumerate(askers.items()):
        tell(done, len(askers))
        runs[name] = evaluate(asker, cases)
        if any(case.split == FITTED_ON for case in cases):
            runs[f"{name} + threshold"] = evaluate(with_threshold(asker, cases), cases)
    tell(len(askers), len(askers))
    return runs


def peers_for_terminal(runs: Mapping[str, Run]) -> RenderableType:
    """One line for each run."""
    table = Table("", box=None, pad_edge=False, collapse_padding=True)
    for label in _COLUMNS:
        table.add_column(label, justify="right")
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
