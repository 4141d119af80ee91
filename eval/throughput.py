"""How many cases a second are asked and scored: `python -m eval.throughput --help`.

Asks the cases over and over, in process and, with `--url`, of a running server, each with the
given numbers of jobs. All ways take turns in small rounds, so that a busy machine slows them alike.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

from eval.askers import pipeline_asker, server_asker, unkept
from eval.dataset import Case, read_cases
from eval.run import Asker, evaluate
from eval.workers import worker_asker
from rag.errors import PolicyQAError
from rag.pipeline import build_pipeline
from rag.settings import load_settings

_ROUNDS = 5
_WARM = 8


@dataclass(frozen=True, slots=True)
class Way:
    """A way of asking: in process or over HTTP, with so many jobs."""

    name: str
    asker: Asker
    jobs: int


def measure(ways: Sequence[Way], cases: Sequence[Case]) -> Mapping[str, list[float]]:
    """Cases a second of each way, in each of the rounds."""
    found: dict[str, list[float]] = {way.name: [] for way in ways}
    for way in ways:  # what is loaded at first is not what is measured
        evaluate(way.asker, cases[: _WARM * way.jobs], jobs=way.jobs)
    size = -(-len(cases) // _ROUNDS)
    for start in range(0, len(cases), size):
        for way in ways:
            some = cases[start : start + size]
            begin = time.perf_counter()
            evaluate(way.asker, some, jobs=way.jobs)
            found[way.name].append(len(some) / (time.perf_counter() - begin))
    return found


def repeated(cases: Sequence[Case], count: int) -> list[Case]:
    """So many cases, the given ones over and over, each with an id of its own."""
    return [
        replace(case, id=f"{case.id}-{i}") for i, case in enumerate(islice(cycle(cases), count))
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.throughput", description=__doc__)
    parser.add_argument("--cases", type=Path, default=Path("data/questions.jsonl"))
    parser.add_argument("--count", type=int, default=1000, help="cases of each way")
    parser.add_argument("--jobs", type=int, nargs="+", default=[2])
    parser.add_argument("--index", type=Path, help="the index directory (default: settings)")
    parser.add_argument("--url", help="also ask this running server")
    chosen = parser.parse_args(arguments)
    try:
        _print(chosen)
    except PolicyQAError as error:
        print(f"eval.throughput: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0


def _print(chosen: argparse.Namespace) -> None:
    settings = unkept(load_settings(**({"index_dir": chosen.index} if chosen.index else {})))
    cases = repeated(read_cases(chosen.cases), chosen.count)
    with ExitStack() as opened:
        pipeline = opened.enter_context(build_pipeline(settings))
        ways = [Way("in process", pipeline_asker(pipeline, settings), 1)]
        for jobs in chosen.jobs:
            asker = opened.enter_context(worker_asker(pipeline.index, settings, jobs))
            ways.append(Way(f"{jobs} processes", asker, jobs))
            if chosen.url:
                asker = opened.enter_context(server_asker(chosen.url, jobs))
                ways.append(Way(f"over HTTP, {jobs} at once", asker, jobs))
        for name, rates in measure(ways, cases).items():
            low, middle, high = min(rates), sorted(rates)[len(rates) // 2], max(rates)
            print(f"{name:24} {middle:6.1f} cases/s  ({low:.1f} to {high:.1f})")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
