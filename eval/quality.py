"""The tables of `docs/quality.md`, made from run folders: `python -m eval.quality --help`.

The prose of that file is written by hand; a table stands between two markers that name it,

    <!-- begin results sample -->
    <!-- end results sample -->

and is replaced by what the run folder RUNS/sample says. What peers scored stands in
RUNS/sample/peers/.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias

from eval.calibration import calibrate
from eval.folder import PEERS, SavedRun, read_run
from eval.summary import MEASURES, Measured, Slice, summarise
from rag.errors import CaseError, PolicyQAError

Table: TypeAlias = str
_BLOCK = re.compile(
    r"(<!-- begin (?P<kind>[\w-]+) (?P<run>[\w/-]+) -->\n).*?(<!-- end (?P=kind) (?P=run) -->)",
    re.DOTALL,
)
_RESULTS = (
    "right",
    "cited",
    "abstained_correctly",
    "abstained_wrongly",
    "wrong_period",
    "quotes_exact",
    "recall_at_5",
)
_SCORES = (
    "right_and_cited",
    "figure_accuracy",
    "figure_value",
    "figure_unit",
    "figure_measure",
    "figure_period",
    "figure_status",
    "citation_precision",
    "citation_recall",
    "recall_at_10",
    "ndcg_at_10",
    "rr_at_10",
    "uncited_sentences",
    "answer_chars_p50",
)
_PEERS = (*_RESULTS[:4], "recall_at_5", "answer_chars_p50", "wall_ms_p50")


def fill(text: str, runs: Path) -> str:
    """The text with every marked table made anew.

    Raises:
        CaseError: a marker names an unknown table, or a run that is missing or unfinished.
    """
    read = cache(read_run)

    def made(match: re.Match[str]) -> str:
        make = TABLES.get(match["kind"])
        if make is None:
            raise CaseError(
                f"The table {match['kind']!r} is unknown; known are {', '.join(TABLES)}."
            )
        return f"{match[1]}\n{make(runs / match['run'], read)}\n\n{match[4]}"

    filled, count = _BLOCK.subn(made, text)
    if not count:
        raise CaseError("The text marks no table; write <!-- begin results RUN --> and its end.")
    return filled


Read: TypeAlias = Callable[[Path], SavedRun]


def _results(run: Path, read: Read) -> Table:
    summary = summarise(read(run).rows)
    header = ["", "n", *(MEASURES[name].label for name in _RESULTS)]
    parts = [("all", summary.total), *((s.name, s) for s in summary.splits)]
    parts += [(f"`{s.name}`", s) for s in summary.kinds]
    rows = [[name, str(part.n), *_cells(part, _RESULTS)] for name, part in parts]
    rows.insert(1, ["95 % interval", "", *(_interval(summary.total.measures[n]) for n in _RESULTS)])
    return _table(header, rows)


def _scores(run: Path, read: Read) -> Table:
    total = summarise(read(run).rows).total
    rows = [
        [MEASURES[name].label, str(found.n), _shown(name, found), _interval(found, name)]
        for name in _SCORES
        for found in [total.measures[name]]
    ]
    return _table(["", "n", "value", "95 % interval"], rows)


def _losses(run: Path, read: Read) -> Table:
    lost = summarise(read(run).rows).lost_at
    return _table(["lost at", "cases"], [[stage, str(n)] for stage, n in lost.items()])


def _calibration(run: Path, read: Read) -> Table:
    found = calibrate(read(run).rows)
    values = {
        "AUROC, answerable against absent": found.auroc,
        "Brier score": found.brier,
        "expected calibration error": found.ece,
    }
    return _table(["", "value"], [[name, _number(value)] for name, value in values.items()])


def _latency(run: Path, read: Read) -> Table:
    total = summarise(read(run).rows).total
    stages = sorted({_stage(name) for name in total.measures if _is_time(name)}, key=_by_order)
    rows = [
        [stage.removeprefix("ms_").replace("_ms", " (whole)"), *_percentiles(total, stage)]
        for stage in stages
    ]
    return _table(["milliseconds", "p50", "p95"], rows)


def _peers(run: Path, read: Read) -> Table:
    saved = {"policy-qa": run} | {path.stem: path for path in sorted((run / PEERS).glob("*.jsonl"))}
    rows = [
        [name, *_cells(summarise(read(place).rows).total, _PEERS)] for name, place in saved.items()
    ]
    return _table(["", *(MEASURES[name].label for name in _PEERS)], rows)


def _provenance(run: Path, read: Read) -> Table:
    manifest = read(run).manifest
    machine = manifest["machine"]
    commit = (manifest["git_commit"] or "unknown")[:12]
    return (
        f"{manifest['started'][:10]}, commit {commit}, index {manifest['index_version']}, "
        f"{manifest['n']} cases, {machine['cpus']} cores ({machine['processor']}), "
        f"Python {machine['python']}."
    )


def _sweep(run: Path, _read: Read) -> Table:
    try:
        return (run / "sweep.md").read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CaseError(f"{run} holds no sweep; run 'policyqa sweep ... --out {run}'.") from error


TABLES: Mapping[str, Callable[[Path, Read], Table]] = {
    "results": _results,
    "scores": _scores,
    "losses": _losses,
    "calibration": _calibration,
    "latency": _latency,
    "peers": _peers,
    "provenance": _provenance,
    "sweep": _sweep,
}


def _is_time(name: str) -> bool:
    return name.endswith("_p50") and (name.startswith(("ms_", "wall_ms", "cpu_ms")))


def _stage(name: str) -> str:
    return name.removesuffix("_p50")


def _by_order(stage: str) -> tuple[bool, str]:
    return (stage.startswith("ms_"), stage)


def _percentiles(total: Slice, stage: str) -> list[str]:
    return [_shown(name, total.measures[name]) for name in (f"{stage}_p50", f"{stage}_p95")]


def _cells(part: Slice, names: Iterable[str]) -> list[str]:
    return [_shown(name, part.measures[name]) for name in names]


def _shown(name: str, found: Measured) -> str:
    measure = MEASURES.get(name)
    if found.value is None:
        return "–"
    if measure and measure.unit == "share":
        return f"{found.value:.1%}"
    return f"{found.value:.2f}" if measure and measure.unit == "count" else f"{found.value:.0f}"


def _interval(found: Measured, name: str = "right") -> str:
    if found.low is None or found.high is None:
        return ""
    if MEASURES[name].unit != "share":
        return f"{found.low:.2g} to {found.high:.2g}"
    return f"{found.low * 100:.0f}–{found.high:.0%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill the tables of a file in place."""
    parser = argparse.ArgumentParser(prog="python -m eval.quality", description=__doc__)
    parser.add_argument("--runs", type=Path, required=True, help="the folder of the run folders")
    parser.add_argument("file", type=Path, help="docs/quality.md")
    chosen = parser.parse_args(arguments)
    try:
        text = chosen.file.read_text(encoding="utf-8")
        chosen.file.write_text(fill(text, chosen.runs), encoding="utf-8")
    except (PolicyQAError, OSError) as error:
        print(f"eval.quality: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
