"""How many questions a second one process answers: `python -m eval.throughput_ask --help`.

So many threads ask the tuned cases of one pipeline, each when it has its answer, as people do of a
server. The numbers of threads take turns in rounds, so that a busy machine slows them alike.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import median

import numpy as np

from eval.askers import ask_pipeline, unkept
from eval.dataset import Case, read_cases
from eval.report.markdown import to_table
from eval.report.tables import Table
from eval.script import report
from eval.stats import percentile
from rag.pipeline import build_pipeline
from rag.settings import load_settings

FILE = "throughput_ask.md"
THREADS = (1, 2, 4, 8, 16)
_WARM = 16


@dataclass(frozen=True, slots=True)
class Speed:
    """What so many threads reached, by round: questions a second, CPU milliseconds of each.

    `walls` holds the milliseconds that every question took.
    """

    threads: int
    rates: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    walls: list[float] = field(default_factory=list)


def measure(
    ask: Callable[[Case], object],
    cases: Sequence[Case],
    threads: Sequence[int],
    rounds: int,
    count: int,
) -> list[Speed]:
    """Ask `count` cases with every number of threads in each round, the cases in turn."""
    speeds = [Speed(number) for number in threads]
    for case in cases[:_WARM]:  # what is loaded at first is not what is measured
        ask(case)
    turn = cycle(cases)
    for _ in range(rounds):
        for speed in speeds:
            _ask_all(ask, [next(turn) for _ in range(count)], speed)
    return speeds


def _ask_all(ask: Callable[[Case], object], cases: Sequence[Case], speed: Speed) -> None:
    def timed(case: Case) -> float:
        start = time.perf_counter()
        ask(case)
        return 1000 * (time.perf_counter() - start)

    with ThreadPoolExecutor(speed.threads) as pool:
        begin, spent = time.perf_counter(), time.process_time()
        speed.walls.extend(pool.map(timed, cases))
        speed.rates.append(len(cases) / (time.perf_counter() - begin))
        speed.cpus.append(1000 * (time.process_time() - spent) / len(cases))


def to_markdown(speeds: Sequence[Speed], passages: int) -> str:
    """The table: the middle round, the slowest and the fastest, and how long an answer took."""
    lines = [tuple(_cells(speed)) for speed in speeds]
    header = ("threads", "questions/s", "slowest", "fastest", "cpu ms", "wall p50", "wall p95")
    asked = sum(len(speed.walls) for speed in speeds)
    told = f"{asked:,} questions over {passages:,} passages, in one process."
    return f"{told}\n\n{to_table(Table(header, lines))}\n"


def _cells(speed: Speed) -> Iterator[str]:
    yield str(speed.threads)
    for rate in (median(speed.rates), min(speed.rates), max(speed.rates)):
        yield f"{rate:.1f}"
    yield f"{median(speed.cpus):.0f}"
    for share in (0.5, 0.95):
        yield f"{percentile(np.array(speed.walls), share):.0f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, and write it if a folder is named."""
    parser = argparse.ArgumentParser(prog="python -m eval.throughput_ask", description=__doc__)
    parser.add_argument("--cases", type=Path, default=Path("data/questions.jsonl"))
    parser.add_argument("--index", type=Path, help="the index directory (default: settings)")
    parser.add_argument("--threads", type=int, nargs="+", default=THREADS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=190, help="questions of a round, by threads")
    parser.add_argument("--out", type=Path, help=f"also write {FILE} into this folder")
    chosen = parser.parse_args(arguments)
    return report("eval.throughput_ask", lambda: _measured(chosen), chosen.out, FILE)


def _measured(chosen: argparse.Namespace) -> str:
    overrides: Mapping[str, Path] = {"index_dir": chosen.index} if chosen.index else {}
    settings = unkept(load_settings(**overrides))
    tuned = [case for case in read_cases(chosen.cases) if case.split == "tuned"]
    with build_pipeline(settings) as pipeline:
        speeds = measure(
            lambda case: ask_pipeline(pipeline, case),
            tuned,
            chosen.threads,
            chosen.rounds,
            chosen.count,
        )
        return to_markdown(speeds, len(pipeline.passages))


if __name__ == "__main__":
    sys.exit(main())
