"""What a larger index costs: `python -m eval.scale --help`.

Fills indexes with made-up neighbours of the documents up to the given numbers of passages, asks
the tuned cases of each, models loaded, and tells CPU and wall time, where the CPU time goes, and
whether the answers are still found. Indexes and vectors are kept in the work folder.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.askers import unkept
from eval.corpus import Corpus
from eval.dataset import Case, read_cases
from eval.metrics import EVALUATORS
from eval.neighbours import article_sentences, figure_sentences, write_neighbours
from eval.report.markdown import to_table
from eval.report.tables import NONE, Table
from eval.run import Asker, Row, evaluate
from eval.script import report
from eval.stats import percentile
from eval.stopwatch import Stopwatch, TimedEmbedder, TimedIndex, TimedReader
from eval.summary import MEASURES, measured, number
from eval.sweep.vectors import CachedEmbedder, open_cache
from ingest.pipeline import ingest
from rag.embedding import Embedder, load_embedder
from rag.generations import Generations
from rag.models import Answer, Filters
from rag.pipeline import Pipeline, assemble, load_reader
from rag.reader import Reader
from rag.settings import Settings, load_settings

FILE = "scale.md"
SIZES = (3000, 10_000)
_JUDGED = ("right", "recall_at_5", "cpu_ms", "wall_ms")
_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_QUESTION, _OTHER = "question", "everything else"


@dataclass(frozen=True, slots=True)
class Size:
    """What an index of so many passages came to; `parts` is each case's CPU time by part, in ms."""

    passages: int
    rows: Sequence[Row]
    parts: Sequence[Mapping[str, float]]

    def times(self, clock: str) -> list[float]:
        """Milliseconds of every case by this clock, `cpu_ms` or `wall_ms`."""
        return [ms for row in self.rows if (ms := number(row, clock)) is not None]

    def spent(self, part: str) -> list[float]:
        """CPU milliseconds of every case in this part; what no part counts is everything else."""
        if part != _OTHER:
            return [parts.get(part, 0.0) for parts in self.parts]
        whole = zip(self.times("cpu_ms"), self.parts, strict=True)
        return [max(0.0, cpu - sum(parts.values())) for cpu, parts in whole]


class Indexes:
    """Indexes of the documents alone and among ever more neighbours, kept in a folder."""

    def __init__(
        self, work: Path, documents: Path, data: Path | None, settings: Settings, embedder: Embedder
    ) -> None:
        self._work = work
        self._documents = documents
        self._data = data
        self._settings = settings
        self._embedder = embedder

    def all(self, sizes: Iterable[int]) -> list[Settings]:
        """Settings that point at an index of the documents alone, then at one of each size.

        Raises:
            SourceError: no document can be read.
            IndexUnwritable: there is no room.
        """
        self._work.mkdir(parents=True, exist_ok=True)
        alone, passages = self._ingested("alone")
        return [alone, *(self._filled(size, size - passages) for size in sizes)]

    def _filled(self, size: int, missing: int) -> Settings:
        name = f"{self._data.name if self._data else 'figures'}-{size}"
        folder = self._work / name / "neighbours"
        sentences = article_sentences(self._data) if self._data else figure_sentences()
        write_neighbours(sentences, max(0, missing), folder)
        return self._ingested(name, folder)[0]

    def _ingested(self, name: str, *more: Path) -> tuple[Settings, int]:
        """The settings of this index, which is left as it is if it holds this already."""
        placed = self._settings.model_copy(update={"index_dir": self._work / name / "index"})
        with open_cache(self._work / "vectors.sqlite3") as cache:
            embedder = CachedEmbedder(self._embedder, cache)
            report = ingest([self._documents, *more], placed, embedder=embedder)
        return placed, report.passages


def ask_all(
    settings: Settings, embedder: Embedder, reader: Reader | None, cases: Sequence[Case]
) -> Size:
    """Every case asked once of the index that the settings point at, with clocks."""
    watch = Stopwatch()
    index = TimedIndex(Generations(settings.index_dir).current(), watch)
    timed_reader = TimedReader(reader, watch) if reader else None
    anew = unkept(settings)
    with assemble(index, TimedEmbedder(embedder, watch), timed_reader, anew) as pipeline:
        asked = _Asked(pipeline, watch)
        corpus = Corpus(index.documents, index.passages)
        judges = {name: EVALUATORS[name] for name in _JUDGED}
        run = evaluate(Asker(asked.ask, corpus), cases, evaluators=judges)
        return Size(len(index.passages), run.rows, asked.parts[-len(cases) :])


