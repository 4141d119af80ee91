"""The same cases under every combination of some settings: which is best, and at what latency."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from eval.dataset import Case, case_to_json
from eval.disk import append_line, cut_half_line, owned
from eval.jsonl import read_objects
from eval.manifest import code_digest
from eval.run import Run, evaluate
from eval.summary import MEASURES, measured
from eval.sweep.bench import Bench, index_name
from eval.sweep.grid import Point
from eval.sweep.vectors import open_cache
from rag.errors import CaseError

QUALITY, LATENCY = "passed", "wall_ms_p50"
"""What a sweep weighs against each other: the share of all cases right, and median latency."""
KEPT = (
    QUALITY,
    "right",
    "cited",
    "abstained_correctly",
    "abstained_wrongly",
    "recall_at_5",
    LATENCY,
    "wall_ms_p95",
)
"""The measures of each point."""
INDEXES, VECTORS, RESULTS = "indexes", "vectors.sqlite3", "points.jsonl"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a point; `wrong` holds the ids of the cases that were not right."""

    point: Point
    measures: Mapping[str, float | None]
    wrong: tuple[str, ...]
    seconds: float

    @property
    def quality(self) -> float:
        """The share of all cases right, absent ones by abstaining."""
        return self.measures[QUALITY] or 0.0

    @property
    def latency(self) -> float:
        """The median time of an answer, in milliseconds."""
        return self.measures[LATENCY] or 0.0


Tell = Callable[[str, int, int], None]
"""Told the stage's name, how much is done and how much there is in all."""


def sweep(
    points: Sequence[Point],
    cases: Sequence[Case],
    documents: Sequence[Path],
    out: Path,
    *,
    jobs: int = 1,
    progress: Tell | None = None,
) -> list[Result]:
    """Evaluate every point over the documents and keep each result in `out` as it comes.

    Points that an earlier start finished under the same circumstances (cases, documents, code and
    jobs) are not run again. Indexes lie in `out` until all is done, vectors stay there.

    Raises:
        CaseError: `out` cannot be used, or another sweep is running there.
        SourceError: no document can be read.
        IndexChanged: the documents changed meanwhile.
    """
    tell = progress or (lambda *_: None)
    with _owned(out), open_cache(out / VECTORS) as cache:
        with closing(Bench(out / INDEXES, documents, cache, tell)) as bench:
            series = _Series(bench, cases, out / RESULTS, jobs)
            results = series.run(points, tell)
        shutil.rmtree(out / INDEXES, ignore_errors=True)
    return results


class _Series:
    """Points one after the other, in the order that needs the fewest indexes."""

    def __init__(self, bench: Bench, cases: Sequence[Case], file: Path, jobs: int) -> None:
        self._bench = bench
        self._cases = cases
        self._jobs = jobs
        self._file = file
        self._circumstances = {
            "cases": [case_to_json(case) for case in cases],
            "documents": dict(bench.documents),
            "code": code_digest(),
            "jobs": jobs,
        }

    def run(self, points: Sequence[Point], tell: Tell) -> list[Result]:
        done = _read_results(self._file)
        keys = [self._key(point) for point in points]
        total, held = len(points) * len(self._cases), sum(key in done for key in keys)
        before = held * len(self._cases)
        for place in _by_index(points):
            if keys[place] in done:
                continue
            tell("cases", before, total)
            run = self._evaluate(points[place], partial(_tell_on, tell, before, total))
            done[keys[place]] = _line(points[place], run)
            with _told(self._file.parent):
                append_line(self._file, {"key": keys[place], **done[keys[place]]})
            before += len(self._cases)
        return [_result(point, done[key]) for point, key in zip(points, keys, strict=True)]

    def _evaluate(self, point: Point, progress: Callable[[int, int], None]) -> Run:
        asker = self._bench.asker(point.settings)
        return evaluate(asker, self._cases, jobs=self._jobs, progress=progress)

    def _key(self, point: Point) -> str:
        """Twelve hex digits that change with the settings and with the circumstances."""
        value = json.dumps([point.swept, self._circumstances], sort_keys=True)
        return hashlib.sha256(value.encode()).hexdigest()[:12]


def _tell_on(tell: Tell, before: int, total: int, done: int, _of_point: int) -> None:
    tell("cases", before + done, total)


def _by_index(points: Sequence[Point]) -> list[int]:
    """The places of the points, those of one index together, in the order of their first."""
    names = [index_name(point.settings) for point in points]
    return sorted(range(len(points)), key=lambda place: names.index(names[place]))


def _line(point: Point, run: Run) -> dict[str, Any]:
    """What is kept of a run: plain JSON values."""
    measures = {name: measured(MEASURES[name], run.rows).value for name in KEPT}
    wrong = [row.case.id for row in run.rows if row.scores["right"].value is not True]
    return {
        "settings": point.swept,
        "index_version": run.index_version,
        "measures": measures,
        "wrong": wrong,
        "seconds": round(run.seconds, 3),
    }


def _result(point: Point, line: Mapping[str, Any]) -> Result:
    return Result(point, line["measures"], tuple(line["wrong"]), line["seconds"])


def _read_results(file: Path) -> dict[str, dict[str, Any]]:
    """The whole lines that earlier starts wrote, by key; a half line at the end is cut off."""
    with _told(file.parent):
        cut_half_line(file)
    if not file.exists():
        return {}
    found = {}
    for place, value in read_objects(file):
        if not value.keys() >= {"key", "measures", "wrong", "seconds"}:
            place.fail("it is no point of a sweep; choose another folder")
        found[str(value["key"])] = value
    return found


@contextmanager
def _owned(out: Path) -> Iterator[None]:
    """The folder for one sweep at a time, made if it is not there."""
    with ExitStack() as stack:
        with _told(out):
            out.mkdir(parents=True, exist_ok=True)
            stack.enter_context(owned(out, "sweep"))
        yield


@contextmanager
def _told(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CaseError(
            f"The sweep cannot be written to {out} ({error.strerror or error}); "
            "choose another folder."
        ) from error
