"""How a server holds up: `python -m tests.load.load --help`.

Starts a server of its own over an index of 10,000 passages (or takes `--url`), asks it in the ways
below, ever other questions but for one of them, and prints a table. The client opens a connection
for every question and says how much of a core it took itself.

    steady     20 questions a second, at random moments, no two of them equal
    popular    the same, some asked more often than others, as people do (Zipf's law)
    streams    300 at once
    burst      1,000 at once, as streams
    programs   1,000 at once, as JSON
    overload   200 questions a second
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from eval.report.markdown import to_table
from eval.report.tables import Table
from tests.load.client import Server, Told

ROOT = Path(__file__).parents[2]
DOCUMENTS = ROOT / "data" / "documents"
CASES = ROOT / "data" / "questions.jsonl"
PASSAGES = 10_000
PATIENCE_S = 60.0
_BEFORE = (
    "",
    "Please tell me: ",
    "In the {name}: ",
    "A colleague asks: ",
    "I want to know: ",
    "For a briefing: ",
    "Quick question: ",
    "Do you know? ",
)
_AFTER = (
    "",
    " Thank you.",
    " Please be exact.",
    " A short answer is enough.",
    " I need it today.",
    " Please cite the place.",
    " It is for a colleague.",
    " I could not find it.",
)
_NONE = "–"


@dataclass(frozen=True, slots=True)
class Scenario:
    """So many questions, at this rate a second; `None` asks all at once."""

    name: str
    number: int
    rate: float | None = None
    streams: bool = True
    popular: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """What a scenario came to; the shares are of one core."""

    scenario: Scenario
    told: Sequence[Told]
    seconds: float
    client_share: float
    server_share: float | None = None
    late: float = field(default=0.0)
    """Seconds by which the client itself sent the 95th percentile of questions too late."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the scenarios that were chosen, and print the table."""
    chosen = _parser().parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    wanted = {s.name: s for s in _scenarios(chosen.seconds, chosen.rate)}
    with _server(chosen) as (url, pid):
        headers = {"authorization": f"Bearer {chosen.key}"} if chosen.key else {}
        server, questions = Server(url, headers), different_questions()
        asyncio.run(_warm(server, questions))
        runs = []
        for name in chosen.scenarios or wanted:
            scenario = wanted[name]
            asked = popular_questions() if scenario.popular else questions
            runs.append(asyncio.run(run(scenario, server, asked, pid)))
            print(f"\n{to_table(table(runs))}\n", flush=True)
            print(_ends(runs[-1]), flush=True)
            time.sleep(chosen.pause)
    return 0


def _parser() -> argparse.ArgumentParser:
    said = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m tests.load.load",
        description=said[0],
        epilog=said[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [scenario.name for scenario in _scenarios(0, 0)]
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(names))
    parser.add_argument("--url", help="a server that runs already, as in http://127.0.0.1:7860")
    parser.add_argument("--pid", type=int, help="its process, to tell what it takes of a core")
    parser.add_argument("--key", help="a key of the scope ask, for a server with sign-in")
    parser.add_argument("--index", type=Path, help="an index directory, instead of a made one")
    parser.add_argument("--work", type=Path, default=Path(".policyqa/eval/scale"))
    parser.add_argument("--seconds", type=float, default=600.0, help="of the steady scenario")
    parser.add_argument("--rate", type=float, default=20.0, help="questions/s of the steady one")
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between scenarios")
    return parser


def _scenarios(seconds: float, rate: float) -> list[Scenario]:
    return [
        Scenario("steady", round(seconds * rate), rate),
        Scenario("popular", round(seconds * rate), rate, popular=True),
        Scenario("streams", 300),
        Scenario("burst", 1000),
        Scenario("programs", 1000, streams=False),
        Scenario("overload", round(20 * 10 * rate), 10 * rate),
    ]


async def run(
    scenario: Scenario, server: Server, questions: Iterator[str], pid: int | None = None
) -> Run:
    """Ask every question of a scenario when it is due, whatever became of those before."""
    moments = _moments(scenario)
    loop_late: list[float] = []
    begun, cpu, theirs = time.perf_counter(), time.process_time(), _cpu(pid)

    async def one(moment: float, question: str) -> Told:
        due = begun + moment
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        loop_late.append(time.perf_counter() - due)
        return await server.ask(question, due, PATIENCE_S, streams=scenario.streams)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(m, q)) for m, q in zip(moments, questions, strict=False)]
    seconds = time.perf_counter() - begun
    after = _cpu(pid)
    return Run(
        scenario,
        [task.result() for task in tasks],
        seconds,
        (time.process_time() - cpu) / seconds,
        (after - theirs) / seconds if after is not None and theirs is not None else None,
        _share(loop_late, 0.95),
    )


def _moments(scenario: Scenario) -> list[float]:
    """When each question is due: at random, so that some come close together, and always alike."""
    if scenario.rate is None:
        return [0.0] * scenario.number
    draw, now = random.Random(scenario.name), 0.0
    moments = []
    for _ in range(scenario.number):
        now += draw.expovariate(scenario.rate)
        moments.append(now)
    return moments