class _Asked:
    """Asks, and keeps the CPU time by part of every question."""

    def __init__(self, pipeline: Pipeline, watch: Stopwatch) -> None:
        self._pipeline = pipeline
        self._watch = watch
        self.parts: list[Mapping[str, float]] = []

    def ask(self, case: Case) -> Answer:
        """The answer of the shipped pipeline; its first step ends when the question is read."""
        self._watch.take()
        filters = Filters(documents=case.documents) if case.documents else None
        steps = self._pipeline.stream(case.question, history=case.history, filters=filters)
        begin = time.process_time()
        first = next(steps)
        question = 1000 * (time.process_time() - begin)
        *_, answer = (first, *steps)  # what is no question is answered at once
        self.parts.append({_QUESTION: question, **self._watch.take()})
        if not isinstance(answer, Answer):
            raise TypeError("a stream ends with the answer")
        return answer


def sizes_table(sizes: Sequence[Size]) -> Table:
    """Whole questions: what is still found, and percentiles of CPU and wall time."""
    clocks = [(clock, name) for clock in ("cpu_ms", "wall_ms") for name in _SHARES]
    lines = [
        (
            f"{size.passages:,}",
            *(_share(size, name) for name in ("right", "recall_at_5")),
            *(_ms(size.times(clock), name) for clock, name in clocks),
        )
        for size in sizes
    ]
    times = [f"{clock.removesuffix('_ms')} {name}" for clock, name in clocks]
    return Table(("passages", "right", "recall@5", *times), lines)


def parts_table(sizes: Sequence[Size]) -> Table:
    """CPU time by part: the median and the 95th percentile at every size."""
    names = dict.fromkeys(name for size in sizes for parts in size.parts for name in parts)
    lines = [
        (part, *(_ms(size.spent(part), name) for size in sizes for name in ("p50", "p95")))
        for part in (*names, _OTHER)
    ]
    header = [f"{size.passages:,} {name}" for size in sizes for name in ("p50", "p95")]
    return Table(("CPU ms", *header), lines)


def to_markdown(sizes: Sequence[Size]) -> str:
    """Both tables."""
    n = len(sizes[0].rows)
    tables = (sizes_table(sizes), parts_table(sizes))
    return "\n\n".join([f"{n} tuned cases, in ms.", *map(to_table, tables)]) + "\n"


def _share(size: Size, name: str) -> str:
    value = measured(MEASURES[name], size.rows).value
    return NONE if value is None else f"{value:.1%}"


def _ms(times: Sequence[float], name: str) -> str:
    return f"{percentile(np.array(times), _SHARES[name]):.1f}" if times else NONE


def main(arguments: Iterable[str] | None = None) -> int:
    """Build what is missing, ask, print the tables, and write them if a folder is named."""
    parser = argparse.ArgumentParser(prog="python -m eval.scale", description=__doc__)
    parser.add_argument("--documents", type=Path, default=Path("data/documents"))
    parser.add_argument("--cases", type=Path, default=Path("data/questions.jsonl"))
    parser.add_argument("--data", type=Path, help="SquadShifts; else the neighbours are figures")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of passages")
    parser.add_argument("--limit", type=int, help="ask only the first so many")
    parser.add_argument("--work", type=Path, default=Path(".policyqa/eval/scale"))
    parser.add_argument("--out", type=Path, help=f"also write {FILE} into this folder")
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    return report("eval.scale", lambda: to_markdown(_measure(chosen)), chosen.out, FILE)


def _measure(chosen: argparse.Namespace) -> list[Size]:
    settings = load_settings()
    tuned = [case for case in read_cases(chosen.cases) if case.split == "tuned"][: chosen.limit]
    embedder = load_embedder(settings.embedding)
    reader = load_reader() if settings.rank.reader else None
    indexes = Indexes(chosen.work, chosen.documents, chosen.data, settings, embedder)
    return [ask_all(place, embedder, reader, tuned) for place in indexes.all(chosen.sizes)]


if __name__ == "__main__":
    sys.exit(main())
