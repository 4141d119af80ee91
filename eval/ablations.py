"""What each part of the answer path is worth: `python -m eval.ablations --help`.

Asks the cases with one part switched off at a time, over one index, and tells what each measure
loses against the full system. The models are not fitted anew without the part, but the threshold
is, to the tuned cases, for the full system as well: without a part all confidences shift, and it
would be the shift that is measured.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from eval.compare import LEVEL, Difference, compare
from eval.dataset import Case, read_cases
from eval.metrics import EVALUATORS
from eval.peers.threshold import FITTED_ON, fit_threshold
from eval.report.markdown import to_table
from eval.report.tables import NONE, Table, name_of, show
from eval.run import Row, evaluate
from eval.script import report
from eval.stats import holm, least_p
from eval.summary import MEASURES, measured
from eval.sweep.bench import Bench
from eval.sweep.vectors import open_cache
from rag.settings import Settings, load_settings


def _uncounted(*evidence: str) -> Mapping[str, Any]:
    return {"rank": {"without": evidence}}


ABLATIONS: Mapping[str, Mapping[str, Any]] = {
    "BM25": {"retrieval": {"weights": {"lexical": 0.0}}},
    "dense search of passages": {"retrieval": {"weights": {"dense": 0.0}}},
    "dense search of sentences": {"retrieval": {"weights": {"sentence": 0.0}}},
    "reader": {"rank": {"reader": False}},
    "cosine": _uncounted("cosine"),
    "shared terms": _uncounted("coverage", "around", "pairs"),
    "headings and neighbours": _uncounted("context", "headed", "passage"),
    "unknown words": _uncounted("unknown"),
    "length": _uncounted("length"),
    "period": _uncounted("period", "setting"),
    "date of the document": _uncounted("dated"),
    "result or plan": _uncounted("status"),
    "figure register": _uncounted("figure"),
    "kind of answer": _uncounted("kind", "amount"),
    "names": _uncounted("names", "foreign", "alien"),
    "lead over the second": _uncounted("margin"),
    "spelling": {"answer": {"spelling": False}},
}
"""What is switched off, by the name of the part."""
FULL, FILE = "nothing", "ablations.md"
_SHOWN = (
    "right",
    "right_and_cited",
    "abstained_correctly",
    "abstained_wrongly",
    "wrong_period",
    "figure_accuracy",
    "recall_at_5",
)
_FITTED = {"right": EVALUATORS["right"]}
NOTE = (
    "In brackets: percentage points against the full system on the same cases; *: more than chance "
    "(paired test, p at most 5 % after Holm's correction over the parts). Models are those of the "
    "full system; the threshold is fitted anew to the tuned cases each time, also with all parts."
)


@dataclass(frozen=True, slots=True)
class Ablated:
    """The rows of a run, and the part that was switched off."""

    part: str
    rows: Sequence[Row]


def without(settings: BaseModel, changes: Mapping[str, Any]) -> Any:
    """The same settings with these, which may be nested, put in."""
    update = {
        name: without(getattr(settings, name), value) if isinstance(value, Mapping) else value
        for name, value in changes.items()
    }
    return settings.model_copy(update=update)


def run_ablations(
    bench: Bench, cases: Sequence[Case], settings: Settings, parts: Iterable[str] = ABLATIONS
) -> list[Ablated]:
    """The full system first, then without each part, each at the threshold that fits it.

    Raises:
        CaseError: there is no tuned case to fit it to.
    """
    tried = {FULL: settings} | {part: without(settings, ABLATIONS[part]) for part in parts}
    fitted = {part: _at_best_threshold(bench, cases, s) for part, s in tried.items()}
    return [Ablated(part, evaluate(bench.asker(s), cases).rows) for part, s in fitted.items()]


def _at_best_threshold(bench: Bench, cases: Sequence[Case], settings: Settings) -> Settings:
    """The settings with the threshold that makes most tuned cases right."""
    tuned = [case for case in cases if case.split == FITTED_ON]
    answering = without(settings, {"answer": {"threshold": 0.0}})
    threshold = fit_threshold(evaluate(bench.asker(answering), tuned, evaluators=_FITTED).rows)
    found: Settings = without(settings, {"answer": {"threshold": min(1.0, threshold)}})
    return found


def ablations_table(runs: Sequence[Ablated]) -> Table:
    """A line for each part; `runs` begins with the full system."""
    full, *others = runs
    found = {run.part: compare(full.rows, run.rows).differences for run in others}
    certain = {
        name: _certain({part: differences[name] for part, differences in found.items()})
        for name in _SHOWN
    }
    lines = [(FULL, *(show(n, measured(MEASURES[n], full.rows).value) for n in _SHOWN))]
    for part, differences in found.items():
        cells = (_cell(differences[name], part in certain[name]) for name in _SHOWN)
        lines.append((part, *cells))
    return Table(("without", *map(name_of, _SHOWN)), lines)


def to_markdown(runs: Sequence[Ablated]) -> str:
    """The table and how to read it."""
    return f"{to_table(ablations_table(runs))}\n\n{len(runs[0].rows)} cases. {NOTE}\n"


def _certain(by_part: Mapping[str, Difference]) -> set[str]:
    """The parts without which this measure changes beyond chance.

    Those with too few changed cases to reach the level at all are no tests, and correct nothing.
    """
    tested = {
        part: found.p
        for part, found in by_part.items()
        if found.p is not None and least_p(len(found.better) + len(found.worse)) <= LEVEL
    }
    adjusted = holm(list(tested.values()))
    return {part for part, p in zip(tested, adjusted, strict=True) if p <= LEVEL}


def _cell(found: Difference, certain: bool) -> str:
    if found.change is None:
        return NONE
    change = f"{100 * found.change:+.1f}{' *' if certain else ''}" if found.change else "="
    return f"{show(found.name, found.after)} ({change})"


def main(arguments: Iterable[str] | None = None) -> int:
    """Run them, print the table, and write it if a folder is named."""
    parser = argparse.ArgumentParser(prog="python -m eval.ablations", description=__doc__)
    parser.add_argument("--documents", type=Path, nargs="+", default=[Path("data/documents")])
    parser.add_argument("--cases", type=Path, default=Path("data/questions.jsonl"))
    parser.add_argument("--all", action="store_true", help="held-out cases too, for a report")
    parser.add_argument("--part", choices=ABLATIONS, action="append", help="only this; repeatable")
    parser.add_argument("--work", type=Path, default=Path(".policyqa/eval/ablations"))
    parser.add_argument("--out", type=Path, help=f"also write {FILE} into this folder")
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    return report("eval.ablations", lambda: to_markdown(_run(chosen)), chosen.out, FILE)


def _run(chosen: argparse.Namespace) -> list[Ablated]:
    cases = [c for c in read_cases(chosen.cases) if chosen.all or c.split == FITTED_ON]
    chosen.work.mkdir(parents=True, exist_ok=True)
    with open_cache(chosen.work / "vectors.sqlite3") as cache:
        bench = Bench(chosen.work / "indexes", chosen.documents, cache, _quiet)
        with closing(bench):
            return run_ablations(bench, cases, load_settings(), chosen.part or ABLATIONS)


def _quiet(_stage: str, _done: int, _total: int) -> None:
    pass


if __name__ == "__main__":
    sys.exit(main())
