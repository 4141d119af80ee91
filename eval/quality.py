"""The tables of `docs/quality.md`, made from run folders: `python -m eval.quality --help`.

The prose of that file is written by hand; a table stands between two markers that name it,

    <!-- begin results sample -->
    <!-- end results sample -->

and is replaced by what the run folder RUNS/sample says. What peers scored stands in
RUNS/sample/peers/; tables that other programs write stand in RUNS/NAME/KIND.md. A table of prose
stays as it is where none was measured: that takes a model and an hour.
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
from eval.peers.table import NOTE
from eval.report.markdown import to_table
from eval.report.tables import NONE, Table, name_of, show, show_interval, stages
from eval.summary import Measured, Slice, summarise
from rag.errors import CaseError, PolicyQAError

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
        if match["kind"] in _KEPT and not (runs / match["run"] / f"{match['kind']}.md").exists():
            return match[0]
        return f"{match[1]}\n{make(runs / match['run'], read)}\n\n{match[4]}"

    filled, count = _BLOCK.subn(made, text)
    if count != text.count("<!-- begin ") or count != text.count("<!-- end "):
        raise CaseError("A marker has no partner of the same name; write <!-- end NAME RUN -->.")
    if not count:
        raise CaseError("The text marks no table; write <!-- begin results RUN --> and its end.")
    return filled


Read: TypeAlias = Callable[[Path], SavedRun]


def _results(run: Path, read: Read) -> str:
    summary = summarise(read(run).rows)
    total = summary.total.measures
    parts = [("all", summary.total), *((s.name, s) for s in (*summary.splits, *summary.kinds))]
    lines = [[name, str(part.n), *_cells(part, _RESULTS)] for name, part in parts]
    lines.insert(1, ["95 % interval", "", *(_interval(n, total[n]) for n in _RESULTS)])
    return to_table(Table(("", "n", *map(name_of, _RESULTS)), lines))


def _scores(run: Path, read: Read) -> str:
    total = summarise(read(run).rows).total.measures
    lines = [
        (name_of(name), str(found.n), show(name, found.value), _interval(name, found))
        for name, found in ((name, total[name]) for name in _SCORES)
    ]
    return to_table(Table(("", "n", "value", "95 % interval"), lines))


def _losses(run: Path, read: Read) -> str:
    lost = summarise(read(run).rows).lost_at
    return to_table(Table(("lost at", "cases"), [(at, str(n)) for at, n in lost.items()]))


def _calibration(run: Path, read: Read) -> str:
    found = calibrate(read(run).rows)
    values = {
        "AUROC, answerable against absent": found.auroc,
        "Brier score": found.brier,
        "expected calibration error": found.ece,
    }
    lines = [(name, NONE if v is None else f"{v:.3f}") for name, v in values.items()]
    return to_table(Table(("", "value"), lines))


def _latency(run: Path, read: Read) -> str:
    total = summarise(read(run).rows).total
    whole = [
        (f"{clock} (whole)", *_cells(total, (f"{clock}_ms_p50", f"{clock}_ms_p95")))
        for clock in ("cpu", "wall")
    ]
    return to_table(Table(("milliseconds", "p50", "p95"), [*whole, *stages(total).lines]))


def _peers(run: Path, read: Read) -> str:
    saved = {"policy-qa": run} | {path.stem: path for path in sorted((run / PEERS).glob("*.jsonl"))}
    lines = [
        (name, *_cells(summarise(read(place).rows).total, _PEERS)) for name, place in saved.items()
    ]
    return to_table(Table(("", *map(name_of, _PEERS)), lines)) + f"\n\n{NOTE}"


def _provenance(run: Path, read: Read) -> str:
    manifest = read(run).manifest
    machine = manifest["machine"]
    commit = (manifest["git_commit"] or "unknown")[:12]
    return (
        f"{manifest['started'][:10]}, commit {commit}, index {manifest['index_version']}, "
        f"{manifest['n']} cases, {machine['cpus']} cores ({machine['processor']}), "
        f"Python {machine['python']}."
    )


def _written(name: str, command: str) -> Callable[[Path, Read], str]:
    """What another program wrote as Markdown, without its title: the place has its own."""

    def read(run: Path, _read: Read) -> str:
        try:
            text = (run / f"{name}.md").read_text(encoding="utf-8")
        except OSError as error:
            raise CaseError(f"{run} holds no {name}; run '{command} ... --out {run}'.") from error
        return re.sub(r"^# .*\n", "", text).strip()

    return read


TABLES: Mapping[str, Callable[[Path, Read], str]] = {
    "results": _results,
    "scores": _scores,
    "losses": _losses,
    "calibration": _calibration,
    "latency": _latency,
    "peers": _peers,
    "provenance": _provenance,
    "sweep": _written("sweep", "policyqa sweep"),
    "ablations": _written("ablations", "python -m eval.ablations"),
    "articles": _written("articles", "python -m eval.articles"),
    "scale": _written("scale", "python -m eval.scale"),
    "prose": _written("prose", "python -m eval.prose"),
    "office": _written("office", "python -m eval.office"),
    "ingest-speed": _written("ingest-speed", "python -m eval.throughput_ingest"),
}
_KEPT = ("prose",)
"""Tables that need what not everybody has."""


def _cells(part: Slice, names: Iterable[str]) -> list[str]:
    return [show(name, part.measures[name].value) for name in names]


def _interval(name: str, found: Measured) -> str:
    return show_interval(name, found.low, found.high)


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