def _tuned_questions() -> list[str]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    cases = [case for line in lines if (case := json.loads(line)).get("split") == "tuned"]
    return [case["question"] for case in cases if not case.get("history")]


def popular_questions() -> Iterator[str]:
    """The tuned questions without end, the n-th of them 1/n as often as the first; always alike."""
    draw, asked = random.Random("popular"), _tuned_questions()
    shares = [1 / rank for rank in range(1, len(asked) + 1)]
    while True:
        yield draw.choices(asked, shares)[0]


def different_questions() -> Iterator[str]:
    """The tuned questions in other words each time, without end and without a repetition."""
    asked = _tuned_questions()
    names = [path.stem.replace("-", " ") for path in sorted(DOCUMENTS.iterdir())]
    for turn in count():
        before, after = _BEFORE[turn % len(_BEFORE)], _AFTER[turn // len(_BEFORE) % len(_AFTER)]
        before = before.format(name=names[turn % len(names)])
        rest = len(_BEFORE) * len(_AFTER)
        for question in asked:
            yield before + question + after + (f" ({turn})" if turn >= rest else "")


def table(runs: Sequence[Run]) -> Table:
    """One line for each scenario; times in ms."""
    header = (
        "scenario", "offered", "served", "served/s", "first event p50", "p95", "first claim p95",
        "whole p50", "p95", "refused", "refused after p95", "other 5xx", "cut or failed", "hung",
        "client core", "server cores",
    )  # fmt: skip
    return Table(header, [_line(run) for run in runs])


def _line(run: Run) -> tuple[str, ...]:
    served = [told for told in run.told if told.is_served]
    refused = [told for told in run.told if told.is_refused]
    other = sum(told.status >= 500 and not told.is_refused for told in run.told)
    hung = sum(told.failed == "hung" for told in run.told)
    failed = sum(bool(told.failed) for told in run.told) - hung
    rate = f" at {run.scenario.rate:g}/s" if run.scenario.rate else " at once"
    first = [told.first_event for told in served if told.first_event >= 0]
    whole = [told.whole for told in served]
    return (
        run.scenario.name,
        f"{len(run.told):,}{rate}",
        f"{len(served):,}",
        f"{len(served) / run.seconds:.1f}",
        _ms(first, 0.5),
        _ms(first, 0.95),
        _ms([told.first_claim for told in served if told.first_claim >= 0], 0.95),
        _ms(whole, 0.5),
        _ms(whole, 0.95),
        f"{len(refused):,}",
        _ms([told.whole for told in refused], 0.95),
        str(other),
        str(failed),
        str(hung),
        f"{run.client_share:.2f}",
        _NONE if run.server_share is None else f"{run.server_share:.2f}",
    )


def _ends(run: Run) -> str:
    ends = Counter(told.failed or str(told.status) for told in run.told)
    waited = sum(told.waited for told in run.told)
    longest = max(told.whole for told in run.told)
    return (
        f"{run.scenario.name}: {dict(ends)}; {waited} were told to wait; all had ended after "
        f"{run.seconds:.1f} s, the last whole one took {longest:.1f} s; "
        f"sent late by the client, p95: {1000 * run.late:.0f} ms"
    )


def _ms(seconds: Sequence[float], share: float) -> str:
    return f"{1000 * _share(seconds, share):,.0f}" if seconds else _NONE


def _share(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _cpu(pid: int | None) -> float | None:
    """CPU seconds of a process so far, where the system tells."""
    stat = Path(f"/proc/{pid}/stat")
    if pid is None or not stat.exists():
        return None
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _warm(server: Server, questions: Iterator[str]) -> None:
    """A first question loads what is loaded late; a few at once show that it answers."""
    for size in (1, 4, 12):
        several = [server.ask(next(questions), time.perf_counter(), 60) for _ in range(size)]
        for told in await asyncio.gather(*several):
            if not told.is_served:
                raise SystemExit(f"{server.url} does not answer: {told}")


@contextmanager
def _server(chosen: argparse.Namespace) -> Iterator[tuple[str, int | None]]:
    """The address and the process of the server."""
    if chosen.url:
        yield chosen.url, chosen.pid
        return
    index = chosen.index or _index(chosen.work)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as office:
        command = [sys.executable, "-c", "from ui.cli import main; main()", "serve", "--port", "0"]
        process = subprocess.Popen(
            [*command, "--index", str(index)],
            env={**os.environ, "POLICYQA_OFFICE_DIR": office},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            address = process.stdout.readline().partition("http://")[2].split()
            if not address:
                raise SystemExit("The server did not start; see what it says above.")
            yield f"http://{address[0]}", process.pid
        finally:
            process.terminate()
            process.wait(timeout=30)


def _index(work: Path) -> Path:
    """An index of so many passages, built unless it is there; takes minutes."""
    from eval.scale import Indexes
    from rag.embedding import load_embedder
    from rag.settings import load_settings

    settings = load_settings()
    indexes = Indexes(work, DOCUMENTS, None, settings, load_embedder(settings.embedding))
    return indexes.all([PASSAGES])[1].index_dir


if __name__ == "__main__":
    sys.exit(main())
